# SPDX-License-Identifier: Apache-2.0
"""What replies do when they hear of something."""

from tongguan.cases.facts import CaseClosed, CaseMoved, CaseReopened
from tongguan.indicators import spi
from tongguan.intake.facts import ReportJoined
from tongguan.replies import telling
from tongguan.replies.vital import SIGNS, SOURCE
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe

spi.supply(SOURCE, SIGNS)


@subscribe(CaseClosed, CaseMoved, CaseReopened, ReportJoined, name="replies.tell")
def tell(batch: list[Delivered]) -> None:
    """Tell every reporter, and ask them."""
    telling.tell(batch)
