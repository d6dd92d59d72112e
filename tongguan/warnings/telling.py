# SPDX-License-Identifier: Apache-2.0
"""Alarms become tellings: one report for ever, which joins the open case about the same thing or opens it."""

import logging
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from tongguan.alarms import api as alarms
from tongguan.alarms import queries as reads
from tongguan.alarms.contracts import GRADES, AlarmInfo, Grade
from tongguan.alarms.facts import AlarmConfirmed, AlarmEvaluated, AlarmGrouped, AlarmRejected
from tongguan.cases import api as casework
from tongguan.cases import queries as cases
from tongguan.cases.facts import CaseClosed, CaseOpened
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReportIn
from tongguan.intake.facts import ReportJoined, ReportOpened
from tongguan.kernel.errors import Refusal, Unavailable
from tongguan.people.contracts import PLATFORM
from tongguan.runtime import audit
from tongguan.runtime.contracts import Delivered
from tongguan.warnings import spi

SOURCE: Final = "alarm"
#: Final states of a case that say that nothing was the matter.
_NOTHING: Final = frozenset({"voided", "not_accepted"})
#: An alarm so long before a case would have been the warning.
_BEFORE: Final = timedelta(hours=24)
_log = logging.getLogger(__name__)


def tell(batch: Sequence[Delivered]) -> int:
    """Tell alarms that are grave enough as reports, storms once; give how many are new.

    Raises Unavailable while too many reports wait: the batch comes again.
    """
    ids = [_head(one) for one in batch]
    known = reads.alarms_by_id(pk for pk in ids if pk is not None)
    new = 0
    for info in known.values():
        if info.report_id is None and info.head_id == info.id and grave(info):
            new += _tell(info)
    return new


def _head(one: Delivered) -> UUID | None:
    fact = one.fact
    return fact.head_id if isinstance(fact, AlarmGrouped) else getattr(fact, "alarm_id", None)


def grave(info: AlarmInfo) -> bool:
    """Tell whether an alarm, or one it stands for, has reached the grade from which it is told. Pure."""
    return not info.quiet and info.state != "rejected" and max(info.grade, info.worst) >= info.tells_from


def _tell(info: AlarmInfo) -> int:
    try:
        receipt = intake.receive(PLATFORM, report_of(info))
    except Unavailable:
        raise
    except Refusal as refusal:
        _log.warning("alarm %s could not be told: %s", info.id, refusal)
        audit.record(PLATFORM, "alarm.untold", f"alarm:{info.id}", {"code": refusal.code, "why": refusal.zh})
        return 0
    alarms.link(info.id, report_id=receipt.report_id, case_id=receipt.case_id)
    return 0 if receipt.repeated else 1


def report_of(info: AlarmInfo) -> ReportIn:
    """Give the telling of an alarm; its number is the alarm's, so that it is one report for ever. Pure."""
    at = timezone.localtime(info.raised_at).strftime("%Y-%m-%d %H:%M")
    grade = GRADES[Grade(max(info.grade, info.worst))]
    where = "" if info.place in info.words else info.place
    others = f"\n同一成因的预警另有 {info.members} 条。" if info.members else ""
    return ReportIn(
        source=SOURCE,
        external_id=str(info.id),
        title=f"{grade}预警：{info.name}{f'（{info.place}）' if info.place else ''}"[:200],
        text=f"{at} {where}{info.name}，{grade}预警：{info.words}{others}",
        item_code=info.item_code,
        lon=info.lon,
        lat=info.lat,
        address=info.place,
        division=info.division,
        told_at=info.raised_at,
    )


def joined(batch: Sequence[Delivered]) -> None:
    """Let alarms know the cases that their reports opened or joined."""
    told = {
        UUID(one.fact.report_id): UUID(one.fact.case_id)
        for one in batch
        if isinstance(one.fact, ReportOpened | ReportJoined)
    }
    for report_id, alarm_id in reads.of_reports(told).items():
        alarms.link(alarm_id, case_id=told[report_id])


def settle(batch: Sequence[Delivered]) -> None:
    """Close the loop: when its case is closed the alarm is handled, when it came to nothing it was false."""
    closed = {one.fact.case_id: one.fact.state for one in batch if isinstance(one.fact, CaseClosed)}
    mine = reads.of_cases(closed)
    known = cases.cases_by_id(PLATFORM, mine)
    for case_id, ids in mine.items():
        number = known[case_id].number if case_id in known else str(case_id)
        if closed[case_id] in _NOTHING:
            words = f"关联案件 {number} 作废或不予受理"
            alarms.settle(ids, "disown", {"reason": words, "cause": "other"})
        else:
            alarms.settle(ids, "settle", {"result": f"关联案件 {number} 已结案"})


def doubted(batch: Sequence[Delivered]) -> None:
    """Say on the case that its alarm was found right, or false: whoever works on it must know."""
    found = {}
    for one in batch:
        fact = one.fact
        if isinstance(fact, AlarmRejected):
            found[fact.alarm_id] = "关联预警被判为误报"
        elif isinstance(fact, AlarmEvaluated) and fact.outcome == "false":
            found[fact.alarm_id] = "关联预警经评估为误报"
        elif isinstance(fact, AlarmConfirmed):
            found[fact.alarm_id] = "关联预警已确认属实"
    for info in reads.alarms_by_id(found).values():
        if info.case_id is not None and info.head_id == info.id:
            words = f"{found[info.id]}：{info.name} {info.place}"
            casework.note(PLATFORM, info.case_id, "alarm", {"reason": words})


def unwarned(batch: Sequence[Delivered]) -> int:
    """Propose cases near a watched stream, of which no alarm told, for the book of missed alarms."""
    opened = [
        one.fact.case_id for one in batch if isinstance(one.fact, CaseOpened) and one.fact.source != SOURCE
    ]
    if not opened or not spi.coverage.items():
        return 0
    known = cases.cases_by_id(PLATFORM, opened)
    told = [
        spi.Told(case.id, case.item_code, case.lon, case.lat)
        for case in known.values()
        if case.lon is not None and case.lat is not None
    ]
    watched = [one for supply in spi.coverage.items().values() for one in supply(told)]
    if not watched:
        return 0
    since = min(case.opened_at for case in known.values()) - _BEFORE
    warned = reads.heard_near({one.rule for one in watched}, {one.stream for one in watched}, since)
    return alarms.propose_misses(
        _proposed(watched, warned, {pk: case.division for pk, case in known.items()})
    )


def _proposed(
    watched: Iterable[spi.Watched], warned: set[tuple[str, int]], divisions: dict[UUID, str]
) -> list[tuple[UUID, str, str, int | None, str]]:
    """Give the nearest stream of each case and rule where none of its streams warned. Pure."""
    told = list(watched)
    heard = {(one.case_id, one.rule) for one in told if (one.rule, one.stream) in warned}
    nearest: dict[tuple[UUID, str], spi.Watched] = {}
    for one in sorted(told, key=lambda one: one.metres):
        nearest.setdefault((one.case_id, one.rule), one)
    return [
        (
            one.case_id, divisions[one.case_id], one.rule, one.stream,
            f"案发处 {one.metres:.0f} 米内有监测（数据流 {one.stream}），此前 24 小时该规则没有预警",
        )
        for key, one in nearest.items()
        if key not in heard
    ]  # fmt: skip
