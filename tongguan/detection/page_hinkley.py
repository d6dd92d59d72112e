# SPDX-License-Identifier: Apache-2.0
"""Change point by the Page-Hinkley test: departures from the running mean, summed. Pure."""

import numpy as np

from tongguan.detection import grading, stepping
from tongguan.detection.contracts import Batch, Floats, Kind, Parameter, Reason, Settings, State, Verdicts
from tongguan.detection.cusum import SIDES, relearn
from tongguan.detection.settings import per_slot


class PageHinkley(grading.Graded):
    """Grades by the sum, in the value's own unit, of departures of step means from their running mean.

    ``delta`` is what a departure may be without counting. Nothing is said in the first ``learn`` steps.
    """

    code = "page_hinkley"
    zh = "均值突变（Page-Hinkley）"
    en = "change of mean (Page-Hinkley)"
    parameters = (
        stepping.EVERY,
        Parameter("learn", "学习步数", "steps to learn", "", 5, 10_000, 30.0),
        Parameter("delta", "容许偏移", "tolerated departure", "value", 0.0, 1e12, 0.0, each=True),
        Parameter("side", "方向", "direction", default="both", kind=Kind.CHOICE, choices=SIDES),
        Parameter(
            "relearn", "重新学习步数（0 为不）", "steps until learned anew (0: never)", "", 0, 1e6, 0.0
        ),
        *grading.grading_parameters("value", low=0.0),
    )

    def begin(self, slots: int, settings: Settings) -> State:
        """Give the state of subjects not yet heard."""
        made = {name: np.zeros(slots) for name in ("mean", "spread", "high", "low")}
        whole = {name: np.zeros(slots, np.int32) for name in ("learned", "beyond")}
        return super().begin(slots, settings) | stepping.fresh(slots) | made | whole

    def step(self, settings: Settings, state: State, batch: Batch) -> tuple[State, Verdicts]:
        """Judge each step that is over."""
        ladder = grading.Ladder.of(settings)

        def measure(over: stepping.Closed) -> Floats:
            return _sums(settings, state, over, ladder)

        return stepping.judged(settings, state, batch, measure, Reason.PAGE_HINKLEY)


def _sums(settings: Settings, state: State, over: stepping.Closed, ladder: grading.Ladder) -> Floats:
    slot = over.slot
    state["learned"][slot] += 1
    state["mean"][slot] += (over.mean - state["mean"][slot]) / state["learned"][slot]
    known = state["learned"][slot] > int(settings["learn"])
    mine = slot[known]
    apart = over.mean[known] - state["mean"][mine]
    delta = per_slot(settings["delta"], mine)
    side = settings.get("side", "both")
    if side != "down":
        state["high"][mine] = np.maximum(state["high"][mine] + apart - delta, 0.0)
    if side != "up":
        state["low"][mine] = np.maximum(state["low"][mine] - apart - delta, 0.0)
    found = np.full(len(slot), np.nan)
    found[known] = np.maximum(state["high"][mine], state["low"][mine])
    relearn(state, mine, found[known] >= ladder.lowest(mine), int(settings["relearn"]))
    return found
