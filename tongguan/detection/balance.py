# SPDX-License-Identifier: Apache-2.0
"""What flows in must flow out: a difference is a leak, a theft or a wrong meter. Pure."""

from typing import Final

import numpy as np

from tongguan.detection import grading, groups
from tongguan.detection.contracts import Batch, Floats, Kind, Parameter, Reason, Settings, State, Verdicts
from tongguan.detection.settings import per_slot

#: What the layout of a balance adds: +1 flows in, −1 flows out, 0 no such part; (slots, parts).
ROLES: Final = "roles"
_SIDES: Final = {"loss": "流入多于流出", "gain": "流出多于流入", "either": "任一方向"}
_OF: Final = {"value": "差值", "share": "占流入的百分比"}


class Balance(grading.Graded):
    """Grades by inflow less outflow of a named group, in the value's unit or in per cent of the inflow.

    Nothing is said while any of the group's meters is silent: its flow is not known to be nothing.
    """

    code = "balance"
    zh = "进出平衡"
    en = "balance of inflow and outflow"
    grouped = True
    parameters = (
        *groups.PARAMETERS,
        Parameter("side", "方向", "direction", default="loss", kind=Kind.CHOICE, choices=_SIDES),
        Parameter("of", "度量", "measure", default="value", kind=Kind.CHOICE, choices=_OF),
        Parameter("least", "最小流入", "least inflow", "value", 0.0, 1e12, 0.0, each=True),
        *grading.grading_parameters("value", low=0.0),
    )

    def begin(self, slots: int, settings: Settings) -> State:
        """Give the state of groups not yet heard."""
        return super().begin(slots, settings) | groups.fresh(slots, settings)

    def step(self, settings: Settings, state: State, batch: Batch) -> tuple[State, Verdicts]:
        """Judge each group whose step is over."""

        def measure(looked: groups.Looked) -> Floats:
            return _difference(settings, looked)

        return groups.judged(settings, state, batch, measure, Reason.BALANCE)


def _difference(settings: Settings, looked: groups.Looked) -> Floats:
    roles = settings[ROLES][looked.slot].astype(np.float64)
    flows = np.where(roles == 0, 0.0, looked.values)
    inflow = (flows * (roles > 0)).sum(axis=1)
    lost = (flows * roles).sum(axis=1)
    side = settings.get("side", "loss")
    found = np.abs(lost) if side == "either" else lost if side == "loss" else -lost
    if settings.get("of") == "share":
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.where(inflow > 0, 100.0 * found / inflow, np.nan)
    return np.where(inflow >= per_slot(settings["least"], looked.slot), found, np.nan)
