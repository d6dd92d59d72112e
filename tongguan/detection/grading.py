# SPDX-License-Identifier: Apache-2.0
"""From measurements to grades 蓝 黄 橙 红: hysteresis, duration, timers for going up and down. Pure.

Each grade is a switch of its own. It goes on when the measurement has been at or beyond its limit in every
reading for its raise time, and off when it has been back by more than the band for its lower time; between
limit and band both timers start again. The grade of a subject is the worst switch that is on. Time counts
from reading to reading: silence longer than ``gap`` breaks a run, so that no alarm rests on readings that are
not there.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, Self

import numpy as np

from tongguan.detection.contracts import (
    COLOURS,
    GRADES,
    NEVER,
    SECOND,
    Flags,
    Floats,
    Parameter,
    Places,
    Problem,
    Reason,
    Settings,
    Slots,
    State,
    Times,
    Verdicts,
    starts_of,
)
from tongguan.detection.segments import filled, firsts, run_of
from tongguan.detection.settings import per_slot

_DAY_S: Final = 86_400
_WORDS: Final = (("蓝色", "blue"), ("黄色", "yellow"), ("橙色", "orange"), ("红色", "red"))


def grading_parameters(
    unit: str, *, low: float = -1e12, high: float = 1e12, timers: bool = True
) -> tuple[Parameter, ...]:
    """Give the parameters of limits, and with ``timers`` of band, raise and lower times."""
    made = []
    for colour, (zh, en) in zip(COLOURS, _WORDS, strict=True):
        made.append(Parameter(colour, f"{zh}限值", f"{en} limit", unit, low, high, each=True))
    if not timers:
        return tuple(made)
    return (*made, *timer_parameters(unit, max(high - low, 0.0)))


def timer_parameters(unit: str, widest: float) -> tuple[Parameter, ...]:
    """Give the parameters of band (when ``widest`` is above 0), raise time, lower time and gap."""
    made = []
    if widest:
        made.append(Parameter("band", "回差", "hysteresis", unit, 0.0, widest, 0.0, each=True))
    for colour, (zh, en) in zip(COLOURS, _WORDS, strict=True):
        made.append(
            Parameter(f"{colour}_after", f"{zh}持续时间", f"{en} raise time", "s", 0, 30 * _DAY_S, 0.0)
        )
    for colour, (zh, en) in zip(COLOURS, _WORDS, strict=True):
        made.append(
            Parameter(f"{colour}_clear", f"{zh}恢复时间", f"{en} lower time", "s", 0, 30 * _DAY_S, 0.0)
        )
    made.append(
        Parameter("gap", "中断时间（0 为不限）", "gap that breaks a run (0: none)", "s", 0, 366 * _DAY_S, 0.0)
    )
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Limits of the grades in use, rising; a limit may be one number or one per slot (NaN: not used there).

    ``sign`` −1: the lower the worse. ``after`` and ``clear``: ms of each grade; ``gap``: ms, 0 without.
    """

    grades: tuple[int, ...]
    limits: tuple[Any, ...]
    band: Any
    after: tuple[int, ...]
    clear: tuple[int, ...]
    gap: int
    sign: float

    @classmethod
    def of(cls, settings: Settings, *, sign: float = 1.0) -> Self:
        """Read it from settings; at least one grade must have a limit (``limits_wrong`` says so)."""
        used = [grade for grade in GRADES if settings.get(COLOURS[grade - 1]) is not None]
        names = [COLOURS[grade - 1] for grade in used]
        return cls(
            tuple(used),
            tuple(settings[name] for name in names),
            settings.get("band", 0.0),
            tuple(int(settings.get(f"{name}_after", 0.0) * SECOND) for name in names),
            tuple(int(settings.get(f"{name}_clear", 0.0) * SECOND) for name in names),
            int(settings.get("gap", 0.0) * SECOND),
            sign,
        )

    def lowest(self, slot: Slots) -> Any:
        """Give the signed limit below which nothing begins."""
        signed = [self.sign * per_slot(limit, slot) for limit in self.limits]
        if not signed:
            return np.inf
        lowest = signed[0]
        for one in signed[1:]:
            lowest = np.fmin(lowest, one)
        return lowest


def limits_wrong(settings: Settings, *, sign: float = 1.0) -> tuple[Problem, ...]:
    """Say what is wrong with the limits together: there are none, or a worse grade comes earlier."""
    limits = [(name, settings[name]) for name in COLOURS if settings.get(name) is not None]
    if not limits:
        return (Problem("red", "至少要有一个等级的限值", "at least one grade needs a limit"),)
    for (_, milder), (name, worse) in pairwise(limits):
        if bool(np.any(sign * np.asarray(worse) < sign * np.asarray(milder))):
            return (Problem(name, "更重的等级限值应更难达到", "a worse grade must be harder to reach"),)
    return ()


def fresh(slots: int) -> State:
    """Give the ladder's state: nothing on, no run begun. 74 bytes a subject."""
    return {
        "on": np.zeros(slots, np.uint8),
        "busy": np.zeros(slots, np.bool_),
        "last": np.full(slots, NEVER),
        "up": np.full((slots, 4), NEVER),
        "down": np.full((slots, 4), NEVER),
    }


def climb(ladder: Ladder, state: State, slot: Slots, at: Times, measured: Floats, reason: Reason) -> Verdicts:
    """Judge measurements sorted by slot, by time within a slot; writes the state, gives changes of grade.

    Measurements that are not numbers, and those not later than the last one of their slot, are passed over.
    Slots where nothing is on, nothing counts and nothing reaches the lowest limit cost four simple steps.
    """
    slot, at, measured = _forward(state, slot, at, measured)
    if not len(slot):
        return Verdicts.none()
    starts = starts_of(slot)
    ends = np.append(starts[1:], len(slot)) - 1
    mine = slot[starts]
    signed = measured if ladder.sign > 0 else -measured
    reach = signed >= ladder.lowest(slot)
    hot = state["busy"][mine] | (reach if len(starts) == len(slot) else np.logical_or.reduceat(reach, starts))
    before = state["last"][mine]
    state["last"][mine] = at[ends]
    if not hot.any():
        return Verdicts.none()
    if not hot.all():
        which = hot if len(starts) == len(slot) else np.repeat(hot, np.diff(np.append(starts, len(slot))))
        slot, at, signed, before = slot[which], at[which], signed[which], before[hot]
    return _climb(ladder, state, slot, at, signed, before, reason)


def _forward(state: State, slot: Slots, at: Times, measured: Floats) -> tuple[Slots, Times, Floats]:
    good = ~np.isnan(measured)
    good &= at > state["last"][slot]
    if good.all():
        return slot, at, measured
    return slot[good], at[good], measured[good]


def _climb(
    ladder: Ladder, state: State, slot: Slots, at: Times, signed: Floats, before: Times, reason: Reason
) -> Verdicts:
    n = len(slot)
    starts = starts_of(slot)
    first = firsts(starts, n)
    ends = np.append(starts[1:], n) - 1
    mine = slot[starts]
    was = state["on"][mine]
    prior = np.concatenate(([NEVER], at[:-1]))
    prior[starts] = before
    cut = (at - prior > ladder.gap) & (prior >= 0) if ladder.gap else np.zeros(n, np.bool_)
    worst = np.zeros(n, np.int8)
    began = was_grade(was)
    up_since, down_since = np.full((n, 4), NEVER), np.full((n, 4), NEVER)
    on = np.zeros_like(was)  # a switch whose grade is no longer used goes off
    for grade, limit, after, clear in zip(
        ladder.grades, ladder.limits, ladder.after, ladder.clear, strict=True
    ):
        row, bit = grade - 1, np.uint8(1 << (grade - 1))
        edge = ladder.sign * per_slot(limit, slot)
        with np.errstate(invalid="ignore"):
            high = signed >= edge
            low = ~(signed >= edge - per_slot(ladder.band, slot))
        went_up = _since(high, at, first, cut, state["up"][mine, row], starts)
        went_down = _since(low, at, first, cut, state["down"][mine, row], starts)
        rises = high & (at - went_up >= after)
        falls = low & (at - went_down >= clear)
        held = (was & bit) != 0
        switch = _switched(rises, falls, first, held, run_of(starts, n))
        worst[switch] = grade
        up_since[:, row], down_since[:, row] = went_up, went_down
        state["up"][mine, row] = np.where(high[ends], went_up[ends], NEVER)
        state["down"][mine, row] = np.where(low[ends], went_down[ends], NEVER)
        on = np.where(switch[ends], on | bit, on & ~bit)
    state["on"][mine] = on
    state["busy"][mine] = (on != 0) | (state["up"][mine] >= 0).any(axis=1)
    earlier = np.concatenate((worst[:1], worst[:-1]))
    earlier[starts] = began
    changed = np.flatnonzero(worst != earlier)
    return _told(ladder, slot, at, signed, worst, earlier, changed, (up_since, down_since), reason)


def _since(beyond: Flags, at: Times, first: Flags, cut: Flags, carried: Times, starts: Places) -> Times:
    """Give since when each reading that is beyond has been so without a break (elsewhere: anything)."""
    previous = np.concatenate(([False], beyond[:-1]))
    begins = beyond & (~previous | cut | first)
    since = np.where(begins, at, NEVER)
    goes_on = beyond[starts] & (carried >= 0) & ~cut[starts]
    since[starts[goes_on]] = carried[goes_on]
    return since[filled(begins | first)]


def _switched(rises: Flags, falls: Flags, first: Flags, held: Flags, run: Places) -> Flags:
    """Give after each reading whether the switch is on: the last thing that moved it, else as it was."""
    moved = rises | falls
    place = filled(moved | first)
    return np.where(moved[place], rises[place], held[run])


def was_grade(on: np.ndarray) -> np.ndarray:
    """Give the worst grade of each set of switches."""
    return _WORST[on]


_WORST: Final = np.array([int(bits).bit_length() for bits in range(16)], np.int8)


class Graded:
    """What detectors share whose measurement climbs one ladder: the check of limits, and silence on ticks."""

    grouped = False
    ticks = False

    def begin(self, slots: int, settings: Settings) -> State:  # noqa: ARG002 - the contract's form
        """Give the ladder's state of subjects not yet heard."""
        return fresh(slots)

    def wrong(self, settings: Settings) -> tuple[Problem, ...]:
        """Say what is wrong with the limits together."""
        return limits_wrong(settings)

    def tick(self, settings: Settings, state: State, now: int) -> tuple[State, Verdicts]:  # noqa: ARG002
        """Say nothing: silence is the matter of ``no_data``."""
        return state, Verdicts.none()


def _told(
    ladder: Ladder,
    slot: Slots,
    at: Times,
    signed: Floats,
    worst: np.ndarray,
    earlier: np.ndarray,
    changed: Places,
    since: tuple[np.ndarray, np.ndarray],
    reason: Reason,
) -> Verdicts:
    if not len(changed):
        return Verdicts.none()
    grade, before = worst[changed], earlier[changed]
    rises = grade > before
    # Up: the limit of the new grade. Down: the one that no longer holds.
    which = np.where(rises, grade, before)
    limit = np.full(len(changed), np.nan)
    for one, value in zip(ladder.grades, ladder.limits, strict=True):
        hit = which == one
        limit[hit] = per_slot(value, slot[changed][hit])
    row = which.astype(np.int64) - 1
    began = np.where(rises, since[0][changed, row], since[1][changed, row])
    return Verdicts(
        slot[changed], at[changed], grade, before, ladder.sign * signed[changed], limit, began,
        np.full(len(changed), reason, np.int16),
    )  # fmt: skip
