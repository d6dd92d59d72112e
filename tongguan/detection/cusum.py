# SPDX-License-Identifier: Apache-2.0
"""Change point by cumulative sums (CUSUM, E. S. Page, Biometrika 41, 1954). Pure."""

from typing import Final

import numpy as np

from tongguan.detection import grading, stepping
from tongguan.detection.contracts import Batch, Floats, Kind, Parameter, Reason, Settings, State, Verdicts
from tongguan.detection.settings import per_slot

SIDES: Final = {"both": "升或降", "up": "上升", "down": "下降"}
_CAP: Final = 2.0


class Cusum(grading.Graded):
    """Grades by the sum, in standard deviations, of how far step means lie beyond the usual and the slack.

    The usual (mean and deviation) is learned from the first ``learn`` steps, and learned anew after
    ``relearn`` steps beyond the lowest limit: then what was a change has become the usual.
    """

    code = "cusum"
    zh = "均值突变（累积和）"
    en = "change of mean (CUSUM)"
    parameters = (
        stepping.EVERY,
        Parameter("learn", "学习步数", "steps to learn", "", 5, 10_000, 30.0),
        Parameter("slack", "容许偏移", "slack", "σ", 0.0, 10.0, 0.5),
        Parameter("floor", "最小标准差", "least deviation", "value", 1e-9, 1e12, 1e-6, each=True),
        Parameter("side", "方向", "direction", default="both", kind=Kind.CHOICE, choices=SIDES),
        Parameter(
            "relearn", "重新学习步数（0 为不）", "steps until learned anew (0: never)", "", 0, 1e6, 0.0
        ),
        *grading.grading_parameters("σ", low=0.0, high=1e6),
    )

    def begin(self, slots: int, settings: Settings) -> State:
        """Give the state of subjects not yet heard."""
        names = ("mean", "spread", "high", "low")
        made = {name: np.zeros(slots) for name in names}
        whole = {name: np.zeros(slots, np.int32) for name in ("learned", "beyond")}
        return super().begin(slots, settings) | stepping.fresh(slots) | made | whole

    def step(self, settings: Settings, state: State, batch: Batch) -> tuple[State, Verdicts]:
        """Judge each step that is over."""
        ladder = grading.Ladder.of(settings)

        def measure(over: stepping.Closed) -> Floats:
            return _sums(settings, state, over, ladder)

        return stepping.judged(settings, state, batch, measure, Reason.CUSUM)


def _sums(settings: Settings, state: State, over: stepping.Closed, ladder: grading.Ladder) -> Floats:
    slot, learn = over.slot, int(settings["learn"])
    known = state["learned"][slot] >= learn
    _learn(state, slot[~known], over.mean[~known])
    mine = slot[known]
    floor = per_slot(settings["floor"], mine)
    spread = np.maximum(np.sqrt(state["spread"][mine] / max(learn - 1, 1)), floor)
    apart = (over.mean[known] - state["mean"][mine]) / spread
    cap = _CAP * np.fmax.reduce([np.broadcast_to(per_slot(one, mine), len(mine)) for one in ladder.limits])
    side, slack = settings.get("side", "both"), settings["slack"]
    for name, sign in (("high", 1.0), ("low", -1.0)):
        if side == {"high": "down", "low": "up"}[name]:
            continue
        state[name][mine] = np.clip(state[name][mine] + sign * apart - slack, 0.0, cap)
    found = np.full(len(slot), np.nan)
    found[known] = np.maximum(state["high"][mine], state["low"][mine])
    relearn(state, mine, found[known] >= ladder.lowest(mine), int(settings["relearn"]))
    return found


def _learn(state: State, slot: np.ndarray, mean: Floats) -> None:
    """Add a step to what is usual (Welford's running mean and sum of squares)."""
    state["learned"][slot] += 1
    apart = mean - state["mean"][slot]
    state["mean"][slot] += apart / state["learned"][slot]
    state["spread"][slot] += apart * (mean - state["mean"][slot])


def relearn(state: State, slot: np.ndarray, beyond: np.ndarray, most: int) -> None:
    """Count steps beyond the lowest limit; after ``most`` in a row the usual is learned anew."""
    state["beyond"][slot] = np.where(beyond, state["beyond"][slot] + 1, 0)
    if not most:
        return
    anew = slot[state["beyond"][slot] >= most]
    for name in ("mean", "spread", "high", "low", "learned", "beyond"):
        state[name][anew] = 0
