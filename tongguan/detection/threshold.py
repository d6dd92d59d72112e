# SPDX-License-Identifier: Apache-2.0
"""The value itself against limits by grade, above or below. Pure."""

from typing import Final

from tongguan.detection import grading
from tongguan.detection.contracts import Batch, Kind, Parameter, Problem, Reason, Settings, State, Verdicts

_SIDES: Final = {"above": "高于", "below": "低于"}


class Threshold(grading.Graded):
    """Grades by the value: at or above (below) the limit for the raise time."""

    code = "threshold"
    zh = "限值"
    en = "threshold"
    parameters = (
        Parameter("side", "方向", "side", default="above", kind=Kind.CHOICE, choices=_SIDES),
        *grading.grading_parameters("value"),
    )

    def wrong(self, settings: Settings) -> tuple[Problem, ...]:
        """Say what is wrong with the limits together."""
        return grading.limits_wrong(settings, sign=_sign(settings))

    def step(self, settings: Settings, state: State, batch: Batch) -> tuple[State, Verdicts]:
        """Judge each value."""
        sign = _sign(settings)
        reason = Reason.HIGH if sign > 0 else Reason.LOW
        ladder = grading.Ladder.of(settings, sign=sign)
        return state, grading.climb(ladder, state, batch.slot, batch.at, batch.value, reason)


def _sign(settings: Settings) -> float:
    return -1.0 if settings.get("side") == "below" else 1.0
