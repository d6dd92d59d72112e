# SPDX-License-Identifier: Apache-2.0
"""Surges of "no heat" complaints: how many hours until they are told, and how many false alarms in 30 days.

What a surge is, is said in hindsight and without the detector: days with at least twice the median of the 14
days before and the 14 after, and at least eight complaints more than that; days of one surge lie at most one
day apart. It begins at its first day's midnight. An alarm is false when no surge day lies on its day, the day
before or the day after.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from bench.quality._days import moments, rows
from tongguan.patterns.api import surges

DATA = "chicago_no_heat"
FILE = "no_heat_requests.csv.gz"
TWICE, MORE, SIDE = 2.0, 8, 14
HOUR = timedelta(hours=1)


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give one line: surges, those told, hours until told, false alarms in 30 days."""
    before = sorted(at for at, _ in moments(rows(train, FILE), "opened"))
    after = sorted(at for at, _ in moments(rows(test, FILE), "opened")) if test else []
    told = sorted([*before, *after])
    first = datetime.combine(told[0].date(), datetime.min.time())
    hours = int((told[-1] - first) / HOUR) + 1
    counts = np.bincount([int((at - first) / HOUR) for at in told], minlength=hours).astype(float)
    since = datetime.combine(after[0].date(), datetime.min.time()) if after else first + timedelta(days=7)
    true = [one for one in surge_days(counts) if first + timedelta(days=one[1]) >= since]
    alarms = [first + one.at * HOUR for one in surges(counts)]
    alarms = [at for at in alarms if at >= since]
    yield figures(true, alarms, first, (told[-1] - since).days)


def surge_days(counts: np.ndarray) -> list[tuple[int, int]]:
    """Give first and last day (whole numbers) of every surge of the hourly counts."""
    days = counts[: len(counts) // 24 * 24].reshape(-1, 24).sum(1)
    found: list[tuple[int, int]] = []
    for day, count in enumerate(days):
        around = np.r_[days[max(0, day - SIDE) : day], days[day + 1 : day + 1 + SIDE]]
        usual = float(np.median(around))
        if count < TWICE * usual or count < usual + MORE:
            continue
        if found and day - found[-1][1] <= 2:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return found


def figures(
    true: list[tuple[int, int]], alarms: list[datetime], first: datetime, days: int
) -> dict[str, object]:
    """Give the figures of one stretch of days."""
    delays, near = [], set()
    for begin, end in true:
        since, until = first + timedelta(days=begin), first + timedelta(days=end + 1)
        hits = [at for at in alarms if since - timedelta(days=1) <= at < until + timedelta(days=1)]
        near.update(hits)
        if hits and hits[0] < until:
            delays.append(max((hits[0] - since) / HOUR, 0.0))
    false = len(set(alarms) - near)
    return {
        "days": days, "surges": len(true), "told": len(delays), "alarms": len(alarms),
        "median_hours_until_told": round(float(np.median(delays)), 1) if delays else None,
        "worst_hours_until_told": round(max(delays), 1) if delays else None,
        "false_alarms_per_30_days": round(false * 30 / max(days, 1), 2),
        "surge_days": [str((first + timedelta(days=begin)).date()) for begin, _ in true],
    }  # fmt: skip
