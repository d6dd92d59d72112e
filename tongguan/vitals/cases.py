# SPDX-License-Identifier: Apache-2.0
"""Cases as a source of measures: reads rows, histories and clocks of many cases at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Final
from uuid import UUID

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo, Process
from tongguan.cases.facts import CaseClosed, CaseDueChanged, CaseMoved, CaseNoted, CaseOpened, CaseReopened
from tongguan.dispatch import queries as dispatch
from tongguan.dispatch.contracts import ClockInfo
from tongguan.dispatch.facts import ApplicationDecided, ClockOverdue
from tongguan.indicators.contracts import Kind, Measure, Step
from tongguan.indicators.spi import Source
from tongguan.kernel import clock
from tongguan.kernel.facts import Fact
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM
from tongguan.vitals import lives
from tongguan.vitals.lives import Life, Line, Span

FLOW, LEVEL = Kind.FLOW, Kind.LEVEL
_NOTES: Final = {"urge": ("urges",)}
FACTS: Final = (
    CaseOpened,
    CaseMoved,
    CaseNoted,
    CaseClosed,
    CaseReopened,
    ApplicationDecided,
    ClockOverdue,
    CaseDueChanged,
)
MEASURES: Final = (
    Measure("case_new", "新增案件", "cases opened", "件", FLOW, "opened_from={since}"),
    Measure("case_filed", "立案", "cases filed", "件", FLOW),
    Measure("case_closed", "结案", "cases closed", "件", FLOW),
    Measure("case_closed_in_time", "按期结案", "closed in time", "件", FLOW),
    Measure("case_disposed", "处置", "cases handled", "件", FLOW),
    Measure("case_disposed_in_time", "按期处置", "handled in time", "件", FLOW),
    Measure("case_handling_minutes", "处置用时", "handling time", "工作分钟", FLOW),
    Measure("case_reworked", "返工", "reworks", "次", FLOW),
    Measure("case_returned", "部门回退", "returns by units", "次", FLOW),
    Measure("case_urged", "催办", "urges", "次", FLOW),
    Measure("case_voided", "作废", "cases voided", "件", FLOW),
    Measure("case_open", "在办案件", "open cases", "件", LEVEL, "open=true"),
    Measure(
        "case_urgent",
        "在办紧急案件",
        "open urgent cases",
        "件",
        LEVEL,
        "open=true&urgency=urgent&urgency=critical",
    ),
    Measure("case_suspended", "挂账案件", "suspended cases", "件", LEVEL, "state=suspended"),
    Measure("case_overdue", "超期在办", "overdue cases", "件", LEVEL, "open=true&overdue=true"),
    Measure(
        "case_late_to_dispose",
        "超期未处置",
        "overdue in handling",
        "件",
        LEVEL,
        "open=true&overdue=true&stage=handle",
    ),
    Measure("case_due_soon", "即将到期", "due within two hours", "件", LEVEL),
)


class CaseRows:
    """Reads cases for the engine of indicators."""

    def subjects(self, facts: Iterable[Fact]) -> set[UUID]:
        """Give the cases that these facts tell of."""
        return {fact.case_id for fact in facts if isinstance(fact, FACTS)}

    def steps(self, subjects: Collection[UUID]) -> Iterator[Step]:
        """Give the steps of these cases in five statements."""
        known = cases.cases_by_id(PLATFORM, subjects)
        lines = _lines(known)
        spans = dispatch.clocks_of(list(known), clock.now())
        excused = dispatch.excused(list(known))
        calendar = people.calendar_for()
        for case in known.values():
            yield from lives.steps(
                _life(case, lines[case.id], spans[case.id], excused=case.id in excused), calendar
            )

    def after(self, subject: UUID | None, limit: int) -> list[UUID]:
        """Give the cases that follow one by id."""
        rows = cases.visible(PLATFORM).order_by("pk")
        rows = rows if subject is None else rows.filter(pk__gt=subject)
        return list(rows.values_list("pk", flat=True)[:limit])


def _lines(known: dict[UUID, CaseInfo]) -> dict[UUID, list[Line]]:
    rows = cases.visible(PLATFORM).filter(id__among=list(known), timeline__no__gt=0)
    columns = ("pk", "timeline__at", "timeline__move", "timeline__frm", "timeline__to")
    found: defaultdict[UUID, list[Line]] = defaultdict(list)
    for case_id, at, move, frm, to in rows.order_by("pk", "timeline__no").values_list(*columns):
        found[case_id].append(_line(cases.process_of(known[case_id]), at, move, frm, to))
    return found


def _line(process: Process, at: datetime, move: str, frm: str, to: str) -> Line:
    state, known = process.states.get(to), process.moves.get(move)
    counts = known.counts if known else _NOTES.get(move, ())
    return Line(at, move, frm, to, state.stage if state else "", bool(state and state.final), counts)


def _life(case: CaseInfo, lines: list[Line], spans: list[ClockInfo], *, excused: bool) -> Life:
    return Life(
        id=case.id,
        item=case.item_code,
        place=case.division,
        state=case.state,
        stage=case.stage,
        urgency=case.urgency,
        opened_at=case.opened_at,
        filed_at=case.filed_at,
        closed_at=case.closed_at,
        due_at=case.due_at,
        lines=lines,
        spans=[
            Span(one.stage, one.started_at, one.stopped_at, one.due_at, one.overdue)
            for one in spans
            if one.order_id is None and one.supervision_id is None
        ],
        excused=excused,
    )


SOURCE: Final = Source("cases", 1, MEASURES, FACTS, CaseRows())
