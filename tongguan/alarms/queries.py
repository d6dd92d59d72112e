# SPDX-License-Identifier: Apache-2.0
"""Reads of alarms, each within the actor's scope."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Max, Q, QuerySet

from tongguan.alarms.contracts import (
    AlarmBrief,
    AlarmFilter,
    AlarmInfo,
    Calm,
    Grade,
    LineInfo,
    MissInfo,
    Terms,
)
from tongguan.alarms.lifecycle import Move, State, allowed
from tongguan.alarms.models import Alarm, Line, Membership, Miss, Notified, Stream
from tongguan.alarms.models import Calm as CalmRow
from tongguan.alarms.reach import visible
from tongguan.alarms.reckoning import book_by_rule, book_by_stream, spans
from tongguan.alarms.terms import terms_of
from tongguan.kernel import clock
from tongguan.kernel.errors import NotFound
from tongguan.people.contracts import CENTRE_POSTS, Actor, Post
from tongguan.people.queries import division_q, prefix_q

__all__ = [
    "alarm",
    "alarms",
    "alarms_by_id",
    "book_by_rule",
    "book_by_stream",
    "briefs",
    "calm_info",
    "calms",
    "counts",
    "heard_near",
    "info",
    "lines",
    "members",
    "misses",
    "moves",
    "narrowed",
    "of_case",
    "of_cases",
    "of_matters",
    "of_reports",
    "posts_for",
    "row_of",
    "rules_seen",
    "spans",
    "standing",
    "terms",
    "visible",
]
_MINUTE: Final = timedelta(minutes=1)
_PLAIN: Final = (
    "id", "rule", "rule_version", "name", "place", "state", "grade", "peak", "raised_at", "graded_at",
    "cleared_at", "heard_at", "words", "division", "lon", "lat", "quiet", "snoozed_until", "due_at", "level",
    "case_id", "outcome", "version",
)  # fmt: skip
_LINE: Final = tuple(LineInfo.__dataclass_fields__)
_MISS: Final = tuple(MissInfo.__dataclass_fields__)
#: States in which nobody has said the last word.
OPEN: Final = tuple(state for state in State if state != State.EVALUATED)


def row_of(actor: Actor, alarm_id: UUID) -> Alarm:
    """Give an alarm's row. Raises NotFound outside of the scope."""
    row = visible(actor).filter(pk=alarm_id).first()
    if row is None:
        raise NotFound("alarm.unknown", zh="没有这条预警", en="no such alarm", field="alarm")
    return row


def posts_for(actor: Actor, row: Alarm) -> frozenset[Post]:
    """Give the posts through which the actor stands over this alarm."""
    centre = {
        g.post for g in actor.scope.grants if g.post in CENTRE_POSTS and row.division.startswith(g.division)
    }
    return frozenset(centre) | (actor.scope.posts() & {Post.DEPARTMENT})


def moves(actor: Actor, row: Alarm) -> list[Move]:
    """Give the moves the actor may make now."""
    found = allowed(row.state, posts_for(actor, row), cleared=row.cleared_at is not None)
    return [move for move in found if move.id != "wake" or row.snoozed_until is not None]


def alarms(
    actor: Actor, wanted: AlarmFilter, *, before: tuple[datetime, UUID] | None = None, limit: int = 50
) -> list[AlarmBrief]:
    """Give alarms, the newest first, those before a row (its time and id)."""
    rows = narrowed(visible(actor), wanted)
    if before is not None:
        rows = rows.filter(Q(raised_at__lt=before[0]) | Q(raised_at=before[0], id__lt=before[1]))
    return briefs(rows.order_by("-raised_at", "-id")[:limit])


def narrowed(rows: QuerySet[Alarm], wanted: AlarmFilter) -> QuerySet[Alarm]:
    """Narrow rows to a filter."""
    plain = {
        "grade__in": wanted.grades,
        "state__in": wanted.states,
        "rule": wanted.rule,
        "case_id": wanted.case_id,
        "raised_at__gte": wanted.since,
        "raised_at__lt": wanted.until,
    }
    rows = rows.filter(**{name: value for name, value in plain.items() if value not in ((), "", None)})
    if wanted.division:
        rows = rows.filter(prefix_q("division", wanted.division))
    if wanted.text:
        text = wanted.text
        rows = rows.filter(Q(name__icontains=text) | Q(place__icontains=text) | Q(about__icontains=text))
    if wanted.active is not None:
        rows = rows.filter(cleared_at__isnull=wanted.active)
    if wanted.open is not None:
        rows = rows.filter(state__in=OPEN) if wanted.open else rows.exclude(state__in=OPEN)
    if wanted.heads:
        rows = rows.filter(membership__head=F("id"))
    if wanted.quiet is not None:
        rows = rows.filter(_quiet() if wanted.quiet else ~_quiet())
    if wanted.stream is not None:
        rows = rows.filter(pk__in=Stream.objects.filter(stream=wanted.stream).values("alarm"))
    return rows


def _quiet() -> Q:
    return Q(quiet=True) | Q(snoozed_until__isnull=False, snoozed_until__gt=clock.now())


def counts(actor: Actor, wanted: AlarmFilter) -> tuple[dict[int, int], dict[str, int]]:
    """Give how many alarms of a filter there are by grade and by state; one statement."""
    rows = narrowed(visible(actor), wanted).order_by().values_list("grade", "state").annotate(n=Count("id"))
    by_grade = dict.fromkeys((int(g) for g in Grade if g), 0)
    by_state = dict.fromkeys((str(state) for state in State), 0)
    for grade, state, number in rows:
        by_grade[grade] += number
        by_state[state] += number
    return by_grade, by_state


def standing(actor: Actor, limit: int = 9) -> tuple[dict[int, int], list[AlarmBrief]]:
    """Give what is active and not quiet: how many by grade, and the gravest, the newest first of a grade.

    A storm counts once.
    """
    now = AlarmFilter(active=True, open=True, heads=True, quiet=False)
    rows = narrowed(visible(actor), now).exclude(state=State.REJECTED)
    by_grade = dict.fromkeys((int(g) for g in Grade if g), 0)
    by_grade.update(rows.order_by().values_list("grade").annotate(n=Count("id")))
    return by_grade, briefs(rows.order_by("-grade", "-raised_at", "-id")[:limit])


def alarm(actor: Actor, alarm_id: UUID) -> AlarmInfo:
    """Give one alarm whole. Raises NotFound."""
    return info(row_of(actor, alarm_id))


def alarms_by_id(ids: Iterable[UUID]) -> dict[UUID, AlarmInfo]:
    """Give alarms by id, for the platform's own reactions; four statements however many."""
    rows = list(Alarm.objects.filter(pk__in=set(ids)).select_related("calm"))
    return {one.id: one for one in _infos(rows)}


def info(row: Alarm) -> AlarmInfo:
    """Give a row whole."""
    (one,) = _infos([row])
    return one


def _infos(rows: Sequence[Alarm]) -> list[AlarmInfo]:
    units: dict[UUID, list[int]] = {row.pk: [] for row in rows}
    for pk, unit in (
        Notified.objects.filter(alarm__in=units).order_by("id").values_list("alarm_id", "unit_id")
    ):
        units[pk].append(unit)
    storms = _storms([row.pk for row in rows])
    return [
        AlarmInfo(
            **_brief(row, storms),
            item_code=row.item_code,
            tells_from=row.tells_from,
            streams=tuple(row.streams),
            things=tuple(row.things),
            evidence=row.evidence,
            confirmed_at=row.confirmed_at,
            notified_at=row.notified_at,
            handled_at=row.handled_at,
            evaluated_at=row.evaluated_at,
            units=tuple(units[row.pk]),
            report_id=row.report_id,
            minutes=_minutes(row),
            calm_reason=row.calm.reason if row.calm is not None else "",
        )
        for row in rows
    ]


def _minutes(row: Alarm) -> dict[str, float | None]:
    ends = {"confirmed": row.confirmed_at, "notified": row.notified_at, "handled": row.handled_at}
    return {step: None if end is None else (end - row.heard_at) / _MINUTE for step, end in ends.items()}


def briefs(rows: Iterable[Alarm]) -> list[AlarmBrief]:
    """Give rows as lists show them, with what they stand for; three statements however many."""
    found = list(rows)
    storms = _storms([row.pk for row in found])
    return [AlarmBrief(**_brief(row, storms)) for row in found]


_Storms = tuple[dict[UUID, UUID], dict[UUID, tuple[int, int]]]


def _storms(ids: Collection[UUID]) -> _Storms:
    heads = dict(Membership.objects.filter(alarm__in=ids).values_list("alarm_id", "head_id"))
    active = Max("alarm__grade", filter=Q(alarm__cleared_at__isnull=True))
    sums = (
        Membership.objects.filter(head__in=ids)
        .exclude(alarm=F("head"))
        .order_by()
        .values("head_id")
        .annotate(number=Count("alarm"), worst=active)
        .values_list("head_id", "number", "worst")
    )
    return heads, {head: (number, worst or 0) for head, number, worst in sums}


def _brief(row: Alarm, storms: _Storms) -> dict[str, Any]:
    heads, sums = storms
    members, worst = sums.get(row.pk, (0, 0))
    own = row.grade if row.cleared_at is None else 0
    return {
        **{name: getattr(row, name) for name in _PLAIN},
        "matter": row.about,
        "head_id": heads.get(row.pk, row.pk),
        "members": members,
        "worst": max(worst, own),
    }


def members(actor: Actor, alarm_id: UUID, limit: int = 200) -> list[AlarmBrief]:
    """Give the other alarms of the storm for which this one stands, by time."""
    row_of(actor, alarm_id)
    rows = visible(actor).filter(membership__head=alarm_id).exclude(pk=alarm_id)
    return briefs(rows.order_by("raised_at", "id")[:limit])


def of_case(actor: Actor, case_id: UUID) -> list[AlarmBrief]:
    """Give the alarms that became a case, by time."""
    return briefs(visible(actor).filter(case_id=case_id).order_by("raised_at", "id")[:200])


def of_matters(actor: Actor, rule: str, matters: Collection[str]) -> list[AlarmBrief]:
    """Give the alarms of a rule about these matters, by time."""
    rows = visible(actor).filter(matter__rule=rule, matter__matter__in=list(matters))
    return briefs(rows.order_by("raised_at", "id"))


def of_reports(report_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Give the alarm of each report that an alarm became, for the platform's own reactions."""
    rows = Alarm.objects.filter(report_id__in=set(report_ids))
    return {report: pk for report, pk in rows.values_list("report_id", "id") if report is not None}


def of_cases(case_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """Give the alarms that became each case, for the platform's own reactions."""
    found: dict[UUID, list[UUID]] = {}
    rows = Alarm.objects.filter(case_id__in=set(case_ids)).order_by("id")
    for case_id, pk in rows.values_list("case_id", "id"):
        if case_id is not None:
            found.setdefault(case_id, []).append(pk)
    return found


def heard_near(rules: Collection[str], streams: Collection[int], since: datetime) -> set[tuple[str, int]]:
    """Give (rule, stream) of all alarms raised since then, for the platform's own reactions."""
    rows = Stream.objects.filter(alarm__rule__in=rules, stream__in=streams, alarm__raised_at__gte=since)
    return set(rows.order_by().values_list("alarm__rule", "stream"))


def lines(actor: Actor, alarm_id: UUID) -> list[LineInfo]:
    """Give an alarm's history in order. Raises NotFound."""
    row_of(actor, alarm_id)
    return [LineInfo(**one) for one in Line.objects.filter(alarm=alarm_id).order_by("no").values(*_LINE)]


def calms(actor: Actor, *, ended: bool = False, limit: int = 100) -> list[Calm]:
    """Give the times of quiet of the actor's divisions, the newest first; ``ended``: also what is over."""
    rows = CalmRow.objects.filter(division_q(actor.scope, "division"))
    if not ended:
        rows = rows.filter(ends_at__gt=clock.now(), ended_at__isnull=True)
    shown = rows.annotate(number=Count("held")).order_by("-begins_at", "-id")[:limit]
    return [calm_info(row, row.number) for row in shown]


def calm_info(row: CalmRow, held: int = 0) -> Calm:
    """Give a time of quiet as a frozen value."""
    plain = (
        "id", "kind", "begins_at", "ends_at", "reason", "division", "rule", "matter", "by_name", "at",
        "ended_at",
    )  # fmt: skip
    told = {name: getattr(row, name) for name in plain}
    return Calm(**told, things=tuple(row.things), streams=tuple(row.streams), held=held)


def misses(actor: Actor, state: str = "", limit: int = 100) -> list[MissInfo]:
    """Give missed alarms of the actor's divisions, the newest first."""
    rows = Miss.objects.filter(division_q(actor.scope, "division"))
    rows = rows.filter(state=state) if state else rows
    return [MissInfo(**one) for one in rows.order_by("-at", "-id").values(*_MISS)[:limit]]


def terms(rules: Collection[str]) -> dict[str, Terms]:
    """Give what rules' alarms are to people; what nobody has said is the shipped default."""
    return terms_of(rules)


def rules_seen(actor: Actor) -> list[Terms]:
    """Give the terms of all rules that raised an alarm the actor may see."""
    seen = visible(actor).order_by().values_list("rule", flat=True).distinct()
    return [one for _, one in sorted(terms_of(list(seen)).items())]
