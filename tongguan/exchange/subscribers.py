# SPDX-License-Identifier: Apache-2.0
"""What the exchange does when it hears of something."""

from tongguan.cases.facts import CaseMoved, CaseNoted
from tongguan.dispatch.facts import WorkOrderMoved, WorkOrdersIssued
from tongguan.exchange import handing, outgoing
from tongguan.handover.facts import DangerNoticed, HandoverMoved, HandoverTold
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe


@subscribe(WorkOrdersIssued, WorkOrderMoved, CaseMoved, CaseNoted, name="exchange.write", batch=200)
def write(batch: list[Delivered]) -> None:
    """Write what departments' systems are to be told."""
    outgoing.write(batch)


@subscribe(DangerNoticed, HandoverTold, HandoverMoved, name="exchange.hand_over", batch=200)
def hand_over(batch: list[Delivered]) -> None:
    """Write what services' systems are to be told of hand-overs."""
    handing.write(batch)
