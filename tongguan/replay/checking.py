# SPDX-License-Identifier: Apache-2.0
"""After the run: every case must be where its record says, every deadline what the slow reference says."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final
from uuid import UUID

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo, TimelineLine
from tongguan.catalog import queries as catalogue
from tongguan.dispatch import queries as dispatch
from tongguan.dispatch.contracts import ClockInfo
from tongguan.kernel.testing import MinuteByMinute
from tongguan.kernel.worktime import Definition, Limit, LimitUnit
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM
from tongguan.replay.living import Life, moves_of
from tongguan.replay.mapping import ENDINGS, Source

_HANDLE: Final = "handle"
_QUARANTINED: Final = "quarantined"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that is not as it must be."""

    external_id: str
    kind: str
    expected: str
    found: str


@dataclass(slots=True)
class Findings:
    """What the check found. ``waits`` are the hours cases spent in each stage."""

    states: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    mismatches: list[Mismatch] = field(default_factory=list)
    quarantined: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    refused: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    waits: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    deadlines: int = 0
    overdue: int = 0
    recorded_due: int = 0
    repeated: int = 0


@dataclass(slots=True)
class Check:
    """The check of one run, with the reference's answers remembered."""

    source: Source
    findings: Findings = field(default_factory=Findings)
    _references: dict[Definition, MinuteByMinute] = field(default_factory=dict)
    _answers: dict[tuple[Definition, datetime, Limit], datetime] = field(default_factory=dict)

    def all(self, lives: Iterable[Life]) -> Findings:
        """Check every record."""
        seen: dict[UUID, str] = {}
        for life in lives:
            self._one(life)
            if life.case is not None:
                first = seen.setdefault(life.case.id, life.record.external_id)
                if first != life.record.external_id:
                    self._wrong(life, "重复建案", "各自一案", f"与 {first} 同案")
        return self.findings

    def _wrong(self, life: Life, kind: str, expected: object, found: object) -> None:
        self.findings.mismatches.append(Mismatch(life.record.external_id, kind, str(expected), str(found)))

    def _one(self, life: Life) -> None:
        found, answer, standing = self.findings, life.answer, life.standing
        if answer is None or not answer.ok or standing is None:
            found.refused[answer.why if answer else "未上报"] += 1
            self._wrong(life, "未受理上报", "已接收", answer.why if answer else "未上报")
            return
        found.repeated += answer.repeated
        if life.joined:
            found.states[standing.state] += 1
            return
        expected = ENDINGS[life.record.ending] if life.record.item_code else _QUARANTINED
        if standing.state == _QUARANTINED:
            found.quarantined[standing.why] += 1
        if life.case is None:
            found.states[standing.state] += 1
            if standing.state != expected:
                self._wrong(life, "状态", expected, f"{standing.state} {standing.why}")
            return
        self._case(life, expected)

    def _case(self, life: Life, expected: str) -> None:
        case_id = life.case.id if life.case else UUID(int=0)
        case = cases.case(PLATFORM, case_id)
        self.findings.states[case.state] += 1
        if life.failed:
            self._wrong(life, "动作", "可行", life.failed)
        if case.state != expected:
            self._wrong(life, "状态", expected, case.state)
        lines = moves_of(case)
        made = [line.move for line in lines]
        planned = [step.move for step in life.steps]
        if made != planned:
            self._wrong(life, "历史", "、".join(planned), "、".join(made))
        ended = life.record.ending in {"closed", "refused"}
        if ended and not life.failed and lines and lines[-1].at != life.record.closed_at:
            self._wrong(life, "结案时间", life.record.closed_at.isoformat(), lines[-1].at.isoformat())
        self._stages(case, cases.timeline(PLATFORM, case_id))
        if case.filed_at is not None:
            self._clocks(life, case)

    def _stages(self, case: CaseInfo, lines: list[TimelineLine]) -> None:
        """Add up how long the case stood in each stage."""
        stages = {key: state.stage for key, state in cases.process_of(case).states.items()}
        spent: dict[str, timedelta] = defaultdict(timedelta)
        for line, following in pairwise(lines):
            spent[stages[line.to] or ""] += following.at - line.at
        for stage, span in spent.items():
            self.findings.waits[stage].append(span / timedelta(hours=1))

    def _clocks(self, life: Life, case: CaseInfo) -> None:
        units = {order.id: order.unit_id for order in dispatch.work_orders(PLATFORM, case.id)}
        late = False
        for clock in dispatch.clocks(PLATFORM, case.id):
            limit = self._limit(case, clock)
            unit = units.get(clock.order_id) if clock.order_id else None
            expected = None if limit is None else self._reference(unit, clock.started_at, limit)
            self.findings.deadlines += expected is not None
            if clock.due_at != expected:
                self._wrong(life, f"期限 {clock.stage}", expected, clock.due_at)
            if expected is not None and clock.stopped_at is not None:
                passed = clock.stopped_at > expected
                if clock.overdue != passed:
                    self._wrong(life, f"超期 {clock.stage}", passed, clock.overdue)
                late |= passed and clock.stage == _HANDLE
            if clock.stage == _HANDLE and clock.order_id is None and clock.round == 1:
                self._recorded(life, clock)
        self.findings.overdue += late

    def _recorded(self, life: Life, clock: ClockInfo) -> None:
        """Compare with the source's own due time and overdue flag, where its limits were taken over."""
        record = life.record
        if self.source.limits != "record" or record.days is None:
            return
        self.findings.recorded_due += 1
        if clock.due_at != record.due_at:
            self._wrong(life, "来源期限", record.due_at, clock.due_at)
        late = record.due_at is not None and record.closed_at > record.due_at
        if record.ending == "closed" and clock.overdue != late:
            self._wrong(life, "来源超期", late, clock.overdue)

    def _limit(self, case: CaseInfo, clock: ClockInfo) -> Limit | None:
        if clock.stage != _HANDLE:
            return catalogue.stage_limit(clock.stage, case.item_code, case.division, case.urgency)
        frozen: Mapping[str, str] | None = case.filing.get("limit")
        return None if not frozen else Limit(Decimal(frozen["value"]), LimitUnit(frozen["unit"]))

    def _reference(self, unit: int | None, start: datetime, limit: Limit) -> datetime:
        definition = people.calendar_for(unit).definition
        key = (definition, start, limit)
        if key not in self._answers:
            if definition not in self._references:
                self._references[definition] = MinuteByMinute(definition)
            self._answers[key] = self._references[definition].due_at(start, limit)
        return self._answers[key]
