# SPDX-License-Identifier: Apache-2.0
"""For tests of this floor and those above: tellings to compare, and the way intake will go."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.kernel.ids import new_id
from tongguan.matching import api
from tongguan.matching.contracts import Decision, Told
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.transactions import atomic

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
PLACE = "990101001001"
LID = "滨江路口井盖破损"
PLANT = "丽发新城小区附近搅拌站噪音扰民"


def told(title: str = LID, *, hours: float = 0, **more: Any) -> Told:
    values: dict[str, Any] = {
        "report_id": new_id(),
        "title": title,
        "text": title,
        "told_at": MORNING + timedelta(hours=hours),
        "division": PLACE,
        "item_code": "01003",
        "lon": 121.2,
        "lat": 31.0,
    }
    return Told(**{**values, **more})


def triaged(reports: Sequence[Told]) -> list[tuple[Decision, UUID]]:
    """Do what triage does: decide, open the cases of leaders, record, in one transaction."""
    with atomic():
        decisions = api.match_many(reports)
        by_id = {t.report_id: t for t in reports}
        leaders = [d.report_id for d in decisions if d.case_id is None and d.leader == d.report_id]
        opened = cases.open_cases(
            PLATFORM,
            [
                NewCase(
                    item_code=t.item_code or "01003",
                    title=t.title,
                    text=t.text,
                    division=t.division,
                    source="hotline",
                    lon=t.lon,
                    lat=t.lat,
                )
                for t in (by_id[leader] for leader in leaders)
            ],
        )
        placed = api.record(decisions, {r: c.id for r, c in zip(leaders, opened, strict=True)})
    return [(d, placed[d.report_id]) for d in decisions]


def partition(placed: dict[UUID, UUID]) -> set[frozenset[UUID]]:
    """Give which tellings are together, whatever their matter is called."""
    groups: dict[UUID, set[UUID]] = {}
    for report, matter in placed.items():
        groups.setdefault(matter, set()).add(report)
    return {frozenset(group) for group in groups.values()}
