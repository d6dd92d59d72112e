# SPDX-License-Identifier: Apache-2.0
"""The run: tellings and moves of all records in the order of their moments, on a clock that is set.

Cases interleave as they did in life. Once a simulated day, and at the end, the engine's duties are called:
reminders and overdue facts come from the clocks, not from here.
"""

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo, TimelineLine
from tongguan.catalog import queries as catalogue
from tongguan.dispatch import api as dispatch
from tongguan.intake import api as intake
from tongguan.kernel import clock
from tongguan.kernel.clock import ManualClock
from tongguan.kernel.errors import Refusal
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.replay.city import Staff
from tongguan.replay.door import MOST_AT_ONCE, Answered, Door, Standing
from tongguan.replay.mapping import Source
from tongguan.replay.plans import Step, plan
from tongguan.replay.records import Record, draws
from tongguan.runtime.spi import periodic

_DUTIES: Final = ("dispatch.reminders", "dispatch.resume")
_DAY: Final = timedelta(days=1)
_WINDOW: Final = timedelta(minutes=10)
_TELL, _MOVE = 0, 1
#: Who makes a move; the acceptor makes the others.
_ACTORS: Final = {
    "verify_reply": Post.COLLECTOR,
    "dispatch": Post.DISPATCHER,
    "return_dispatcher": Post.DEPARTMENT,
    "sign": Post.DEPARTMENT,
    "assign": Post.DEPARTMENT,
    "submit": Post.HANDLER,
    "dept_confirm": Post.DEPARTMENT,
    "check_pass": Post.COLLECTOR,
    "check_fail": Post.COLLECTOR,
}
_REASONS: Final = {
    "refuse": "经核不属于城市管理受理范围或系重复反映",
    "return_dispatcher": "不在本单位管养范围",
    "check_fail": "现场仍未恢复原状",
    "dispatch": "按来源系统记录的承办单位派遣",
}


@dataclass(slots=True)
class Life:
    """One record on its way: what was answered, its case, the moves made and still to make."""

    number: int
    record: Record
    steps: tuple[Step, ...]
    answer: Answered | None = None
    standing: Standing | None = None
    case: CaseInfo | None = None
    done: int = 0
    failed: str = ""

    @property
    def joined(self) -> bool:
        """Tell whether triage found that it tells of another record's matter: it has no life of its own."""
        return self.standing is not None and self.standing.state == "joined"


@dataclass(slots=True)
class Run:
    """A replay of records in one city. ``tick`` is told how many events were played."""

    source: Source
    door: Door
    staff: Staff
    photos: Sequence[str]
    seed: int
    tick: Callable[[int], None] = lambda _: None
    lives: list[Life] = field(default_factory=list)
    moves: int = 0
    _day: datetime | None = None
    _queue: list[tuple[datetime, int, int, list[Life]]] = field(default_factory=list)

    def play(self, records: Sequence[Record]) -> list[Life]:
        """Live through all records; give their lives."""
        for record in records:
            steps = plan(record, self.source.twists, self.source.waits, draws(self.seed, record.external_id))
            self.lives.append(Life(len(self.lives), record, steps))
        for number, batch in enumerate(_batches(self.lives)):
            heapq.heappush(self._queue, (batch[-1].record.told_at, _TELL, number, batch))
        if not self._queue:
            return self.lives
        with clock.using(ManualClock(self._queue[0][0])) as hands:
            played = 0
            while self._queue:
                at, kind, _, lives = heapq.heappop(self._queue)
                self._pass_to(hands, at)
                if kind == _TELL:
                    self._tell(lives)
                else:
                    self._move(lives[0])
                played += 1
                self.tick(played)
            self._speak()
        return self.lives

    def _pass_to(self, hands: ManualClock, at: datetime) -> None:
        """Let simulated days go by, the duties run in each, and set the clock."""
        if self._day is None:
            self._day = at
        while self._day + _DAY <= at:
            self._day += _DAY
            hands.move_to(self._day)
            self._speak()
        hands.move_to(at)

    def _speak(self) -> None:
        for name in _DUTIES:
            periodic.get(name).run()

    def _tell(self, lives: list[Life]) -> None:
        answers = self.door.tell([life.record for life in lives])
        while intake.triage_batch(MOST_AT_ONCE):
            pass
        for life, answer in zip(lives, answers, strict=True):
            life.answer = answer
            if answer.ok:
                life.standing = self.door.standing(answer.tracking)
                self._begin(life)

    def _begin(self, life: Life) -> None:
        """Queue the first move still to make: one that an earlier run made is not made again."""
        case_id = life.standing.case_id if life.standing else None
        if case_id is None or life.joined:
            return
        life.case = cases.case(PLATFORM, case_id)
        if life.answer is not None and life.answer.repeated:
            made = [line.move for line in moves_of(life.case)]
            life.done = len(made)
            if made != [step.move for step in life.steps[: life.done]]:
                life.failed = f"历史与计划不符：{'、'.join(made)}"
                return
        self._next(life)

    def _next(self, life: Life) -> None:
        if life.done < len(life.steps):
            at = max(life.steps[life.done].at, clock.now())
            heapq.heappush(self._queue, (at, _MOVE, life.number, [life]))

    def _move(self, life: Life) -> None:
        step = life.steps[life.done]
        if life.case is None:
            return
        try:
            life.case = cases.case(PLATFORM, life.case.id)  # others may have joined it meanwhile
            actor, inputs = self._deed(life, step.move)
            life.case = dispatch.perform(actor, life.case.id, step.move, inputs, life.case.version).case
        except Refusal as refusal:
            life.failed = f"{step.move}：{refusal.code} {refusal.zh}"
            return
        life.done += 1
        self.moves += 1
        self._next(life)

    def _deed(self, life: Life, move: str) -> tuple[Actor, dict[str, Any]]:
        """Give who makes a move and with what."""
        unit = people.unit_by_code(life.record.unit)
        unit_id = unit.id if unit else 0
        return self._actor(life, move, unit_id), self._inputs(life, move, unit_id)

    def _actor(self, life: Life, move: str, unit_id: int) -> Actor:
        post = _ACTORS.get(move, Post.ACCEPTOR)
        if post is Post.COLLECTOR:
            return self.staff.person((life.case.collector_id if life.case else None) or 0)
        if post in {Post.DEPARTMENT, Post.HANDLER}:
            return self.staff.of_unit(post, unit_id)
        return self.staff.at_centre(post)

    def _inputs(self, life: Life, move: str, unit_id: int) -> dict[str, Any]:
        photos = [self.photos[life.done % len(self.photos)]]
        told: dict[str, Any] = {"reason": _REASONS[move]} if move in _REASONS else {}
        match move:
            case "register":
                told["filing_rule_id"] = self._rule(life.record)
            case "dispatch":
                told["unit_id"] = unit_id
            case "return_dispatcher":
                told["clause"] = "管养范围划分第二条"
            case "assign":
                told["handler_id"] = self.staff.of_unit(Post.HANDLER, unit_id).id
            case "submit":
                told |= {"result": "已按要求处置完毕", "photos_after": photos}
            case "verify_reply":
                told |= {"result": "现场情况属实", "verified": True}
            case "check_pass":
                told["photos"] = photos
            case "close":
                told["closing_met"] = True
        return told

    def _rule(self, record: Record) -> int:
        if record.rule_id is not None:
            return record.rule_id
        rules = catalogue.filing_rules(record.item_code)
        return rules[int(draws(self.seed + 1, record.external_id).integers(len(rules)))].id


def _batches(lives: Sequence[Life]) -> list[list[Life]]:
    """Put tellings of the same minutes together, as long as nobody's first move would come too late."""
    batches: list[list[Life]] = []
    until: datetime | None = None
    for life in lives:
        told = life.record.told_at
        first = life.steps[0].at if life.steps else told + _WINDOW
        if until is None or told > until or len(batches[-1]) >= MOST_AT_ONCE:
            batches.append([])
            until = told + _WINDOW
        batches[-1].append(life)
        until = min(until, first)
    return batches


def moves_of(case: CaseInfo) -> list[TimelineLine]:
    """Give the lines of a case that are moves of its process: not the telling, nor what was noted."""
    moves = cases.process_of(case).moves
    return [line for line in cases.timeline(PLATFORM, case.id) if line.move in moves]


def case_ids(lives: Sequence[Life]) -> list[UUID]:
    """Give the cases the records became."""
    return [life.case.id for life in lives if life.case is not None]
