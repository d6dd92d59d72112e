# SPDX-License-Identifier: Apache-2.0
"""Departure from a stream's own hour of the week, learned as it goes. Pure."""

from typing import Final

import numpy as np

from tongguan.detection import grading
from tongguan.detection.contracts import (
    NEVER,
    Batch,
    Floats,
    Kind,
    Parameter,
    Reason,
    Settings,
    Slots,
    State,
    Times,
    Verdicts,
    newer,
)
from tongguan.detection.segments import order, rounds, run_of
from tongguan.detection.settings import per_slot

_HOUR: Final = 3_600_000
_WEEK: Final = 168
_SIDES: Final = {"either": "高或低", "above": "高于", "below": "低于"}
#: What one hour may move a known profile, in its own deviations; the share of the newest week, at least.
_MOST, _SHARE = 3.0, 0.1


class Season(grading.Graded):
    """Grades by how many of its usual deviations a reading lies off the usual value of this hour of the week.

    An hour teaches the profile only when it is over, and no more than three usual deviations at once, so that
    a night's leak does not become the usual. 1.6 kB a subject.
    """

    code = "season"
    zh = "偏离同时段规律"
    en = "departure from the hour of the week"
    parameters = (
        Parameter("weeks", "学习周数", "weeks to learn", "", 1, 52, 3.0),
        Parameter("floor", "最小偏差", "least deviation", "value", 1e-9, 1e12, 1e-6, each=True),
        Parameter("zone", "时区", "zone", "h", -12, 14, 8.0),
        Parameter("side", "方向", "direction", default="either", kind=Kind.CHOICE, choices=_SIDES),
        *grading.grading_parameters("倍偏差", low=0.0, high=1e6),
    )

    def begin(self, slots: int, settings: Settings) -> State:
        """Give the state of subjects not yet heard."""
        return super().begin(slots, settings) | {
            "seen": np.full(slots, NEVER),
            "hour": np.full(slots, NEVER),
            "count": np.zeros(slots, np.int64),
            "total": np.zeros(slots),
            "apart": np.zeros(slots),
            "anchor": np.zeros(slots),
            "level": np.zeros((slots, _WEEK), np.float32),
            "spread": np.zeros((slots, _WEEK), np.float32),
            "weeks": np.zeros((slots, _WEEK), np.uint8),
        }

    def step(self, settings: Settings, state: State, batch: Batch) -> tuple[State, Verdicts]:
        """Judge each reading by what was learned before its hour."""
        batch = newer(batch, state["seen"])
        if not len(batch):
            return state, Verdicts.none()
        zone = int(settings["zone"] * _HOUR)
        told = [
            (piece, _piece(settings, state, piece, hour))
            for piece, hour in rounds(batch, (batch.at + zone) // _HOUR)
        ]
        state["seen"][batch.slots] = batch.at[batch.ends]
        slot = np.concatenate([piece.slot for piece, _ in told])
        at = np.concatenate([piece.at for piece, _ in told])
        off = np.concatenate([found for _, found in told])
        if len(told) > 1:
            sorting = order(slot.astype(np.int64))
            slot, at, off = slot[sorting], at[sorting], off[sorting]
        side = settings.get("side", "either")
        if side != "above":
            off = np.abs(off) if side == "either" else -off
        return state, grading.climb(grading.Ladder.of(settings), state, slot, at, off, Reason.SEASON)


def _piece(settings: Settings, state: State, batch: Batch, hour: Times) -> Floats:
    mine, starts = batch.slots, batch.starts
    over = state["hour"][mine] != hour
    _teach(state, mine[over & (state["hour"][mine] >= 0)])
    slot, column = mine[over], hour[over] % _WEEK
    state["hour"][slot], state["count"][slot] = hour[over], 0
    state["total"][slot] = state["apart"][slot] = 0.0
    # Until an hour of the week is known, its first reading stands for its level.
    state["anchor"][slot] = np.where(
        state["weeks"][slot, column] > 0, state["level"][slot, column], batch.value[starts[over]]
    )
    run = run_of(starts, len(batch))
    apart = batch.value - state["anchor"][mine][run]
    state["count"][mine] += np.diff(np.append(starts, len(batch)))
    state["total"][mine] += np.add.reduceat(batch.value, starts)
    state["apart"][mine] += np.add.reduceat(np.abs(apart), starts)
    column = hour % _WEEK
    floor = per_slot(settings["floor"], mine)
    usual = np.maximum(state["spread"][mine, column].astype(np.float64), floor)
    known = state["weeks"][mine, column] >= int(settings["weeks"])
    return np.where(known[run], apart / usual[run], np.nan)


def _teach(state: State, slot: Slots) -> None:
    """Let the hour that is over move the profile of its hour of the week."""
    column = state["hour"][slot] % _WEEK
    weeks = state["weeks"][slot, column].astype(np.float64)
    level, spread = (
        state["level"][slot, column].astype(np.float64),
        state["spread"][slot, column].astype(np.float64),
    )
    mean, apart = (state[name][slot] / state["count"][slot] for name in ("total", "apart"))
    share = np.maximum(1.0 / (weeks + 1.0), _SHARE)
    most = np.where(weeks >= 2, _MOST * spread, np.inf)  # noqa: PLR2004 - one week knows no deviation
    state["level"][slot, column] = np.where(
        weeks > 0, level + share * np.clip(mean - level, -most, most), mean
    )
    state["spread"][slot, column] = np.where(
        weeks > 0, spread + share * (np.minimum(apart, most) - spread), apart
    )
    state["weeks"][slot, column] = np.minimum(weeks + 1, 255).astype(np.uint8)
