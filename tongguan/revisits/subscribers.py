# SPDX-License-Identifier: Apache-2.0
"""What this room does when it hears of something."""

from tongguan.cases.facts import CaseReopened
from tongguan.revisits import calls
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe


@subscribe(CaseReopened, name="revisits.withdraw")
def withdraw(batch: list[Delivered]) -> None:
    """Call nobody about a case that is being worked on again."""
    calls.withdraw([one.fact.case_id for one in batch if isinstance(one.fact, CaseReopened)])
