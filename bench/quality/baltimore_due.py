# SPDX-License-Identifier: Apache-2.0
"""Due dates of a real city reproduced exactly, and who will be late foretold when a request comes in.

Calendar: the limits a city set per kind of request are found in the train folder (the commonest gap between
creation and due date that holds under one of the candidate calendars of the platform's engine); then every
due date and overdue flag of the scored folder is made anew and compared to the second. Foretelling: an
outlook learns on earlier requests and is scored on later ones: AUC of being overdue, MAE of the
natural log of hours (and of one hour more, where the many closed at once weigh little); beside the share and
median of the kind, and the median of the whole. Without a test folder: by
time, four times the past against the next part.
"""

import csv
import gzip
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from bench.quality._outlook import Matters, Outlook
from tongguan.kernel.worktime import Calendar, Limit, LimitUnit

DATA: Final = "baltimore311"
PARTS: Final = 5
#: A Monday: hours of the day and weekday are counted from it.
_MONDAY: Final = datetime(2013, 12, 30, tzinfo=UTC)
_HOUR: Final = 3600.0
_LEAST_HOURS: Final = 1e-3
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Request:
    """One request; times as the city wrote them, without a zone, taken for UTC."""

    kind: str
    words: Mapping[str, str]
    created: datetime
    due: datetime | None
    closed: datetime | None


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Yield the score on the test folder, or the mean of those by time within the train folder."""
    known = requests_of(train)
    if test is not None:
        yield {
            "figures": "held-out",
            **_replayed(known, requests_of(test)),
            **_foretold(known, requests_of(test)),
        }
        return
    known.sort(key=lambda one: one.created)
    edges = np.linspace(0, len(known), PARTS + 1).astype(int)
    scores = []
    for begin, end in pairwise(edges[1:]):
        past, later = known[:begin], known[begin:end]
        scores.append({**_replayed(past, later), **_foretold(past, later)})
    figures = {
        name: round(float(np.mean([one[name] for one in scores])), 4)
        for name, value in scores[0].items() if isinstance(value, float)
    }  # fmt: skip
    spread = round(float(np.std([one["auc_overdue"] for one in scores])), 4)
    yield {
        "figures": "by time, past against next", "parts": len(scores), **figures, "auc_spread": spread,
        "requests": len(known), "calendar": scores[-1]["calendar"],
    }  # fmt: skip


def requests_of(folder: Path) -> list[Request]:
    """Read the requests of a folder."""
    with gzip.open(folder / "service_requests.csv.gz") as packed:
        rows = list(csv.DictReader(io.TextIOWrapper(packed, encoding="utf-8-sig", newline="")))
    found = []
    for row in rows:
        created = _at(row["CreatedDate"])
        if created is not None:
            words = {
                "kind": row["SRType"], "agency": row["Agency"], "how": row["MethodReceived"],
                "place": row["Neighborhood"], "district": row["CouncilDistrict"],
            }  # fmt: skip
            found.append(Request(row["SRType"], words, created, _at(row["DueDate"]), _at(row["CloseDate"])))
    return found


def _at(text: str) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text.strip() else None


# -- due dates ---------------------------------------------------------------------------------------


def calendars() -> dict[str, tuple[Calendar, LimitUnit]]:
    """Give the calendars a city may have counted by: every day, or Monday to Friday around the clock."""
    return {
        "natural days": (Calendar(), LimitUnit.NATURAL_DAY),
        "weekdays, day and night": (Calendar([(time(0), time(0))]), LimitUnit.WORK_DAY),
    }


def limits_by(requests: list[Request], calendar: Calendar, unit: LimitUnit) -> dict[str, Limit]:
    """Give each kind's limit under a calendar: the commonest counted time between creation and due date."""
    seen: defaultdict[str, Counter[timedelta]] = defaultdict(Counter)
    for one in requests:
        if one.due is not None and one.due >= one.created:
            seen[one.kind][calendar.elapsed(one.created, one.due, unit)] += 1
    return {
        kind: Limit(round(calendar.in_units(counts.most_common(1)[0][0], unit), 6), unit)
        for kind, counts in seen.items()
    }


def _exact(requests: list[Request], limits: Mapping[str, Limit], calendar: Calendar) -> Counter[str]:
    count: Counter[str] = Counter()
    for one in requests:
        limit = limits.get(one.kind)
        if one.due is None:
            count["without"] += 1
            continue
        count["due"] += 1
        if limit is None:
            count["unknown"] += 1
            continue
        made = calendar.due_at(one.created, limit)
        count["known"] += 1
        count["exact"] += made == one.due
        if one.closed is not None:
            count["flags"] += 1
            count["same_flag"] += (one.closed > made) == (one.closed > one.due)
    return count


def _replayed(known: list[Request], asked: list[Request]) -> dict[str, object]:
    tried = {}
    for name, (calendar, unit) in calendars().items():
        limits = limits_by(known, calendar, unit)
        tried[name] = (_exact(known, limits, calendar)["exact"], calendar, limits)
    name, (_, calendar, limits) = max(tried.items(), key=lambda one: one[1][0])
    count = _exact(asked, limits, calendar)
    return {
        "calendar": name,
        "due_exact": round(count["exact"] / max(count["due"], 1), 4),
        "due_exact_known_kind": round(count["exact"] / max(count["known"], 1), 4),
        "flags_exact": round(count["same_flag"] / max(count["flags"], 1), 4),
        "due_dates": count["due"], "unknown_kinds": count["unknown"],
    }  # fmt: skip


# -- foretelling -------------------------------------------------------------------------------------


def matters_of(requests: list[Request]) -> Matters:
    """Give requests as the outlook takes them; the limit is the due date's, which is set at intake."""
    names = list(requests[0].words)
    return Matters(
        {name: np.array([one.words[name] for one in requests], dtype=np.str_) for name in names},
        np.array([_limit_hours(one) for one in requests]),
        np.array([(one.created - _MONDAY).total_seconds() / _HOUR for one in requests]),
    )


def _limit_hours(one: Request) -> float:
    return float("nan") if one.due is None else (one.due - one.created).total_seconds() / _HOUR


def _hours(requests: list[Request]) -> Floats:
    return np.array([(one.closed - one.created).total_seconds() / _HOUR for one in requests if one.closed])


def _foretold(known: list[Request], asked: list[Request]) -> dict[str, object]:
    begun = min(one.created for one in asked)
    # Only what had been closed when the first asked one came is known then.
    past = [one for one in known if one.closed is not None and one.closed < begun]
    asked = [one for one in asked if one.closed is not None]
    outlook = Outlook(pairs=(("kind", "how"), ("kind", "district")))
    learned, new = matters_of(past), matters_of(asked)
    hours, truth = _hours(past), _hours(asked)
    outlook.fit(learned, hours)
    limited = ~np.isnan(new.limit)
    late = (truth > new.limit)[limited]
    logs = np.log(np.maximum(truth, _LEAST_HOURS))
    said = np.log(np.maximum(outlook.hours(new), _LEAST_HOURS))
    share, middle, middle_of_all = _by_kind(past, hours, asked)
    return {
        "auc_overdue": _auc(late, outlook.late(new)[limited]),
        "auc_share_of_kind": _auc(late, share[limited]),
        "mae_log_hours": round(float(np.abs(said - logs).mean()), 4),
        "mae_log_hours_and_one": _off(truth, outlook.hours(new)),
        "mae_and_one_median_of_kind": _off(truth, np.exp(middle)),
        "mae_median_of_kind": round(float(np.abs(middle - logs).mean()), 4),
        "mae_median_of_all": round(float(np.abs(middle_of_all - logs).mean()), 4),
        "overdue_rate": round(float(late.mean()), 4),
        "closed": len(asked),
    }


def _off(truth: Floats, said: Floats) -> float:
    return round(float(np.abs(np.log1p(truth) - np.log1p(said)).mean()), 4)


def _auc(late: NDArray[np.bool_], score: Floats) -> float:
    return round(float(roc_auc_score(late, score)), 4)


def _by_kind(past: list[Request], hours: Floats, asked: list[Request]) -> tuple[Floats, Floats, float]:
    logs = np.log(np.maximum(hours, _LEAST_HOURS))
    late = np.array([one.due is not None and one.closed is not None and one.closed > one.due for one in past])
    by_kind: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(past):
        by_kind[one.kind].append(place)
    middle_of_all = float(np.median(logs))
    share = [late[by_kind[one.kind]].mean() if by_kind[one.kind] else late.mean() for one in asked]
    middle = [np.median(logs[by_kind[one.kind]]) if by_kind[one.kind] else middle_of_all for one in asked]
    return np.array(share), np.array(middle), middle_of_all
