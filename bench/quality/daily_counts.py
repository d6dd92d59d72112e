# SPDX-License-Identifier: Apache-2.0
"""Forecasts of daily counts of 311 requests: skill against the seasonal naive one, and what intervals hold.

Three cities' sets as they lie in the folder of all data: Baltimore's sample, Chicago's "no heat" complaints,
SeeClickFix around Atlanta. Series: all together and the busiest agencies or types. Every day is an origin;
horizons 1, 7 and 14 days. ``--train`` and ``--test`` name the folder of one set or that of all.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from bench.quality._days import FUTURE, moments, panel, rows
from tongguan.forecasts.api import Counts, Daily

DATA = ""
#: Folder: file, column of the time, column of the series.
SETS = {
    "baltimore311": ("service_requests.csv.gz", "CreatedDate", "Agency"),
    "chicago_no_heat": ("no_heat_requests.csv.gz", "opened", ""),
    "seeclickfix_atlanta": ("issues.csv.gz", "created_at", "type_large"),
}
BUSIEST = 5


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give one line; figures begin with set and horizon, ``skill`` is their mean."""
    line: dict[str, object] = {}
    skills: list[float] = []
    for name, (file, column, by) in SETS.items():
        folder = train if (train / file).exists() else train / name
        if not (folder / file).exists():
            continue
        told = _told(folder, file, column, by)
        other = None if test is None else test if (test / file).exists() else test / name
        later = None if other is None or not (other / file).exists() else _told(other, file, column, by)
        for horizon, figures in _figures(told, later).items():
            line |= {f"{name}_{horizon}d_{figure}": value for figure, value in figures.items()}
            skills.append(figures["skill"])
    yield {"skill": round(sum(skills) / len(skills), 3), "coverage_wanted": 0.9, **line}


def _told(folder: Path, file: str, column: str, by: str) -> list[tuple[date, str]]:
    return [(at.date(), row[by] if by else "") for at, row in moments(rows(folder, file), column)]


def _figures(
    told: list[tuple[date, str]], later: list[tuple[date, str]] | None
) -> dict[int, dict[str, float]]:
    """Give the figures of one set by horizon in days."""
    days = sorted(day for day, _ in told)
    first, last = days[0], days[-1]
    cut = later and min(day for day, _ in later)
    end = max(day for day, _ in later) if later else last
    begin = cut or first + (last - first) * (1 - FUTURE)
    known = Counter(one for day, one in told if one and day < begin)
    series = ["", *[one for one, _ in known.most_common(BUSIEST)]]
    whole = panel([*told, *(later or [])], series, first, end)
    split = (begin - first).days
    forecaster = Counts(Daily(loss="absolute_error"))
    forecaster.fit(whole.between(0, split))
    forecaster.update(whole.between(split, len(whole)))
    return {
        horizon: {
            "series": len(series), "history_days": split, "forecasts": int(figures["count"]),
            "mae": round(figures["mae"], 3), "naive_mae": round(figures["usual_mae"], 3),
            "skill": round(figures["skill"], 3), "coverage": round(figures["coverage"], 3),
            "width": round(figures["width"], 2),
        }
        for horizon, figures in forecaster.record.figures().items()
    }  # fmt: skip
