# SPDX-License-Identifier: Apache-2.0
"""Reads of hand-overs, within the actor's divisions."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from tongguan.cases import queries as casebook
from tongguan.handover import urgency, words
from tongguan.handover.contracts import (
    OPEN,
    HandoverInfo,
    HandoverState,
    RuleCount,
    Service,
    StepInfo,
    UrgencyInfo,
)
from tongguan.handover.models import Handover, HandoverStep, UrgencyWord
from tongguan.kernel.errors import Forbidden, NotFound
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Actor, Post

#: Who calls the services; supervisors and leaders read along.
CALLERS: Final = (Post.ACCEPTOR, Post.DISPATCHER, Post.DUTY_CHIEF)
READERS: Final = (*CALLERS, Post.SUPERVISOR, Post.LEADER)
_MAX_PAGE: Final = 200
_EVERYWHERE: Final = 100_000
_MOST_COUNTED: Final = 10_000
_CONFIRMED: Final = frozenset({HandoverState.ACKNOWLEDGED, HandoverState.ENDED})
_FIELDS: Final = tuple(
    name for name in HandoverInfo.__dataclass_fields__ if name not in {"tellings", "spoken"}
)


checked_file = words.FILE.checked
checked_urgency = urgency.FILE.checked


def visible(actor: Actor) -> QuerySet[Handover]:
    """Give what the actor may see; what has no place yet is seen by every caller. Raises Forbidden."""
    if actor == PLATFORM:
        return Handover.objects.all()
    posts = actor.scope.posts()
    if not posts & set(READERS):
        raise Forbidden(
            "handover.not_your_post", zh="您的岗位不能查看险情移交", en="your posts may not see them"
        )
    mine = people.division_q(actor.scope, "division", *READERS)
    return Handover.objects.filter(mine | Q(division="") if posts & set(CALLERS) else mine)


def listed(
    actor: Actor, *, open_only: bool = True, division: str = "", before: UUID | None = None, limit: int = 50
) -> list[HandoverInfo]:
    """List hand-overs, the newest first. Raises Forbidden."""
    rows = visible(actor)
    if open_only:
        rows = rows.filter(state__in=OPEN)
    if division:
        rows = rows.filter(division__startswith=division)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [info(row) for row in _counted(rows).order_by("-id")[: max(1, min(limit, _MAX_PAGE))]]


def handover(actor: Actor, handover_id: UUID) -> HandoverInfo:
    """Give one hand-over. Raises NotFound, Forbidden."""
    row = _counted(visible(actor)).filter(pk=handover_id).first()
    if row is None:
        raise unknown()
    return info(row)


def of_systems(ids: Iterable[UUID]) -> dict[UUID, HandoverInfo]:
    """Give these hand-overs by id; for rooms above, which know them."""
    return {row.id: info(row) for row in _counted(Handover.objects.filter(pk__in=list(ids)))}


def lines(wanted: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], StepInfo]:
    """Give lines of hand-overs by hand-over and number, in one statement; for rooms above."""
    keys = set(wanted)
    rows = HandoverStep.objects.filter(handover__in={one for one, _ in keys}, no__in={no for _, no in keys})
    told = rows.values_list("handover_id", *StepInfo.__dataclass_fields__)
    return {(one, step[0]): StepInfo(*step) for one, *step in told if (one, step[0]) in keys}


def root() -> str:
    """Give the city's division, whose is what has no place yet."""
    centres = [unit for unit in people.units_of("", limit=_EVERYWHERE) if unit.kind == "centre"]
    return min((unit.division for unit in centres), key=len, default="")


def steps(actor: Actor, handover_id: UUID) -> list[StepInfo]:
    """Give the lines of a hand-over in order. Raises NotFound, Forbidden."""
    handover(actor, handover_id)
    fields = tuple(StepInfo.__dataclass_fields__)
    rows = HandoverStep.objects.filter(handover_id=handover_id).order_by("no")
    return [StepInfo(*row) for row in rows.values_list(*fields)]


def of_case(actor: Actor, case_id: UUID) -> list[HandoverInfo]:
    """List the hand-overs of a case within scope, the oldest first. Raises Forbidden."""
    return [info(row) for row in _counted(visible(actor)).filter(case_id=case_id).order_by("id")]


def services() -> Mapping[str, Service]:
    """Give the services with their numbers."""
    return words.rules().services


def rule_counts(actor: Actor, since: datetime | None = None) -> list[RuleCount]:
    """Count for each rule how often it spoke and what people found, over the latest 10,000 within scope.

    What a rule's false alarms teach: whether its weight or words should change. Raises Forbidden.
    """
    rows = visible(actor)
    if since is not None:
        rows = rows.filter(noticed_at__gte=since)
    rung, confirmed, false = Counter[str](), Counter[str](), Counter[str]()
    for state, spoken in rows.order_by("-id").values_list("state", "spoken")[:_MOST_COUNTED]:
        codes = {one["rule"] for one in spoken}
        rung.update(codes)
        if state in _CONFIRMED:
            confirmed.update(codes)
        elif state == HandoverState.FALSE_ALARM:
            false.update(codes)
    titles = words.rules().titles()
    return [
        RuleCount(code, titles.get(code, code), rung[code], confirmed[code], false[code])
        for code in sorted(rung, key=lambda code: (-false[code], -rung[code], code))
    ]


def urgency_of(actor: Actor, case_id: UUID) -> list[UrgencyInfo]:
    """Give the words on how urgent a visible case is, the newest first; none when nothing spoke.

    Raises NotFound.
    """
    casebook.case(actor, case_id)
    return [
        UrgencyInfo(row.at, row.level, row.words, row.actor_key != PLATFORM.key, row.actor_name)
        for row in UrgencyWord.objects.filter(case_id=case_id).order_by("-id")
    ]


def unknown() -> NotFound:
    """Give the refusal for a hand-over that is not there or not to be seen."""
    return NotFound("handover.unknown", zh="没有这条险情移交", en="no such hand-over")


def _counted(rows: QuerySet[Handover]) -> QuerySet[Handover]:
    return rows.annotate(told=Count("steps", filter=Q(steps__report_id__isnull=False)))


def info(row: Any) -> HandoverInfo:
    """Give a counted row as officials read it."""
    values = {name: getattr(row, name) for name in _FIELDS}
    return HandoverInfo(**values, tellings=row.told, spoken=tuple(row.spoken))
