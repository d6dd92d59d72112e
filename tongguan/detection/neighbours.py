# SPDX-License-Identifier: Apache-2.0
"""What the neighbours say: a stream that parts from streams it usually goes with. Pure."""

from typing import Final

import numpy as np

from tongguan.detection import grading, groups
from tongguan.detection.contracts import (
    Batch,
    Floats,
    Kind,
    Parameter,
    Reason,
    Settings,
    Slots,
    State,
    Verdicts,
)
from tongguan.detection.settings import per_slot

_SIDES: Final = {"either": "高或低", "above": "高于", "below": "低于"}
_MOST: Final = 3.0


class Neighbours(grading.Graded):
    """Grades by how many usual deviations the first part lies off what the others' median would have it be.

    The usual distance to the neighbours' median and its deviation are learned as it goes, each step moving
    them no more than three deviations: a pump two streets away has its level, a fault does not become usual.
    """

    code = "neighbours"
    zh = "偏离相邻测点"
    en = "departure from neighbours"
    grouped = True
    parameters = (
        *groups.PARAMETERS,
        Parameter("least", "至少相邻测点数", "least neighbours", "", 1, 100, 2.0),
        Parameter("learn", "学习步数", "steps to learn", "", 5, 10_000, 60.0),
        Parameter("floor", "最小偏差", "least deviation", "value", 1e-9, 1e12, 1e-6, each=True),
        Parameter("side", "方向", "direction", default="either", kind=Kind.CHOICE, choices=_SIDES),
        *grading.grading_parameters("倍偏差", low=0.0, high=1e6),
    )

    def begin(self, slots: int, settings: Settings) -> State:
        """Give the state of groups not yet heard."""
        made: State = {
            "offset": np.zeros(slots),
            "spread": np.zeros(slots),
            "learned": np.zeros(slots, np.int32),
        }
        return super().begin(slots, settings) | groups.fresh(slots, settings) | made

    def step(self, settings: Settings, state: State, batch: Batch) -> tuple[State, Verdicts]:
        """Judge each subject whose step is over."""

        def measure(looked: groups.Looked) -> Floats:
            return _departure(settings, state, looked)

        return groups.judged(settings, state, batch, measure, Reason.NEIGHBOURS)


def _departure(settings: Settings, state: State, looked: groups.Looked) -> Floats:
    apart = looked.values[:, 0] - middle(looked.values[:, 1:], int(settings["least"]))
    heard = ~np.isnan(apart)
    slot, apart = looked.slot[heard], apart[heard]
    learn = int(settings["learn"])
    off = apart - state["offset"][slot]
    usual = np.maximum(state["spread"][slot], per_slot(settings["floor"], slot))
    judged = np.where(state["learned"][slot] >= learn, off / usual, np.nan)
    _learn(state, slot, apart, learn)
    found = np.full(len(looked.slot), np.nan)
    found[heard] = judged
    side = settings.get("side", "either")
    return np.abs(found) if side == "either" else found if side == "above" else -found


def _learn(state: State, slot: Slots, apart: Floats, learn: int) -> None:
    count = state["learned"][slot]
    share = 1.0 / np.minimum(count + 1, learn)
    off = np.where(count > 0, apart - state["offset"][slot], 0.0)
    most = np.where(count >= learn, _MOST * state["spread"][slot], np.inf)
    state["offset"][slot] = np.where(
        count > 0, state["offset"][slot] + share * np.clip(off, -most, most), apart
    )
    state["spread"][slot] += share * (np.minimum(np.abs(off), most) - state["spread"][slot])
    state["learned"][slot] = np.minimum(count + 1, learn)


def middle(values: Floats, least: int) -> Floats:
    """Give the median of each row's values that are numbers; NaN where there are fewer than ``least``."""
    if not values.shape[1]:
        return np.full(len(values), np.nan)
    ranked = np.sort(values, axis=1)  # what is not a number stands last
    count = (~np.isnan(values)).sum(axis=1)
    lines = np.arange(len(values))
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, values.shape[1] - 1)
    found = (ranked[lines, low] + ranked[lines, high]) / 2
    return np.where(count >= max(least, 1), found, np.nan)
