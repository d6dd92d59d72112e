# SPDX-License-Identifier: Apache-2.0
"""Tables of dispatch: one file per concern, no workflow in any of them."""

from tongguan.dispatch.models.clocks import Clock
from tongguan.dispatch.models.orders import WorkOrder
from tongguan.dispatch.models.requests import Application, ApplicationStep
from tongguan.dispatch.models.rulings import Ruling
from tongguan.dispatch.models.supervision import Receipt, Supervision

__all__ = ["Application", "ApplicationStep", "Clock", "Receipt", "Ruling", "Supervision", "WorkOrder"]
