# SPDX-License-Identifier: Apache-2.0
"""What dispatch does when it hears of something."""

from django.db.models import Value
from django.db.models.functions import Concat, Substr

from tongguan.cases.facts import CaseMoved
from tongguan.dispatch import applications
from tongguan.dispatch.models import Application, Receipt, WorkOrder
from tongguan.dispatch.reading import PENDING
from tongguan.kernel.codes import next_prefix
from tongguan.people.facts import UnitMoved
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe


@subscribe(CaseMoved, name="dispatch.lapse")
def lapse(batch: list[Delivered]) -> None:
    """End applications whose case has moved on to where they make no sense."""
    moved = {d.fact.case_id for d in batch if isinstance(d.fact, CaseMoved)}
    pending = Application.objects.filter(case_id__in=moved, state=PENDING)
    for case_id in set(pending.values_list("case_id", flat=True)):
        applications.lapse(case_id, "案件已离开可申请的环节，申请失效")


@subscribe(UnitMoved, name="dispatch.unit_paths")
def follow_unit(batch: list[Delivered]) -> None:
    """Keep the paths by which units see their orders, applications and receipts."""
    for moved in (d.fact for d in batch if isinstance(d.fact, UnitMoved)):
        rest = Concat(Value(moved.new_path), Substr("unit_path", len(moved.old_path) + 1))
        for table in (WorkOrder, Application, Receipt):
            rows = table.objects.filter(unit_path__gte=moved.old_path)
            above = next_prefix(moved.old_path)
            (rows if above is None else rows.filter(unit_path__lt=above)).update(unit_path=rest)
