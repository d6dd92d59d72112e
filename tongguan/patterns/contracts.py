# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of patterns in counts. Days are whole numbers, cells are H3 cells, places are row numbers."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

#: A finding is shown as one when at most this share of what is shown may be chance (false discovery rate).
RATE: Final = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """Gi* of each cell: ``z`` above or below what is usual, ``p`` two-sided, ``q`` with all cells counted.

    ``around`` is the sum of the cell and its neighbours.
    """

    z: Floats
    p: Floats
    q: Floats
    around: Floats

    def hot(self, rate: float = RATE) -> Flags:
        """Tell which cells lie in a hot spot at this false discovery rate."""
        return (self.z > 0) & (self.q <= rate)

    def cold(self, rate: float = RATE) -> Flags:
        """Tell which cells lie in a cold spot at this false discovery rate."""
        return (self.z < 0) & (self.q <= rate)


@dataclass(frozen=True, slots=True)
class Cluster:
    """More cases in one neighbourhood and stretch of days than place and time apart would give.

    ``centre``: the place in the middle (row number), ``rings`` around it, ``places``: all of them;
    ``begin`` and ``end``: first and last day. ``cases`` against ``expected``; ``p``: share of shuffled
    histories whose strongest cluster was as strong.
    """

    centre: int
    rings: int
    places: tuple[int, ...]
    begin: int
    end: int
    cases: int
    expected: float
    strength: float
    p: float


@dataclass(frozen=True, slots=True)
class Change:
    """The level of a series of counts moved: ``before`` a step, from place ``at`` on ``after``."""

    at: int
    before: float
    after: float

    @property
    def ratio(self) -> float:
        """Give the new level in terms of the old one."""
        return self.after / self.before if self.before > 0 else float("inf")


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """A series as the sum of trend, season and rest; ``weight`` 0…1: how far a value was believed."""

    trend: Floats
    season: Floats
    rest: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Link:
    """Series ``leads`` goes before ``follows`` by ``lag`` steps with correlation ``r``; ``q``: of all."""

    leads: int
    follows: int
    lag: int
    r: float
    p: float
    q: float


@dataclass(frozen=True, slots=True)
class Share:
    """A slice that drives a change: which values of which dimensions, and its own part of the change.

    ``change`` counts only what no slice before it has taken, so that shares and the rest add up. ``excess``:
    how much more than if every slice had changed in proportion.
    """

    slice: tuple[tuple[int, int], ...]
    before: float
    now: float
    change: float
    excess: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """A change taken apart: the slices that drive it, the strongest first, and what is left of it."""

    before: float
    now: float
    shares: tuple[Share, ...]
    rest: float


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A kind of matter that comes back at a place. ``months``: of the year in which it does (1 … 12).

    ``rows``: all its cases; ``spells``: separate times it came; ``known_day``: the day on which it could
    first have been known to come back; ``after``: cases since then, the most that acting could have spared.
    ``expected``: cases that place and kind apart would give; ``q``: how likely chance is, all looked-at
    pairs counted.
    """

    place: int
    kind: int
    months: tuple[int, ...]
    rows: tuple[int, ...]
    spells: int
    known_day: int
    after: int
    expected: float
    q: float


@dataclass(frozen=True, slots=True)
class Surge:
    """Far more came within ``span`` hours than is usual: told at hour ``at``, over at ``until`` or None."""

    at: int
    span: int
    count: int
    expected: float
    until: int | None
