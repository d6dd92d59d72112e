# SPDX-License-Identifier: Apache-2.0
"""Hot matters at the desk: what many people tell of just now, ranked, with the evidence (F53)."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Moment
from tongguan.doors.desk.auth import actor_of
from tongguan.matching import queries as matters
from tongguan.matching.contracts import HotInfo

router = Router(tags=["热点 hot matters"])


class EvidenceShown(Schema):
    """One of its latest tellings, and the case it is in."""

    report_id: UUID
    case_id: UUID


class HotShown(Schema):
    """A hot matter. ``busiest``: most tellings within a week; ``per_day``: tellings a day over its period."""

    rank: int
    id: UUID
    name: str
    division: str
    place: str
    heat: float
    people: int
    tellings: int
    busiest: int
    per_day: float
    first_at: datetime
    last_at: datetime
    words: str
    evidence: list[EvidenceShown]


@router.get("/hot", response=answers(list[HotShown]), operation_id="hot_matters")
def hot(
    request: HttpRequest,
    division: str = Query("", max_length=12, description="区划代码前缀"),
    since: Moment | None = Query(None, description="最近一次诉求不早于"),
    until: Moment | None = Query(None, description="首次诉求早于"),
    limit: int = Query(20, ge=1, le=200),
) -> HttpResponse:
    """Rank the hot matters of the own divisions, the hottest first."""
    found = matters.hot(actor_of(request), division=division, since=since, until=until, limit=limit)
    return reply([_shown(rank, info) for rank, info in enumerate(found, 1)])


def _shown(rank: int, info: HotInfo) -> dict[str, object]:
    told = {name: getattr(info, name) for name in HotInfo.__dataclass_fields__}
    days = max(1.0, (info.last_at - info.first_at).total_seconds() / 86_400)
    return told | {
        "rank": rank,
        "per_day": round(info.tellings / days, 2),
        "evidence": [{"report_id": report, "case_id": case} for report, case in info.evidence],
    }
