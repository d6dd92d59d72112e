# SPDX-License-Identifier: Apache-2.0
"""A value that no longer moves: a stuck sensor, a frozen gateway. Pure."""

import numpy as np

from tongguan.detection import grading
from tongguan.detection.contracts import (
    NEVER,
    SECOND,
    Batch,
    Parameter,
    Reason,
    Settings,
    State,
    Verdicts,
    newer,
)
from tongguan.detection.segments import filled, firsts

_YEAR_S = 366 * 86_400


class FlatLine(grading.Graded):
    """Grades by how long, in seconds, no reading has differed from the one before by more than the tolerance.

    A silence longer than ``gap`` begins anew: what is not heard is not flat.
    """

    code = "flat_line"
    zh = "数值不变"
    en = "flat line"
    parameters = (
        Parameter("tolerance", "视为不变的变化量", "change that counts as none", "value", 0.0, 1e12, 0.0),
        Parameter("gap", "中断时间（0 为不限）", "gap that breaks a run (0: none)", "s", 0, _YEAR_S, 0.0),
        *grading.grading_parameters("s", low=1, high=_YEAR_S, timers=False),
    )

    def begin(self, slots: int, settings: Settings) -> State:
        """Give the state of subjects not yet heard."""
        return super().begin(slots, settings) | {
            "seen": np.full(slots, NEVER),
            "since": np.full(slots, NEVER),
            "value": np.full(slots, np.nan),
        }

    def step(self, settings: Settings, state: State, batch: Batch) -> tuple[State, Verdicts]:
        """Measure how long each value has stood."""
        batch = newer(batch, state["seen"])
        if not len(batch):
            return state, Verdicts.none()
        n, starts, mine = len(batch), batch.starts, batch.slots
        first = firsts(starts, n)
        value, at = np.concatenate(([np.nan], batch.value[:-1])), np.concatenate(([NEVER], batch.at[:-1]))
        value[starts], at[starts] = state["value"][mine], state["seen"][mine]
        gap = int(settings.get("gap", 0.0) * SECOND)
        moves = ~(np.abs(batch.value - value) <= settings.get("tolerance", 0.0))
        if gap:
            moves |= batch.at - at > gap
        since = np.where(moves, batch.at, NEVER)
        carried = starts[~moves[starts]]
        since[carried] = state["since"][batch.slot[carried]]
        since = since[filled(moves | first)]
        ends = batch.ends
        state["since"][mine], state["seen"][mine] = since[ends], batch.at[ends]
        state["value"][mine] = batch.value[ends]
        stood = (batch.at - since) / SECOND
        ladder = grading.Ladder.of(settings)
        return state, grading.climb(ladder, state, batch.slot, batch.at, stood, Reason.FLAT)
