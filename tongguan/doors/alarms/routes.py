# SPDX-License-Identifier: Apache-2.0
"""Alarms at the desk: lists, one alarm, moves, times of quiet, the book, the terms of rules (F58, F59)."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from tongguan.alarms import api as alarms
from tongguan.alarms import queries
from tongguan.alarms.contracts import CAUSES, INPUTS, OUTCOMES, AlarmFilter, CalmIn, MissInfo, Move
from tongguan.cases import queries as cases
from tongguan.doors.alarms import courses
from tongguan.doors.alarms.courses import CourseShown
from tongguan.doors.alarms.shapes import (
    AlarmBookShown,
    AlarmMoveTold,
    AlarmPage,
    AlarmShown,
    AlarmWhole,
    CalmShown,
    CalmTold,
    MissJudged,
    MissTold,
    TermsShown,
    TermsTold,
    WhichAlarms,
)
from tongguan.doors.common import casework
from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import reply, seal, unseal
from tongguan.doors.common.shapes import Moment
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid, NotFound
from tongguan.people import queries as people
from tongguan.people.contracts import Actor
from tongguan.warnings import api as warnings
from tongguan.warnings import queries as received
from tongguan.warnings.contracts import ReceivedInfo, UnreadableInfo

router = Router(tags=["预警 alarms"])
_MONTH = timedelta(days=30)
_ENDED = Query(default=False, description="也列出已结束的")
_CHOICES = {"cause": list(CAUSES), "outcome": list(OUTCOMES)}


@router.get("/alarms", response=answers(AlarmPage), operation_id="alarms")
def listed(request: HttpRequest, which: Query[WhichAlarms]) -> HttpResponse:
    """List alarms, the newest first; a storm once (``heads``)."""
    actor, limit = actor_of(request), which.limit
    wanted = AlarmFilter(
        grades=tuple(which.grade), states=tuple(which.state), rule=which.rule, division=which.division,
        text=which.text, active=which.active, open=which.open, heads=which.heads, quiet=which.quiet,
    )  # fmt: skip
    rows = queries.alarms(actor, wanted, before=_cursor(which.after), limit=limit)
    by_grade, by_state = queries.counts(actor, wanted)
    edge = seal(f"{rows[-1].raised_at.isoformat()} {rows[-1].id}") if len(rows) == limit else None
    return reply({"rows": rows, "next": edge, "by_grade": by_grade, "by_state": by_state})


def _cursor(sealed: str) -> tuple[datetime, UUID] | None:
    text = unseal(sealed)
    if not text:
        return None
    try:
        at, _, pk = text.partition(" ")
        return datetime.fromisoformat(at), UUID(pk)
    except ValueError as error:  # a cursor of another list
        raise Invalid("page.cursor", zh="翻页游标无效", en="the cursor is invalid", field="after") from error


@router.get("/alarms/terms", response=answers(list[TermsShown]), operation_id="alarm_terms")
def terms(request: HttpRequest) -> HttpResponse:
    """Give what the alarms of each rule that was heard are to people."""
    return reply(queries.rules_seen(actor_of(request)))


@router.post("/alarms/terms/{rule}", response=answers(TermsShown, 200), operation_id="set_alarm_terms")
def set_terms(request: HttpRequest, rule: str, told: TermsTold) -> HttpResponse:
    """Set from which grade a rule's alarms become reports and how quickly they are to be confirmed."""
    minutes = {int(grade): number for grade, number in told.minutes.items()}
    return reply(
        alarms.set_terms(
            actor_of(request), rule, tells_from=told.tells_from, minutes=minutes, source=told.source,
            item_code=told.item_code,
        )
    )  # fmt: skip


@router.get("/alarms/book", response=answers(AlarmBookShown), operation_id="alarm_book")
def book(
    request: HttpRequest,
    by: Literal["rule", "stream"] = "rule",
    since: Moment | None = Query(None, description="起点；缺省为 30 天前"),
    until: Moment | None = None,
    division: str = Query("", max_length=12, pattern=r"^[0-9]*$"),
) -> HttpResponse:
    """Give the book of false and missed alarms, and the response times, of alarms raised in a period."""
    actor, end = actor_of(request), until or clock.now()
    period = (since or end - _MONTH, end, division)
    lines = queries.book_by_rule(actor, *period) if by == "rule" else queries.book_by_stream(actor, *period)
    return reply({"lines": lines, "spans": queries.spans(actor, *period)})


@router.get("/alarms/calms", response=answers(list[CalmShown]), operation_id="alarm_calms")
def calms(request: HttpRequest, ended: bool = _ENDED) -> HttpResponse:  # noqa: FBT001 - a word of the address
    """List times of quiet, the newest first."""
    return reply(queries.calms(actor_of(request), ended=ended))


@router.post("/alarms/calms", response=answers(CalmShown, 201), operation_id="keep_alarm_calm")
def keep_calm(request: HttpRequest, told: CalmTold) -> HttpResponse:
    """Keep alarms quiet for a time, with a reason; for dispatchers and duty chiefs."""
    actor = actor_of(request)
    given = told.model_dump()
    wanted = CalmIn(**{**given, "things": tuple(told.things), "streams": tuple(told.streams)})
    return once(request, actor, lambda: alarms.keep_calm(actor, wanted))


@router.post(
    "/alarms/calms/{uuid:calm_id}/end", response=answers(CalmShown, 200), operation_id="end_alarm_calm"
)
def end_calm(request: HttpRequest, calm_id: UUID) -> HttpResponse:
    """End a time of quiet early."""
    actor = actor_of(request)
    return once(request, actor, lambda: alarms.end_calm(actor, calm_id), 200)


@router.get("/alarms/misses", response=answers(list[MissInfo]), operation_id="alarm_misses")
def misses(request: HttpRequest, state: Literal["", "proposed", "booked", "dismissed"] = "") -> HttpResponse:
    """List missed alarms, the newest first."""
    return reply(queries.misses(actor_of(request), state))


@router.post("/alarms/misses", response=answers(MissInfo, 201), operation_id="book_alarm_miss")
def book_miss(request: HttpRequest, told: MissTold) -> HttpResponse:
    """Book a case of which there should have been a warning."""
    actor, given = actor_of(request), told.model_dump()
    return once(
        request, actor, lambda: warnings.book_miss(actor, given.pop("case_id"), given.pop("words"), **given)
    )


@router.post(
    "/alarms/misses/{uuid:miss_id}/judgement",
    response=answers(MissInfo, 200),
    operation_id="judge_alarm_miss",
)
def judge_miss(request: HttpRequest, miss_id: UUID, told: MissJudged) -> HttpResponse:
    """Take a proposed miss into the book, or dismiss it."""
    actor = actor_of(request)
    return once(request, actor, lambda: alarms.judge_miss(actor, miss_id, missed=told.missed), 200)


@router.get("/alarms/outside", response=answers(list[ReceivedInfo]), operation_id="outside_warnings")
def outside(request: HttpRequest, ended: bool = _ENDED) -> HttpResponse:  # noqa: FBT001 - a word of the address
    """List warnings of other systems (weather and others), the newest first."""
    return reply(received.received(actor_of(request), active=not ended))


@router.get(
    "/alarms/outside/unreadable", response=answers(list[UnreadableInfo]), operation_id="unreadable_warnings"
)
def unreadable(request: HttpRequest) -> HttpResponse:
    """List what came as CAP and could not be read, with the element and the fault."""
    return reply(received.unreadable(actor_of(request)))


@router.get("/alarms/{uuid:alarm_id}/cap", response=answers(None), operation_id="alarm_cap")
def cap_file(request: HttpRequest, alarm_id: UUID) -> HttpResponse:
    """Give the newest CAP 1.2 message about an alarm as a file."""
    actor = actor_of(request)
    queries.row_of(actor, alarm_id)
    issued = received.issued(actor, alarm_id=alarm_id, limit=1)
    if not issued:
        raise NotFound("cap.none", zh="预警确认后才有发布消息", en="nothing was issued yet")
    answer = HttpResponse(issued[0].body, content_type="application/cap+xml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{alarm_id}.cap.xml"'
    return answer


@router.get("/alarms/{uuid:alarm_id}/chart", response=answers(list[CourseShown]), operation_id="alarm_chart")
def chart(request: HttpRequest, alarm_id: UUID, pixels: int = Query(600, ge=50, le=4_000)) -> HttpResponse:
    """Give the readings that an alarm judged: two hours before it until now or its end."""
    return reply(courses.of_alarm(actor_of(request), alarm_id, pixels))


@router.get("/alarms/{uuid:alarm_id}", response=answers(AlarmWhole), operation_id="alarm")
def show(request: HttpRequest, alarm_id: UUID) -> HttpResponse:
    """Give one alarm with its history, its storm, its case, and what this person may do."""
    return reply(_whole(actor_of(request), alarm_id))


@router.post("/alarms/{uuid:alarm_id}/moves", response=answers(AlarmWhole, 200), operation_id="move_alarm")
def move(request: HttpRequest, alarm_id: UUID, told: AlarmMoveTold) -> HttpResponse:
    """Make a move: confirm, reject, notify, handle, evaluate, snooze, wake."""
    actor = actor_of(request)

    def made() -> dict[str, Any]:
        alarms.perform(actor, alarm_id, told.move, told.inputs)
        return _whole(actor, alarm_id)

    return once(request, actor, made, 200)


@router.get("/cases/{uuid:case_id}/alarms", response=answers(list[AlarmShown]), operation_id="alarms_of_case")
def of_case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """List the alarms that became a case."""
    actor = actor_of(request)
    cases.case(actor, case_id)
    return reply(queries.of_case(actor, case_id))


def _whole(actor: Actor, alarm_id: UUID) -> dict[str, Any]:
    row = queries.row_of(actor, alarm_id)
    info = queries.info(row)
    units = people.units(info.units)
    return {
        **asdict(info),
        "lines": queries.lines(actor, alarm_id),
        "storm": queries.members(actor, alarm_id),
        "moves": [_move(one) for one in queries.moves(actor, row)],
        "units": [{"id": pk, "name": units[pk].name} for pk in info.units if pk in units],
        "case": _case(actor, info.case_id) if info.case_id else None,
    }


def _move(one: Move) -> dict[str, Any]:
    named = [(name, name in one.needs) for name in (*one.needs, *one.optional)]
    inputs = [
        dict(zip(("kind", "zh", "en"), INPUTS[name], strict=True))
        | {"name": name, "required": required, "choices": _CHOICES.get(name, [])}
        for name, required in named
    ]
    return {"id": one.id, "zh": one.zh, "en": one.en, "inputs": inputs}


def _case(actor: Actor, case_id: UUID) -> dict[str, Any] | None:
    known = cases.cases_by_id(actor, [case_id])
    if case_id not in known:
        return None
    shown = casework.row(known[case_id], clock.now())
    return {name: shown[name] for name in ("id", "number", "title", "state", "state_name", "due_at")}
