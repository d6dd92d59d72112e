# SPDX-License-Identifier: Apache-2.0
"""For tests: the plain truth about a store, computed reading by reading."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.frames import UNUSABLE, Frame
from tongguan.series.contracts import Plan, Rolled

#: Small and with nothing kept free, so that tests run anywhere.
SMALL = Plan(reserve=0, parts=2)


def rows(frame: Frame) -> list[tuple[int, int, float | str, int]]:
    """Give readings as plain rows; NaN as a word, so that rows can be compared."""
    return [
        (s, a, "nan" if math.isnan(v) else v, q)
        for s, a, v, q in zip(
            frame.stream.tolist(),
            frame.at.tolist(),
            frame.value.tolist(),
            frame.quality.tolist(),
            strict=True,
        )
    ]


def recomputed(
    readings: Iterable[tuple[int, int, float | str, int]], step: int, zone_ms: int
) -> list[tuple[Any, ...]]:
    """Give sums by span from single rows, in plain Python."""
    spans: dict[tuple[int, int], list[tuple[int, Any, int]]] = {}
    for stream, at, value, quality in readings:
        begin = (at + zone_ms) // step * step - zone_ms
        spans.setdefault((stream, begin), []).append((at, value, quality))
    found: list[tuple[Any, ...]] = []
    for (stream, begin), inside in sorted(spans.items()):
        good = sorted((at, value) for at, value, quality in inside if not quality & UNUSABLE)
        values = [value for _, value in good]
        bits = 0
        for _, _, quality in inside:
            bits |= quality
        sums = (min(values), max(values), sum(values) / len(values), good[-1][1]) if good else ("nan",) * 4
        found.append((stream, begin, len(good), *sums, good[-1][0] if good else -1, bits))
    return found


def spans(rolled: Rolled) -> list[tuple[Any, ...]]:
    """Give roll-ups as plain rows."""
    columns = (rolled.stream, rolled.begin, rolled.count, rolled.low, rolled.high, rolled.mean, rolled.last)
    return [
        tuple("nan" if isinstance(one, float) and math.isnan(one) else one for one in row)
        for row in zip(*(c.tolist() for c in (*columns, rolled.last_at, rolled.quality)), strict=True)
    ]


def numbers(*streams: int) -> NDArray[np.int64]:
    """Give stream numbers as a store takes them."""
    return np.array(streams, np.int64)
