# SPDX-License-Identifier: Apache-2.0
"""Verbs of alarms: hear verdicts, move alarms, keep times of quiet, the book and the terms of rules."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from tongguan.alarms import queries
from tongguan.alarms.acting import perform, settle
from tongguan.alarms.contracts import Calm, CalmIn, Grade, MissInfo, MissState, Terms
from tongguan.alarms.facts import AlarmLinked, AlarmMissed
from tongguan.alarms.hearing import hear
from tongguan.alarms.models import Alarm, Miss, RuleTerms
from tongguan.alarms.models import Calm as CalmRow
from tongguan.alarms.terms import terms_of
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.kernel.importing import text_mistake
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic

__all__ = [
    "book_miss",
    "end_calm",
    "hear",
    "judge_miss",
    "keep_calm",
    "link",
    "perform",
    "propose_misses",
    "set_terms",
    "settle",
]

#: Who may keep alarms quiet, and change what a rule's alarms are to people.
CALMERS: Final = (Post.DISPATCHER, Post.DUTY_CHIEF)
COMMANDERS: Final = (Post.DUTY_CHIEF,)
#: Who keeps the book of missed alarms.
JUDGES: Final = (Post.DUTY_CHIEF, Post.SUPERVISOR, Post.EVALUATOR)
KINDS: Final = ("maintenance", "suppression")
_LONGEST_CALM: Final = timedelta(days=90)
_NARROW: Final = 6
_MOST_MINUTES: Final = 7 * 24 * 60


def keep_calm(actor: Actor, told: CalmIn) -> Calm:
    """Keep alarms quiet for a time; audited. Raises Forbidden, Invalid naming the field."""
    _holds(actor, told.division, CALMERS)
    _check_calm(told)
    with atomic():
        row = CalmRow.objects.create(
            kind=told.kind, begins_at=told.begins_at, ends_at=told.ends_at, reason=told.reason.strip(),
            division=told.division, rule=told.rule, matter=told.matter, things=list(told.things),
            streams=list(told.streams), by_key=actor.key, by_name=actor.name, at=clock.now(),
        )  # fmt: skip
        audit.record(actor, "alarm.calm", f"calm:{row.pk}", {"kind": told.kind, "reason": row.reason})
        return queries.calm_info(row)


def end_calm(actor: Actor, calm_id: UUID) -> Calm:
    """End a time of quiet before its time; audited. Raises NotFound, Forbidden, Conflict (over already)."""
    now = clock.now()
    with atomic():
        row = CalmRow.objects.select_for_update().filter(pk=calm_id).first()
        if row is None or not actor.scope.covers(row.division):
            raise NotFound("calm.unknown", zh="没有这个静默时段", en="no such time of quiet")
        _holds(actor, row.division, CALMERS)
        if row.ended_at is not None or row.ends_at <= now:
            raise Conflict("calm.over", zh="该时段已结束", en="it is over already")
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        audit.record(actor, "alarm.calm_end", f"calm:{row.pk}", {})
        return queries.calm_info(row)


def _check_calm(told: CalmIn) -> None:
    if told.kind not in KINDS:
        raise Invalid("calm.kind", zh="应为维护或抑制", en="maintenance or suppression", field="kind")
    if mistake := text_mistake(told.reason, 300):
        raise Invalid("calm.reason", zh=mistake, en="1 to 300 printable characters", field="reason")
    if told.ends_at <= told.begins_at or told.ends_at <= clock.now():
        raise Invalid("calm.ends", zh="结束应晚于开始和现在", en="must end later", field="ends_at")
    if told.ends_at - told.begins_at > _LONGEST_CALM:
        days = _LONGEST_CALM.days
        raise Invalid("calm.long", zh=f"最长 {days} 天", en=f"at most {days} days", field="ends_at")
    named = told.rule or told.matter or told.things or told.streams
    if not named and len(told.division) < _NARROW:
        raise Invalid(
            "calm.wide",
            zh="请指明规则、对象、设施、数据流，或区县以下的区划",
            en="name a rule, matter, thing, stream, or a division of six digits or more",
            field="division",
        )


def link(alarm_id: UUID, *, report_id: UUID | None = None, case_id: UUID | None = None) -> None:
    """Let an alarm know the report and the case that it became, in the open transaction of a subscriber."""
    values = {"report_id": report_id, "case_id": case_id}
    given = {name: value for name, value in values.items() if value is not None}
    if not given or not Alarm.objects.filter(pk=alarm_id).exclude(**given).update(**given):
        return
    if case_id is not None:
        division = Alarm.objects.values_list("division", flat=True).get(pk=alarm_id)
        outbox.publish(AlarmLinked(alarm_id=alarm_id, case_id=case_id, division=division))


def book_miss(
    actor: Actor, case_id: UUID, division: str, words: str, *, rule: str = "", stream: int | None = None
) -> MissInfo:
    """Book a case of which there should have been a warning; audited.

    The caller has made sure that the actor may see the case. Raises Forbidden, Invalid, Conflict (booked).
    """
    _holds(actor, division, (*CALMERS, *JUDGES))
    if mistake := text_mistake(words, 500):
        raise Invalid("miss.words", zh=mistake, en="1 to 500 printable characters", field="words")
    now = clock.now()
    with atomic():
        row, made = Miss.objects.get_or_create(
            case_id=case_id,
            rule=rule,
            defaults={
                "division": division, "stream": stream, "state": MissState.BOOKED.value, "at": now,
                "words": words.strip(), "by_key": actor.key, "by_name": actor.name,
                "judged_by": actor.name, "judged_at": now,
            },
        )  # fmt: skip
        if not made and row.state == MissState.BOOKED:
            raise Conflict("miss.booked", zh="已记入漏报台账", en="it is booked already")
        if not made:
            row.state, row.judged_by, row.judged_at = MissState.BOOKED.value, actor.name, now
            row.save(update_fields=["state", "judged_by", "judged_at"])
        return _booked(actor, row)


def propose_misses(many: Iterable[tuple[UUID, str, str, int | None, str]]) -> int:
    """Propose cases (id, division, rule, stream, words) for the book, by the platform; known ones stay.

    In the open transaction of a subscriber; gives how many are new.
    """
    now = clock.now()
    rows = [
        Miss(
            case_id=case_id, division=division, rule=rule, stream=stream, words=words[:500], at=now,
            state=MissState.PROPOSED.value, by_key=PLATFORM.key, by_name=PLATFORM.name,
        )
        for case_id, division, rule, stream, words in many
    ]  # fmt: skip
    known = set(Miss.objects.filter(case_id__in=[row.case_id for row in rows]).values_list("case_id", "rule"))
    fresh = [row for row in rows if (row.case_id, row.rule) not in known]
    Miss.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)


def judge_miss(actor: Actor, miss_id: UUID, *, missed: bool) -> MissInfo:
    """Take a proposed miss into the book, or dismiss it; audited. Raises NotFound, Forbidden, Conflict."""
    with atomic():
        row = Miss.objects.select_for_update().filter(pk=miss_id).first()
        if row is None or not actor.scope.covers(row.division):
            raise NotFound("miss.unknown", zh="没有这条漏报", en="no such missed alarm")
        _holds(actor, row.division, JUDGES)
        if row.state != MissState.PROPOSED:
            raise Conflict("miss.judged", zh=f"{row.judged_by}已认定", en="somebody has judged it already")
        row.state = (MissState.BOOKED if missed else MissState.DISMISSED).value
        row.judged_by, row.judged_at = actor.name, clock.now()
        row.save(update_fields=["state", "judged_by", "judged_at"])
        return _booked(actor, row)


def _booked(actor: Actor, row: Miss) -> MissInfo:
    told = {"case": str(row.case_id), "rule": row.rule, "state": row.state}
    audit.record(actor, "alarm.miss", f"miss:{row.pk}", told)
    if row.state == MissState.BOOKED:
        outbox.publish(AlarmMissed(miss_id=row.pk, case_id=row.case_id, division=row.division))
    return MissInfo(**{name: getattr(row, name) for name in MissInfo.__dataclass_fields__})


def set_terms(
    actor: Actor, rule: str, *, tells_from: int, minutes: Mapping[int, int], source: str, item_code: str = ""
) -> Terms:
    """Set from which grade a rule's alarms become reports and within how many minutes they are confirmed.

    For the city's duty chief; audited, the earlier ones stay. ``source`` says by which document. Running
    alarms keep what they were raised with. Raises Forbidden, Invalid naming the field.
    """
    if not set(actor.scope.posts()) & {*COMMANDERS, Post.SYSADMIN}:
        raise Forbidden("terms.post", zh="只有值班长可以设置", en="only a duty chief may")
    if tells_from not in range(Grade.BLUE, Grade.RED + 2):
        raise Invalid("terms.grade", zh="应为 1 至 5（5：不转）", en="1 to 5", field="tells_from")
    for grade, number in minutes.items():
        if grade not in range(Grade.BLUE, Grade.RED + 1) or not 0 < number <= _MOST_MINUTES:
            raise Invalid("terms.minutes", zh="应为正的分钟数", en="positive minutes", field="minutes")
    if mistake := text_mistake(source, 200):
        raise Invalid("terms.source", zh=mistake, en="say by which document", field="source")
    with atomic():
        RuleTerms.objects.create(
            rule=rule[:80], item_code=item_code, tells_from=tells_from, source=source.strip(),
            minutes={str(grade): number for grade, number in minutes.items()},
            by_key=actor.key, by_name=actor.name, at=clock.now(),
        )  # fmt: skip
        told = {
            "tells_from": tells_from,
            "minutes": {str(k): v for k, v in minutes.items()},
            "source": source,
        }
        audit.record(actor, "alarm.terms", f"rule:{rule[:80]}", told)
        return terms_of([rule])[rule]


def _holds(actor: Actor, division: str, posts: Sequence[Post]) -> None:
    if not actor.scope.posts() & set(posts):
        raise Forbidden("alarm.not_your_post", zh="您的岗位没有此项权限", en="your posts do not allow this")
    if not actor.scope.covers(division, *posts):
        raise NotFound(
            "division.elsewhere", zh="不在您的管辖范围", en="not within your divisions", field="division"
        )
