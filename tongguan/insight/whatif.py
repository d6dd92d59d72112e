# SPDX-License-Identifier: Apache-2.0
"""What another limit would have done: the clocks of a period replayed under it. Pure, vectorised.

A clock is late when its counted time is beyond what it was allowed: the limit once, and once more for every
extension that was approved (as ``dispatch`` reckons). Counted time leaves approved suspensions out already.
A clock that still runs is late when its age is beyond; otherwise it is not yet known and left out.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.certainty import wilson

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Counted minutes are whole in the case book: a clock stopped within the limit's last minute was in time.
_GRAIN: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Clocks:
    """Clocks of a period, one per place of every column.

    ``minutes``: counted time; ``extensions``: approved ones; ``ended``: False while running; ``week``: number
    of the local week in which it started; ``unit``: any number that tells units apart.
    """

    minutes: Floats
    extensions: Ints
    ended: Mask
    week: Ints
    unit: Ints

    def __len__(self) -> int:
        """Give how many clocks there are."""
        return len(self.minutes)


@dataclass(frozen=True, slots=True)
class Played:
    """One limit played over the clocks: how many are known, in time, the share with its 95 % bounds.

    ``late_a_week``: mean over the weeks of the period; ``worst_week``: the most late ones of a week;
    ``worst_unit``: the unit with the most late ones and how many they are (None, 0 when none is late).
    """

    limit_minutes: float
    known: int
    in_time: int
    share: float | None
    low: float
    high: float
    late_a_week: float
    worst_week: int
    worst_unit: int | None
    worst_unit_late: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The limit in force against another one: both played; how many would be late that are in time now.

    ``spared``: those late now that would be in time. ``pressed_minutes``: counted time by which the newly
    late would have to be quicker, together: the load the other limit puts on the units.
    """

    now: Played
    then: Played
    newly_late: int
    spared: int
    pressed_minutes: float


def known_late(clocks: Clocks, limit_minutes: float) -> tuple[Mask, Mask]:
    """Tell of each clock whether the outcome under the limit is known, and whether it is late."""
    allowed = limit_minutes * (1 + clocks.extensions)
    late = clocks.minutes > allowed + _GRAIN
    return clocks.ended | late, late


def play(clocks: Clocks, limit_minutes: float) -> Played:
    """Play one limit over the clocks."""
    known, late = known_late(clocks, limit_minutes)
    count, lates = int(known.sum()), int(late.sum())
    low, high = wilson(count - lates, count)
    weeks = np.unique(clocks.week)
    by_week = np.unique(clocks.week[late], return_counts=True)[1]
    units, by_unit = np.unique(clocks.unit[late], return_counts=True)
    worst = int(by_unit.argmax()) if len(units) else None
    return Played(
        limit_minutes=limit_minutes,
        known=count,
        in_time=count - lates,
        share=(count - lates) / count if count else None,
        low=low,
        high=high,
        late_a_week=lates / len(weeks) if len(weeks) else 0.0,
        worst_week=int(by_week.max()) if len(by_week) else 0,
        worst_unit=None if worst is None else int(units[worst]),
        worst_unit_late=0 if worst is None else int(by_unit[worst]),
    )


def what_if(clocks: Clocks, now_minutes: float, then_minutes: float) -> WhatIf:
    """Play the limit in force and another one over the same clocks."""
    (known_now, late_now), (known_then, late_then) = (
        known_late(clocks, now_minutes),
        known_late(clocks, then_minutes),
    )
    newly = late_then & ~late_now
    over = clocks.minutes[newly] - then_minutes * (1 + clocks.extensions[newly])
    return WhatIf(
        now=play(clocks, now_minutes),
        then=play(clocks, then_minutes),
        newly_late=int(newly.sum()),
        spared=int((late_now & ~late_then & known_then & known_now).sum()),
        pressed_minutes=float(over.sum()),
    )
