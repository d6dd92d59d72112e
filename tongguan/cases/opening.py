# SPDX-License-Identifier: Apache-2.0
"""Opening cases: many at once, in a number of statements that does not depend on how many."""

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from django.utils import timezone

from tongguan.cases import changes, timeline, versions
from tongguan.cases.contracts import Carried, CaseInfo, Further, Held, NewCase, Through, case_info
from tongguan.cases.facts import CaseNoted, CaseOpened
from tongguan.cases.lifecycle import Process, check
from tongguan.cases.models import Case, TimelineEntry
from tongguan.cases.reach import acting_posts
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, Invalid
from tongguan.kernel.facts import Fact
from tongguan.kernel.geometry import cell_of
from tongguan.kernel.ids import new_id
from tongguan.people.contracts import Actor, Post
from tongguan.runtime import outbox, sequences
from tongguan.tables import api as tables

#: Posts that may tell a case (上报).
OPENERS: Final = (
    Post.ACCEPTOR,
    Post.COLLECTOR,
    Post.DUTY_CHIEF,
    Post.DISPATCHER,
    Post.SUPERVISOR,
    Post.LEADER,
    Post.SYSTEM,
)
URGENCIES: Final = frozenset({"normal", "urgent", "critical"})
_TITLE, _ADDRESS = 200, 300
#: What a case takes as it was told.
_TOLD: Final = ("item_code", "kind", "text", "division", "grid", "lon", "lat", "component_code", "urgency",
                "source", "reporter_user_id", "reporter_secret")  # fmt: skip
_told: Final = attrgetter(*_TOLD)
_SHORTEST_DIVISION, _DISTRICT, _STREET = 6, 6, 9


#: Gives how far each of the cases is carried in the moment it is opened.
Carry = Callable[[Sequence[CaseInfo]], Sequence[Through]]


def open_all(actor: Actor, new: Sequence[NewCase], carry: Carry | None = None) -> list[CaseInfo]:
    """Open the cases in the caller's transaction, with the moves they are carried through at once.

    Raises Invalid (``field`` names the row), Forbidden, and for a carried move what ``advance`` raises.
    """
    for index, case in enumerate(new):
        _check(actor, case, index)
    names = [(case.process or _usual_process(case), case.division) for case in new]
    processes = versions.active(names)
    at = clock.now()
    day = timezone.localdate(at).strftime("%Y%m%d")
    numbers = tables.in_lanes(f"case:{day}", len(new), sequences.take)
    rows: list[Case] = []
    lines: list[TimelineEntry] = []
    for case, name, number in zip(new, names, numbers, strict=True):
        row = _row(case, processes[name], f"{case.division[:_DISTRICT]}{day}{number:06d}", at)
        line = timeline.entry(
            actor,
            row.id,
            (0, ""),
            move="report",
            frm="",
            to=row.state,
            post=_post(actor, case),
            at=at,
            inputs={"reason": case.reason, "source": case.source, "reported_at": _moment(case.reported_at)},
            evidence=case.evidence,
        )
        row.line_no, row.line_hash = line.no, line.hash
        rows.append(row)
        lines.append(line)
    facts: list[Fact] = [
        CaseOpened(division=row.division, case_id=row.id, item_code=row.item_code, source=row.source)
        for row in rows
    ]
    infos = [case_info(vars(row)) for row in rows]
    if carry is not None:
        for n, (name, course) in enumerate(zip(names, carry(infos), strict=True)):
            for one in course.moves:
                line, infos[n] = _carried(actor, rows[n], infos[n], processes[name], one, facts)
                lines.append(line)
            rows[n].due_at = course.due_at
            infos[n] = infos[n].changed(due_at=course.due_at)
    for n, case in enumerate(new):
        if case.further is not None:
            line, infos[n] = _joined(actor, rows[n], infos[n], case.further, facts)
            lines.append(line)
    tables.insert(rows)
    tables.insert(lines)
    outbox.publish(*facts)
    return infos


def _carried(
    actor: Actor, row: Case, info: CaseInfo, process: Process, carried: Carried, facts: list[Fact]
) -> tuple[TimelineEntry, CaseInfo]:
    """Make one move on a case that is not stored yet; give its line, and the case as it is then."""
    held = Held(case=info, head=(row.line_no, row.line_hash))
    at = row.opened_at
    posts = acting_posts(actor, held.case)
    plan = check(process, row.state, carried.move, posts, carried.inputs)
    line = timeline.entry(
        actor,
        row.id,
        held.head,
        move=carried.move,
        frm=plan.frm,
        to=plan.to,
        post=plan.post,
        at=at,
        inputs=carried.inputs,
        evidence=carried.evidence,
    )
    for name, value in changes.columns_of(held, plan, at, carried.values).items():
        setattr(row, name, value)
    row.line_no, row.line_hash, row.version = line.no, line.hash, row.version + 1
    after = Held(case=case_info(vars(row)), head=(line.no, line.hash))
    facts += [*changes.facts_of(actor, after, plan), *carried.facts]
    return line, after.case


def _joined(
    actor: Actor, row: Case, info: CaseInfo, further: Further, facts: list[Fact]
) -> tuple[TimelineEntry, CaseInfo]:
    """Count further tellings on a case that is not stored yet; give their line and the case."""
    line = timeline.entry(
        actor,
        row.id,
        (row.line_no, row.line_hash),
        move="join",
        frm=row.state,
        to=row.state,
        post="",
        at=row.opened_at,
        inputs=further.inputs(),
        evidence={},
    )
    row.line_no, row.line_hash, row.version = line.no, line.hash, row.version + 1
    row.reporter_count += further.people
    facts.append(CaseNoted(division=row.division, case_id=row.id, move="join", by=actor.key, no=line.no))
    return line, info.changed(version=row.version, reporter_count=row.reporter_count)


def _check(actor: Actor, case: NewCase, index: int) -> None:
    if not (case.division.isascii() and case.division.isdigit() and len(case.division) >= _SHORTEST_DIVISION):
        raise Invalid("case.division", "区划代码不正确", "not a division code", field=f"{index}.division")
    if case.hub and not case.division.startswith(case.hub):
        raise Invalid("case.hub", "承办中心与案发区划不符", "the centre is elsewhere", field=f"{index}.hub")
    if not case.title.strip() or not case.item_code:
        raise Invalid("case.title", "标题与事项不能为空", "title and item are needed", field=f"{index}.title")
    if case.urgency not in URGENCIES:
        raise Invalid("case.urgency", "紧急程度不正确", "unknown urgency", field=f"{index}.urgency")
    if (case.lon is None) != (case.lat is None):
        raise Invalid(
            "case.place", "经纬度须同时给出", "longitude and latitude together", field=f"{index}.lon"
        )
    if not actor.scope.covers(case.division, *OPENERS):
        raise Forbidden("case.not_yours_to_open", "您不能在此区划上报案件", "you may not report here")


def _usual_process(case: NewCase) -> str:
    return "appeal" if case.kind == "appeal" else "default"


def _post(actor: Actor, case: NewCase) -> str:
    posts = {g.post for g in actor.scope.grants if g.post in OPENERS and case.division.startswith(g.division)}
    return min(posts)


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _row(case: NewCase, process: Process, number: str, at: datetime) -> Case:
    values: dict[str, Any] = {
        "id": case.id or new_id(),
        "number": number,
        "district": case.division[:_DISTRICT],
        "street": case.division[:_STREET],
        "hub": case.hub or case.division[:_DISTRICT],
        "cell": case.cell,
        "state": process.initial,
        "stage": process.states[process.initial].stage,
        "process_code": process.code,
        "process_version": process.version,
        "opened_at": at,
    }
    if case.cell is None and case.lon is not None and case.lat is not None:
        values["cell"] = cell_of(case.lon, case.lat)
    values |= zip(_TOLD, _told(case), strict=True)
    return tables.fresh(Case, **values, title=case.title.strip()[:_TITLE], address=case.address[:_ADDRESS])
