# SPDX-License-Identifier: Apache-2.0
"""Readings by local day, beside the days of cases."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from tongguan.analysis import asking
from tongguan.analysis.contracts import Question
from tongguan.kernel.errors import Invalid, NotFound
from tongguan.patterns.contracts import Floats
from tongguan.people.contracts import Actor
from tongguan.sensing import queries as sensing
from tongguan.sensors import queries as sensors

MOST: Final = 8
_DAY_MS: Final = 86_400_000


def by_day(
    viewer: Actor, question: Question, streams: Sequence[int], *, gaps: bool = False
) -> list[tuple[str, Floats]]:
    """Give each stream's name and mean by local day; days without readings are NaN, or the mean of all days.

    Raises Invalid (too many), NotFound for a stream that is unknown or outside of the scope.
    """
    if not streams:
        return []
    if len(streams) > MOST:
        raise Invalid("analysis.streams", f"最多 {MOST} 条读数", "too many streams", field="streams")
    known = sensors.streams(streams, viewer)
    missing = [number for number in streams if number not in known]
    if missing:
        raise NotFound(
            "analysis.stream", "没有这条读数，或不在您的管辖范围", "no such stream", field="streams"
        )
    begin = int(asking.begin_of(question.since).timestamp() * 1000)
    rolled = sensing.aggregate(list(streams), begin, begin + question.days * _DAY_MS)
    found = []
    for number in streams:
        mine = rolled.stream == number
        day = (rolled.begin[mine] - begin) // _DAY_MS
        weight = rolled.count[mine].astype(float)
        inside = (day >= 0) & (day < question.days)
        total = np.bincount(
            day[inside], weight[inside] * np.nan_to_num(rolled.mean[mine][inside]), question.days
        )
        count = np.bincount(day[inside], weight[inside], question.days)
        values = np.divide(total, count, out=np.full(question.days, np.nan), where=count > 0)
        if not gaps:
            values = np.nan_to_num(values, nan=float(np.nanmean(values)) if (count > 0).any() else 0.0)
        found.append((known[number].key, values))
    return found
