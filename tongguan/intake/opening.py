# SPDX-License-Identifier: Apache-2.0
"""From understood tellings to cases: one matter, one case, whoever tells it and however often."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from tongguan.cases import api as cases
from tongguan.cases import queries as case_queries
from tongguan.cases.contracts import CaseInfo, Further, Held, Joining, NewCase
from tongguan.catalog.contracts import ItemInfo
from tongguan.dispatch import api as dispatch
from tongguan.dispatch.contracts import Opening
from tongguan.intake.contracts import ReportState
from tongguan.intake.facts import CaseRecurred, ReportJoined, ReportOpened
from tongguan.intake.told import Told
from tongguan.kernel.facts import Fact
from tongguan.matching import api as matching
from tongguan.matching import queries as matters
from tongguan.matching.contracts import Decision, Voice
from tongguan.matching.contracts import Told as Telling
from tongguan.people.contracts import PLATFORM
from tongguan.runtime import lookalikes

_TITLE = 40
_USUAL = "default"
_CRITICAL = "critical"
#: What findings of cameras come from; see ``video``.
_CAMERAS = "video"


def settle(told: Sequence[Told], items: Mapping[str, ItemInfo]) -> list[Fact]:
    """Let each telling join the case of its matter or open one; give what to publish.

    Constant number of statements. Whoever decides about the same matter waits for this transaction.
    """
    if not told:
        return []
    by_report = {one.row.id: one for one in told}
    seen = _pictures(told)
    decisions, held = _living(
        _seconded(matching.match_many([_telling(one, seen) for one in told]), by_report)
    )
    further = _further(decisions)
    leaders = [d for d in decisions if d.case_id is None and d.leader == d.report_id]
    closed = case_queries.cases_by_id(PLATFORM, {d.again for d in leaders if d.again is not None})
    openings = [
        _opening(
            by_report[d.report_id],
            d,
            items,
            None if d.again is None else closed.get(d.again),
            further.get(d.report_id),
        )
        for d in leaders
    ]
    opened = dict(zip((d.report_id for d in leaders), dispatch.open_many(PLATFORM, openings), strict=True))
    placed = matching.record(decisions, {report: done.case.id for report, done in opened.items()})
    facts: list[Fact] = []
    for decision in decisions:
        one, case_id = by_report[decision.report_id], placed[decision.report_id]
        row = one.row
        row.case_id, row.error_code, row.error = case_id, "", ""
        mine = opened.get(row.id)
        if mine is not None:
            row.state, one.reach = ReportState.OPENED, mine.reach
            one.lines += [_opened_words(decision), f"办理：{mine.words}"]
            facts += _opened_facts(decision, mine.case)
        else:
            row.state = ReportState.JOINED
            one.lines.append(f"同一事项：{decision.words}；并入已有案件")
            facts.append(_joined_fact(decision, case_id, one.division))
    _join([d for d in decisions if d.case_id is not None], held)
    return facts


def _pictures(told: Sequence[Told]) -> dict[str, int]:
    """Give the prints of the batch's photos, without fixed cameras: their view is the same every day."""
    sent = {name for one in told if one.row.source != _CAMERAS for name in one.row.attachments}
    return {str(file_id): value for file_id, value in lookalikes.prints_of(set(map(UUID, sent))).items()}


def _telling(one: Told, seen: Mapping[str, int]) -> Telling:
    row = one.row
    return Telling(
        report_id=row.id,
        title=row.title,
        text=row.text,
        told_at=row.told_at,
        division=one.division,
        item_code=one.item_code,
        lon=one.lon,
        lat=one.lat,
        person=_person(one),
        pictures=tuple(seen[name] for name in row.attachments if name in seen),
    )


def _person(one: Told) -> str:
    row = one.row
    return row.caller_key or (row.client if row.client.startswith("user:") else "")


def _seconded(decisions: Sequence[Decision], by_report: Mapping[UUID, Told]) -> list[Decision]:
    """Let who says "me too" belong to the case that they named, and with them who follows their telling."""
    named = {d.report_id: by_report[d.report_id].row.seconds for d in decisions if not d.recorded}
    heard = matters.heard({case_id for case_id in named.values() if case_id is not None})
    found = []
    for decision in decisions:
        mine = named.get(decision.report_id)
        follows = named.get(decision.leader) if decision.case_id is None else None
        case_id = mine or follows
        if decision.recorded or case_id is None or case_id == decision.case_id:
            found.append(decision)
            continue
        words = "反映人确认是同一事项" if mine else decision.words
        person = _person(by_report[decision.report_id])
        voice = Voice.FURTHER if decision.voice == Voice.FIRST else decision.voice
        if person and (case_id, person) in heard:
            voice = Voice.REMINDER
        heard.add((case_id, person))
        found.append(
            replace(
                decision,
                zone="join",
                case_id=case_id,
                words=words,
                voice=voice,
                again=None,
                suggestions=(),
                beside=(),
            )
        )
    return found


def _living(decisions: Sequence[Decision]) -> tuple[list[Decision], dict[UUID, Held]]:
    """Let nothing join a case that was closed a moment ago: such tellings open one tied to it.

    Gives the decisions, and the cases that are joined, locked.
    """
    wanted = {d.case_id for d in decisions if d.case_id is not None}
    held = cases.hold_many(PLATFORM, wanted)
    gone = {case_id for case_id in wanted if case_id not in held or held[case_id].case.closed_at}
    first: dict[UUID, UUID] = {}
    found = []
    for decision in decisions:
        case_id = decision.case_id
        if case_id is None or case_id not in gone or decision.recorded:
            found.append(decision)
            continue
        leader = first.setdefault(case_id, decision.report_id)
        zone = "again" if leader == decision.report_id else "join"
        found.append(replace(decision, zone=zone, case_id=None, leader=leader, again=case_id))
    return found, held


def _further(decisions: Sequence[Decision]) -> dict[UUID, Further]:
    """Give, by the telling that opens a case, what others of the batch add to it."""
    grouped: dict[UUID, list[Decision]] = {}
    for decision in decisions:
        if decision.case_id is None and decision.leader != decision.report_id and not decision.recorded:
            grouped.setdefault(decision.leader, []).append(decision)
    return {leader: Further(**_voices(group)) for leader, group in grouped.items()}


def _opening(
    one: Told,
    decision: Decision,
    items: Mapping[str, ItemInfo],
    after: CaseInfo | None,
    further: Further | None,
) -> Opening:
    reason = "" if after is None else f"案件 {after.number} 结案后再次反映：{decision.words}"
    return Opening(
        new=_new(one, items[one.item_code], reason, further),
        item_confidence=one.item_confidence,
        place_confidence=one.place_confidence,
        likely_repeat=decision.zone in {"suggest", "again"},
    )


def _new(one: Told, item: ItemInfo, reason: str, further: Further | None = None) -> NewCase:
    row = one.row
    return NewCase(
        item_code=one.item_code,
        title=row.title or _short(row.text),
        text=row.text,
        division=one.division,
        source=row.source,
        kind=str(item.kind),
        grid=one.grid,
        lon=one.lon,
        lat=one.lat,
        address=one.address,
        component_code="" if one.component is None else one.component.code,
        # The usual process is the cases' own choice by kind; an item names another one only.
        process="" if item.process == _USUAL else item.process,
        urgency=_urgency(one, item),
        reported_at=row.told_at,
        reporter_user_id=_user_id(row.client),
        reporter_secret=row.reporter_secret,
        evidence={"files": list(row.attachments)} if row.attachments else {},
        reason=reason,
        further=further,
    )


def _urgency(one: Told, item: ItemInfo) -> str:
    if one.danger is not None:
        return _CRITICAL
    return item.urgency or "normal" if one.urgency is None else one.urgency.level


def apart(one: Told, items: Mapping[str, ItemInfo], reason: str) -> Opening:
    """Give the case of a telling that a person took out of another one."""
    return Opening(new=_new(one, items[one.item_code], reason), place_confidence=one.place_confidence)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"


def _user_id(client: str) -> int | None:
    kind, _, number = client.partition(":")
    return int(number) if kind == "user" and number.isdigit() else None


def _opened_words(decision: Decision) -> str:
    if decision.again is not None:
        return f"同一事项：{decision.words}；原案已结，另立新案并与之关联"
    if likely := len(decision.suggestions) + len(decision.beside):
        return f"同一事项：疑似与 {likely} 件在办案件相同，须人工判断；先立新案"
    return "同一事项：没有发现相同案件，立新案"


def _opened_facts(decision: Decision, case: CaseInfo) -> list[Fact]:
    report = str(decision.report_id)
    facts: list[Fact] = [ReportOpened(report_id=report, case_id=str(case.id), division=case.division)]
    if decision.again is not None:
        facts.append(
            CaseRecurred(
                report_id=report,
                case_id=str(case.id),
                closed_case_id=str(decision.again),
                division=case.division,
            )
        )
    return facts


def _joined_fact(decision: Decision, case_id: UUID, division: str) -> ReportJoined:
    return ReportJoined(
        report_id=str(decision.report_id),
        case_id=str(case_id),
        voice=str(decision.voice),
        division=division,
    )


def _join(decisions: Sequence[Decision], held: Mapping[UUID, Held]) -> None:
    """Count the joined tellings on their cases, which are locked."""
    grouped: dict[UUID, list[Decision]] = {}
    for decision in decisions:
        if decision.case_id is not None and not decision.recorded:
            grouped.setdefault(decision.case_id, []).append(decision)
    if grouped:
        joins = [Joining(case_id=case_id, **_voices(group)) for case_id, group in grouped.items()]
        cases.join_held(PLATFORM, held, joins)


def _voices(group: Sequence[Decision]) -> dict[str, Any]:
    """Count what tellings add to a case; the same person again is no further voice (F17)."""
    people = sum(d.voice != Voice.REMINDER for d in group)
    words = group[0].words if people else f"同一人再次反映；{group[0].words}"
    return {"people": people, "tellings": len(group), "words": words}
