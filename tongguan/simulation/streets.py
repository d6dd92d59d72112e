# SPDX-License-Identifier: Apache-2.0
"""Pure: people at squares and exits, cars on roads: a made-up course by hour and weekday.

Every value depends on its place and its moment only, so that any stretch of time can be told at any time.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Between two readings, and the local clock minus UTC, milliseconds.
STEP: Final = 900_000
OFFSET: Final = 8 * 3_600_000
_DAY: Final = 86_400_000
_FRIDAY: Final = 4
_SATURDAY: Final = 5
#: So many steps back what happened still shows, each step less.
_MEMORY: Final = 12
_FADING: Final = 0.85
_DAYS_APART: Final = 1 << 40
_MIX: Final = np.array([0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB], np.uint64)


@dataclass(frozen=True, slots=True)
class Course:
    """How a quantity goes through a day. Bells: (hour, width in hours, height) on workdays and days off.

    ``base``: what is there by day besides; ``night``: the share of it that stays at night. ``least``: never
    below. ``scatter``: of the quarter hours, as a share; ``days``: of whole days.
    """

    workdays: tuple[tuple[float, float, float], ...]
    off: tuple[tuple[float, float, float], ...]
    base: float
    night: float
    least: float = 0.0
    scatter: float = 0.06
    days: float = 0.08


#: Kinds of places: people on a square and through an exit of the metro, cars of a road, and their speed.
SQUARE: Final = Course(
    ((12.5, 1.5, 260.0), (19.5, 1.8, 620.0)), ((11.0, 2.5, 520.0), (16.0, 2.5, 640.0), (20.0, 1.8, 900.0)),
    120.0, 0.05, scatter=0.08, days=0.15,
)  # fmt: skip
EXIT: Final = Course(
    ((8.2, 0.8, 2600.0), (18.2, 1.1, 2300.0)), ((11.0, 3.0, 650.0), (18.0, 3.0, 800.0)), 380.0, 0.04
)
ROAD: Final = Course(
    ((8.0, 1.1, 900.0), (18.0, 1.4, 850.0)), ((11.0, 3.0, 380.0), (17.0, 3.0, 460.0)), 620.0, 0.15
)
SPEED: Final = Course(
    ((8.0, 1.0, -26.0), (18.1, 1.3, -24.0)), ((11.0, 2.5, -8.0), (17.0, 2.5, -10.0)), 52.0, 1.15, 4.0, 0.05,
    0.04,
)  # fmt: skip


def values(course: Course, place: int, seed: int, at: Ints) -> Floats:
    """Give the values of a place (its number) at moments, milliseconds since 1970, in the course's unit."""
    local = at + OFFSET
    day, hour = local // _DAY, local % _DAY / 3_600_000
    weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
    off = weekday >= _SATURDAY
    awake = 1 / (1 + np.exp(-(hour - 6.3) * 2.2)) / (1 + np.exp((hour - 22.6) * 1.8))
    usual = course.base * (course.night + (1 - course.night) * awake)
    usual += np.where(off, _bells(course.off, hour), _bells(course.workdays, hour))
    usual = np.where((weekday == _FRIDAY) & (hour > 17), usual * 1.1, usual)  # noqa: PLR2004 - of an evening
    slot = at // STEP
    steps = np.arange(_MEMORY)
    fading = _FADING**steps
    drift = (_normal(seed, place, slot[:, None] - steps) * fading).sum(1) / np.sqrt((fading**2).sum())
    whole = _normal(seed, place, day + _DAYS_APART)
    size = 0.8 + 0.5 * float(_uniform(seed, place, np.array([-1]))[0])
    told = usual * (1 + course.scatter * drift + course.days * whole)
    return np.maximum(told if course.least else told * size, course.least)


def _bells(bells: tuple[tuple[float, float, float], ...], hour: Floats) -> Floats:
    total = np.zeros(len(hour))
    for centre, width, height in bells:
        total += height * np.exp(-(((hour - centre) / width) ** 2) / 2)
    return total


def _uniform(seed: int, place: int, number: Ints) -> Floats:
    """Give a number between 0 and 1 for each of ``number``, always the same one (splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = number.astype(np.uint64) + np.uint64(seed * 1_000_003 + place + 1) * _MIX[0]
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX[1]
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX[2]
        mixed ^= mixed >> np.uint64(31)
    return np.asarray((mixed >> np.uint64(11)).astype(np.float64) / (1 << 53))


def _normal(seed: int, place: int, number: Ints) -> Floats:
    first, second = _uniform(seed, place, number * 2), _uniform(seed, place, number * 2 + 1)
    return np.asarray(np.sqrt(-2 * np.log(first + 1e-12)) * np.cos(2 * np.pi * second))
