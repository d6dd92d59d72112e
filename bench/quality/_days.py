# SPDX-License-Identifier: Apache-2.0
"""Rows of 311 data sets as counts per day and series, and where history ends and the future begins."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from tongguan.forecasts.contracts import DAY_MS, Panel

#: Without a test folder the last part of the days is the future.
FUTURE = 0.3
_EPOCH = date(1970, 1, 1)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """Give the rows of a packed table."""
    with gzip.open(folder / name, "rt", encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def moments(found: list[dict[str, str]], column: str) -> Iterator[tuple[datetime, dict[str, str]]]:
    """Give each row with its time."""
    for row in found:
        yield datetime.fromisoformat(row[column]).replace(tzinfo=None), row


def panel(told: list[tuple[date, str]], series: list[str], first: date, last: date) -> Panel:
    """Give the daily counts of the named series and of all together ("") from the first to the last day."""
    counts = Counter(told)
    whole = Counter(day for day, _ in told)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    table = [[whole[day] if name == "" else counts[day, name] for name in series] for day in days]
    at = np.array([(day - _EPOCH).days * DAY_MS for day in days], dtype=np.int64)
    return Panel(at, np.array(table, dtype=float).reshape(len(days), len(series)))
