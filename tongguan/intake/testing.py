# SPDX-License-Identifier: Apache-2.0
"""For tests of the floors above: what was told, and a gauge that looks again."""

from tongguan.intake.models import Report
from tongguan.intake.pressure import gauge


def told() -> list[Report]:
    """Give every report, the oldest first."""
    return list(Report.objects.order_by("id"))


def forget_pressure() -> None:
    """Let the next telling look how many wait."""
    gauge.forget()
