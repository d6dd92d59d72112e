# SPDX-License-Identifier: Apache-2.0
"""PM2.5 one, six and twenty-four hours ahead at twelve stations: error, intervals, lead of alarms.

One model per horizon, learned from the train folder's hours. Without a test folder the first two thirds of
the hours teach and the last third is forecast. Forecasts look at hours before their origin only.
"""

import csv
import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from tongguan.forecasts.contracts import Panel, Recipe
from tongguan.forecasts.features import back
from tongguan.forecasts.learned import Learned
from tongguan.forecasts.naive import persistence

DATA: Final = "beijing_air"
HOUR: Final = 3_600_000
#: Breakpoints of PM2.5 (24 h mean) in HJ 633-2012: light, medium and heavy pollution begin above these.
BREAKPOINTS: Final = (75.0, 115.0, 150.0)
BESIDE: Final = ("PM10", "SO2", "NO2", "CO", "O3", "TEMP", "PRES", "DEWP", "RAIN", "WSPM")
WINDS: Final = (
    "N",
    "NNE",
    "NE",
    "ENE",
    "E",
    "ESE",
    "SE",
    "SSE",
    "S",
    "SSW",
    "SW",
    "WSW",
    "W",
    "WNW",
    "NW",
    "NNW",
)
RECIPE: Final = Recipe(
    horizons=(1, 6, 24),
    lags=(1, 2, 3, 6, 12, 24),
    spans=(6, 24, 72),
    offset_ms=8 * HOUR,
    floor=0.0,
    rounds=150,
    rows=120_000,
    block=720,
    leaves=15,
    rate=0.06,
    least=400,
    share=0.3,
    levels=(24,),
    linear=1000.0,
)


def number(text: str) -> float:
    """Give a number, NaN for what is missing."""
    return float(text) if text and text != "NA" else np.nan


def panel(folder: Path) -> tuple[Panel, list[str]]:
    """Read the stations' hours onto one grid; hours that are missing are NaN."""
    with gzip.open(folder / "hourly.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    stations = sorted({row["station"] for row in rows})
    when = [
        int(datetime.fromisoformat(row["time"]).replace(tzinfo=UTC).timestamp() * 1000) - 8 * HOUR
        for row in rows
    ]
    first, last = min(when), max(when)
    shape = ((last - first) // HOUR + 1, len(stations))
    grids = {name: np.full(shape, np.nan) for name in ("PM2.5", *BESIDE, "north", "east")}
    place = {station: n for n, station in enumerate(stations)}
    for at, row in zip(when, rows, strict=True):
        where = (at - first) // HOUR, place[row["station"]]
        for name in ("PM2.5", *BESIDE):
            grids[name][where] = number(row[name])
        if row["wd"] in WINDS and row["WSPM"]:
            turn = 2 * np.pi * WINDS.index(row["wd"]) / len(WINDS)
            grids["north"][where] = np.cos(turn) * number(row["WSPM"])
            grids["east"][where] = np.sin(turn) * number(row["WSPM"])
    values = grids.pop("PM2.5")
    return Panel(first + HOUR * np.arange(shape[0], dtype=np.int64), values, grids), stations


def leads(truth: np.ndarray, expected: np.ndarray, threshold: float) -> dict[str, float]:
    """Give how early rises above a threshold were told.

    A rise: the first hour above after 12 hours below. Told: some forecast within the day before, made before
    the rise, for an hour at or after it, lay above. ``expected``: (hours × stations), the largest forecast
    made at each hour.
    """
    told, lead, rises, calls, right = 0, [], 0, 0, 0
    for station in range(truth.shape[1]):
        above = truth[:, station] > threshold
        said = expected[:, station] > threshold
        for hour in range(24, len(above) - 24):
            if above[hour] and not above[hour - 12 : hour].any():
                rises += 1
                begun = said[hour - 24 : hour]
                if begun[-1]:
                    early = 24 if begun.all() else int(np.argmin(begun[::-1]))
                    told += 1
                    lead.append(early)
            if said[hour] and not said[hour - 1] and not above[hour]:
                calls += 1
                right += bool(above[hour : hour + 25].any())
    return {
        "rises": rises,
        "told": round(told / max(rises, 1), 3),
        "lead_h": round(float(np.median(lead)) if lead else 0.0, 1),
        "calls_right": round(right / max(calls, 1), 3),
    }


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give errors, coverage and leads on the test folder, or on the last third of the train folder."""
    known, stations = panel(train)
    if test is None:
        cut = len(known) * 2 // 3
        known, asked, alone = known.between(0, cut), known.between(cut, len(known)), False
    else:
        asked, others = panel(test)
        if others != stations:
            raise ValueError(f"other stations: {sorted(set(others) ^ set(stations))}")
        alone = bool(asked.at[0] != known.at[-1] + HOUR)
    model = Learned(RECIPE)
    model.fit(known)
    made = model.hindcast(asked, alone=alone)
    figures = model.record.figures()
    line: dict[str, object] = {
        "metric": "MAE of PM2.5 in µg/m³",
        "known": "persistence",
        "trained_hours": len(known),
    }
    still = persistence(asked, RECIPE.horizons)
    for number_, horizon in enumerate(RECIPE.horizons):
        truth = back(asked.values, -horizon)
        told = figures[horizon]
        line |= {
            f"mae_{horizon}h": round(told["mae"], 2),
            f"rmse_{horizon}h": round(told["rmse"], 2),
            f"persistence_{horizon}h": round(float(np.nanmean(np.abs(truth - still[:, number_]))), 2),
            f"coverage90_{horizon}h": round(told["coverage"], 3),
            f"width_{horizon}h": round(told["width"], 1),
            f"seasonal_naive_{horizon}h": round(told["usual_mae"], 2),
        }
    upper = np.nanmax(np.where(np.isnan(made.value), -np.inf, made.value), axis=1)
    for threshold in BREAKPOINTS:
        line |= {f"above{threshold:g}_{k}": v for k, v in leads(asked.values, upper, threshold).items()}
    line["rows"] = int((~np.isnan(asked.values)).sum())
    yield line
