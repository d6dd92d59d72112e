# SPDX-License-Identifier: Apache-2.0
"""What dispatch does when it hears of something."""

from tongguan.cases.facts import CaseMoved
from tongguan.dispatch import applications
from tongguan.dispatch.models import Application
from tongguan.dispatch.reading import PENDING
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe


@subscribe(CaseMoved, name="dispatch.lapse")
def lapse(batch: list[Delivered]) -> None:
    """End applications whose case has moved on to where they make no sense."""
    moved = {d.fact.case_id for d in batch if isinstance(d.fact, CaseMoved)}
    pending = Application.objects.filter(case_id__in=moved, state=PENDING)
    for case_id in set(pending.values_list("case_id", flat=True)):
        applications.lapse(case_id, "案件已离开可申请的环节，申请失效")
