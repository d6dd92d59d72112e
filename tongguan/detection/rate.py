# SPDX-License-Identifier: Apache-2.0
"""How fast a value goes up or down over a window. Pure."""

from typing import Final

import numpy as np

from tongguan.detection import grading
from tongguan.detection.contracts import (
    NEVER,
    SECOND,
    Batch,
    Floats,
    Kind,
    Parameter,
    Reason,
    Settings,
    State,
    Times,
    Verdicts,
    newer,
)
from tongguan.detection.segments import order, rounds

#: A window is cut into this many parts; of each the first reading is remembered.
_PARTS: Final = 6
_RING: Final = _PARTS + 2
_MINUTE: Final = 60 * SECOND
_SIDES: Final = {"rise": "上升", "fall": "下降", "either": "升或降"}


class Rate(grading.Graded):
    """Grades by the change per minute between a reading and the oldest remembered one within the window.

    The two must lie at least half a window apart, else nothing is said. 190 bytes a subject.
    """

    code = "rate"
    zh = "变化率"
    en = "rate of change"
    parameters = (
        Parameter("window", "时间窗", "window", "s", 1, 7 * 86_400, needed=True),
        Parameter("side", "方向", "direction", default="either", kind=Kind.CHOICE, choices=_SIDES),
        *grading.grading_parameters("value/min", low=0.0),
    )

    def begin(self, slots: int, settings: Settings) -> State:
        """Give the state of subjects not yet heard."""
        return super().begin(slots, settings) | {
            "seen": np.full(slots, NEVER),
            "ring_at": np.full((slots, _RING), NEVER),
            "ring_value": np.zeros((slots, _RING)),
        }

    def step(self, settings: Settings, state: State, batch: Batch) -> tuple[State, Verdicts]:
        """Measure the rate at each reading."""
        batch = newer(batch, state["seen"])
        if not len(batch):
            return state, Verdicts.none()
        window = int(settings["window"] * SECOND)
        part = max(window // _PARTS, 1)
        told = [
            (piece, _measured(state, piece, bucket, part, window))
            for piece, bucket in rounds(batch, batch.at // part)
        ]
        state["seen"][batch.slots] = batch.at[batch.ends]
        slot, at = told[0][0].slot, told[0][0].at
        rate = told[0][1]
        if len(told) > 1:
            slot, at = (np.concatenate([getattr(one, name) for one, _ in told]) for name in ("slot", "at"))
            sorting = order(slot.astype(np.int64))
            slot, at = slot[sorting], at[sorting]
            rate = np.concatenate([one for _, one in told])[sorting]
        side = settings.get("side", "either")
        if side != "rise":
            rate = np.abs(rate) if side == "either" else -rate
        return state, grading.climb(grading.Ladder.of(settings), state, slot, at, rate, Reason.RATE)


def _measured(state: State, batch: Batch, bucket: Times, part: int, window: int) -> Floats:
    """Give the change per minute at each reading of a round; remembers the first reading of each new part."""
    mine = batch.slots
    held = bucket % _RING
    begins = state["ring_at"][mine, held] // part != bucket
    row, column, place = mine[begins], held[begins], batch.starts[begins]
    state["ring_at"][row, column] = batch.at[place]
    state["ring_value"][row, column] = batch.value[place]
    kept = state["ring_at"][batch.slot]
    usable = (kept >= (batch.at - window)[:, None]) & (kept >= 0)
    oldest = np.where(usable, kept, np.iinfo(np.int64).max).argmin(axis=1)
    lines = np.arange(len(batch))
    apart = batch.at - kept[lines, oldest]
    change = batch.value - state["ring_value"][batch.slot, oldest]
    return np.where(apart * 2 >= window, change * _MINUTE / np.maximum(apart, 1), np.nan)
