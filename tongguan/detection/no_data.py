# SPDX-License-Identifier: Apache-2.0
"""Silence: no usable reading for longer than the limit. Pure."""

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
)

_YEAR_S = 366 * 86_400


class NoData(grading.Graded):
    """Grades by the seconds since the last usable reading; a subject never heard counts from the first tick.

    Only ``tick`` raises; the first reading lowers at once.
    """

    code = "no_data"
    zh = "无数据"
    en = "no data"
    ticks = True
    parameters: tuple[Parameter, ...] = grading.grading_parameters("s", low=1, high=_YEAR_S, timers=False)

    def begin(self, slots: int, settings: Settings) -> State:
        """Give the state of subjects not yet heard."""
        return super().begin(slots, settings) | {"seen": np.full(slots, NEVER)}

    def step(self, settings: Settings, state: State, batch: Batch) -> tuple[State, Verdicts]:
        """Take note of who was heard; whoever was silent is back."""
        mine, first, last = batch.slots, batch.at[batch.starts], batch.at[batch.ends]
        heard = last > state["seen"][mine]
        back = heard & state["busy"][mine]
        state["seen"][mine] = np.maximum(state["seen"][mine], last)
        if not back.any():
            return state, Verdicts.none()
        slot = mine[back]
        at = np.maximum(first[back], state["last"][slot] + 1)
        ladder = grading.Ladder.of(settings)
        return state, grading.climb(ladder, state, slot, at, np.zeros(len(slot)), Reason.SILENT)

    def tick(self, settings: Settings, state: State, now: int) -> tuple[State, Verdicts]:
        """Judge how long each subject has been silent at ``now``."""
        state["seen"][state["seen"] < 0] = now
        silent = (now - state["seen"]) / SECOND
        slot = np.arange(len(silent), dtype=np.int32)
        ladder = grading.Ladder.of(settings)
        return state, grading.climb(ladder, state, slot, np.full(len(slot), now), silent, Reason.SILENT)
