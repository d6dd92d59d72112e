# SPDX-License-Identifier: Apache-2.0
"""What warnings do when they hear of something."""

from tongguan.alarms.facts import (
    AlarmAnnounced,
    AlarmCleared,
    AlarmConfirmed,
    AlarmEvaluated,
    AlarmGraded,
    AlarmGrouped,
    AlarmRaised,
    AlarmRejected,
)
from tongguan.cases.facts import CaseClosed, CaseOpened
from tongguan.intake.facts import ReportJoined, ReportOpened
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe
from tongguan.warnings import issuing, telling


@subscribe(AlarmRaised, AlarmAnnounced, AlarmGraded, AlarmGrouped, AlarmConfirmed, name="warnings.tell")
def tell(batch: list[Delivered]) -> None:
    """Tell alarms that are grave enough as reports."""
    telling.tell(batch)


@subscribe(ReportOpened, ReportJoined, name="warnings.joined")
def joined(batch: list[Delivered]) -> None:
    """Let alarms know their cases."""
    telling.joined(batch)


@subscribe(CaseClosed, name="warnings.settle")
def settle(batch: list[Delivered]) -> None:
    """Close the loop of alarms whose cases are closed."""
    telling.settle(batch)


@subscribe(AlarmConfirmed, AlarmRejected, AlarmEvaluated, name="warnings.doubted")
def doubted(batch: list[Delivered]) -> None:
    """Say on cases what their alarms were found to be."""
    telling.doubted(batch)


@subscribe(CaseOpened, name="warnings.unwarned")
def unwarned(batch: list[Delivered]) -> None:
    """Propose cases without a warning for the book."""
    telling.unwarned(batch)


@subscribe(
    AlarmConfirmed, AlarmGraded, AlarmCleared, AlarmRejected, AlarmEvaluated, name="warnings.issue", batch=50
)
def issue(batch: list[Delivered]) -> None:
    """Issue CAP messages about confirmed alarms."""
    issuing.issue(batch)
