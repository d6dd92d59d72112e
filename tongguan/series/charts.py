# SPDX-License-Identifier: Apache-2.0
"""Drawing a long series in few columns: every column keeps its least and its greatest value (pure)."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame
from tongguan.series.contracts import Chart, Rolled
from tongguan.series.schema import LEVELS


def level(begin: int, end: int, pixels: int, gone: dict[str, int]) -> str:
    """Choose the coarsest level still as fine as the columns, none whose readings are gone at ``begin``."""
    width = (end - begin) / pixels
    best = "raw"
    for name, (step, _) in LEVELS.items():
        if step <= width or begin < gone[best]:
            best = name
    return best


def of_readings(frame: Frame, begin: int, end: int, pixels: int) -> Chart:
    """Draw single readings; those no detector may judge by lend their quality only."""
    good = frame.usable()
    value = np.where(good, frame.value, np.nan)
    return _drawn(
        0, frame.at, good.astype(np.int64), (value, value, value, value), frame.quality, begin, end, pixels
    )


def of_spans(rolled: Rolled, step: int, begin: int, end: int, pixels: int) -> Chart:
    """Draw roll-ups."""
    four = (rolled.low, rolled.high, rolled.mean * np.maximum(rolled.count, 1), rolled.last)
    return _drawn(step, rolled.begin, rolled.count, four, rolled.quality, begin, end, pixels)


def _drawn(
    step: int,
    at: NDArray[np.int64],
    count: NDArray[np.int64],
    four: tuple[NDArray[np.float64], ...],
    quality: NDArray[np.uint16],
    begin: int,
    end: int,
    pixels: int,
) -> Chart:
    low, high, total, last = four
    column = np.clip((at - begin) * pixels // max(end - begin, 1), 0, pixels - 1)
    first = (
        np.flatnonzero(np.append([True], column[1:] != column[:-1])) if len(column) else np.empty(0, np.int64)
    )
    if not len(first):
        empty = np.empty(0)
        none = np.empty(0, np.int64)
        return Chart(step, none, none, empty, empty, empty, empty, np.empty(0, np.uint16))
    counts = np.add.reduceat(count, first)
    nothing = counts == 0
    width = np.diff(np.append(first, len(at)))
    starts = begin + np.unique(column) * (end - begin) // pixels
    # The last usable one of a column: the columns come by time, so it is the highest place that counts.
    places = np.maximum.reduceat(np.where(count > 0, np.arange(len(at)), -1), first)
    mean = np.add.reduceat(np.where(count > 0, total, 0.0), first) / np.maximum(counts, 1)
    return Chart(
        step,
        np.where((width == 1) & (step == 0), at[first], starts),
        counts,
        _least(low, count, first, np.minimum, np.inf, nothing),
        _least(high, count, first, np.maximum, -np.inf, nothing),
        np.where(nothing, np.nan, mean),
        np.where(nothing, np.nan, last[places]),
        np.bitwise_or.reduceat(quality, first),
    )


def _least(
    value: NDArray[np.float64],
    count: NDArray[np.int64],
    first: NDArray[np.int64],
    of: Any,
    empty: float,
    nothing: NDArray[np.bool_],
) -> NDArray[np.float64]:
    found = of.reduceat(np.where(count > 0, value, empty), first)
    return np.asarray(np.where(nothing, np.nan, found))
