# SPDX-License-Identifier: Apache-2.0
"""Closing and reopening of cases changes how long their tellings are candidates (F41)."""

from datetime import timedelta

from tongguan.cases.facts import CaseClosed, CaseReopened
from tongguan.matching import strategies
from tongguan.matching.models import Fingerprint
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe


@subscribe(CaseClosed, CaseReopened, name="matching.lasting")
def follow_closing(batch: list[Delivered]) -> None:
    """Let a closed case's tellings stay candidates for the days its item says; an open one's, longer."""
    strategy, _ = strategies.current()
    last = {d.fact.case_id: d for d in batch if isinstance(d.fact, CaseClosed | CaseReopened)}
    rows = list(Fingerprint.objects.select_for_update().filter(case_id__in=last).order_by("report_id"))
    for row in rows:
        delivered = last[row.case_id]
        closed = isinstance(delivered.fact, CaseClosed)
        row.closed_at = delivered.at if closed else None
        row.lasted = delivered.at if closed else delivered.at + timedelta(days=strategy.open_days)
        row.until = row.lasted + timedelta(days=strategy.reach_of(row.item_code).closed_days)
    Fingerprint.objects.bulk_update(rows, ["closed_at", "lasted", "until"], batch_size=400)
