# SPDX-License-Identifier: Apache-2.0
"""What follows when a case becomes more or less urgent."""

from typing import Final

from tongguan.cases.facts import CaseNoted
from tongguan.dispatch import api as dispatch
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe

#: Lines of a timeline that change how urgent a case is.
_LINES: Final = frozenset({"urgency", "danger", "danger_none"})


@subscribe(CaseNoted, name="handover.urgency")
def hasten(batch: list[Delivered]) -> None:
    """Give the running stages of such cases the limits of that urgency, from when each stage began."""
    noted = {d.fact.case_id for d in batch if isinstance(d.fact, CaseNoted) and d.fact.move in _LINES}
    for case_id in sorted(noted):
        dispatch.recount(case_id, limits=True)
