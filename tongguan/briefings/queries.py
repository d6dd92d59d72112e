# SPDX-License-Identifier: Apache-2.0
"""Reads of briefings. A viewer sees those of the divisions of their centre posts, and below."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from tongguan.briefings import assistant, counting, course, guards, measures, register, sources, writing
from tongguan.briefings.contracts import (
    STATES_ZH,
    Behind,
    BriefingInfo,
    Note,
    ScheduleInfo,
    State,
    TemplateInfo,
)
from tongguan.briefings.guards import READERS, eyes
from tongguan.briefings.models import Briefing, Schedule
from tongguan.casebook import queries as casebook
from tongguan.documents.api import POLICY, Flow, Signs, composing, day, docx, drawing, flow, page, pdf
from tongguan.documents.contracts import Need, Span
from tongguan.kernel.errors import Conflict, NotFound
from tongguan.people.contracts import NOWHERE, Actor
from tongguan.people.queries import division_q
from tongguan.places import queries as places

__all__ = [
    "POLICY",
    "Whole",
    "behind",
    "briefing",
    "briefings",
    "changes",
    "drawings",
    "polishes",
    "printed",
    "schedules",
]

_MOST: Final = 200
_LISTED: Final = 200
_LIST: Final = (
    "id", "title", "template", "template_version", "kind", "division", "place", "since", "until", "period",
    "state", "version", "digest", "percent", "job_id", "made_by_name", "made_at", "signed_by_name",
    "signed_at", "error",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Whole:
    """A briefing with its document, wordings by sentence, who changed them, its course, what one may do."""

    info: BriefingInfo
    document: dict[str, Any] | None
    wordings: dict[str, list[Any]]
    sources: dict[str, str]
    notes: tuple[Note, ...]
    may: tuple[str, ...]


def described(row: Briefing) -> BriefingInfo:
    """Give a row as a frozen value."""
    return BriefingInfo(
        id=row.pk, title=row.title, template=row.template, template_version=row.template_version,
        kind=row.kind, division=row.division, place=row.place, since=row.since, until=row.until,
        period=row.period, state=row.state, state_name=STATES_ZH[State(row.state)], version=row.version,
        digest=row.digest, percent=row.percent, job_id=row.job_id, made_by=row.made_by_name,
        made_at=row.made_at, signed_by=row.signed_by_name, signed_at=row.signed_at, error=row.error,
    )  # fmt: skip


def briefings(
    viewer: Actor, *, kind: str = "", state: str = "", before: datetime | None = None, limit: int = 50
) -> list[BriefingInfo]:
    """Give the briefings a viewer may read, the newest first, made before a moment. Raises Forbidden."""
    guards.reader(viewer)
    rows = Briefing.objects.filter(division_q(viewer.scope, "division", *READERS)).only(*_LIST)
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(made_at__lt=before) if before else rows
    return [described(row) for row in rows.order_by("-made_at", "-id")[: min(limit, _MOST)]]


def briefing(viewer: Actor, briefing_id: UUID) -> Whole:
    """Give one briefing whole. Raises NotFound."""
    row = course.found(viewer, briefing_id)
    worded = list(row.wordings.order_by("key").values_list("key", "pieces", "source"))
    notes = [
        Note(no=one.no, kind=one.kind, key=one.key, before=one.before, after=one.after, reason=one.reason,
             by_name=one.by_name, at=one.at)
        for one in row.lines.order_by("no")
    ]  # fmt: skip
    return Whole(
        described(row),
        json.loads(row.document) if row.document else None,
        {key: pieces for key, pieces, _ in worded},
        {key: source for key, _, source in worded},
        tuple(notes),
        _may(viewer, row),
    )


def _may(viewer: Actor, row: Briefing) -> tuple[str, ...]:
    """Give the verbs that the viewer's posts and the state allow."""
    state, found = State(row.state), []
    holds = {
        name: viewer.scope.covers(row.division, *posts)
        for name, posts in (("make", guards.MAKERS), ("review", guards.REVIEWERS), ("sign", guards.SIGNERS))
    }
    if state is State.WRITING and holds["make"]:
        found.append("cancel")
    if state is State.DRAFT:
        found += ["reword", "polish"] if holds["make"] or holds["review"] else []
        found += ["review"] if holds["review"] and row.made_by != viewer.key else []
    if state is State.REVIEWED:
        found += ["sign"] if holds["sign"] else []
        found += ["send_back"] if holds["sign"] or holds["review"] else []
    if state is State.SIGNED and holds["make"]:
        found.append("distribute")
    if state in {State.DRAFT, State.REVIEWED, State.SIGNED}:
        found.append("remark")
    if state is not State.WRITING and state is not State.WITHDRAWN:
        found += ["withdraw"] if holds["sign" if state is State.SIGNED else "make"] else []
    return tuple(found)


def laid_out(row: Briefing) -> Flow:
    """Give a stored briefing as it is read. Raises Conflict before it is written."""
    if not row.document:
        raise Conflict("briefing.unwritten", "报告尚未编制完成", "it is not written yet", state=row.state)
    signs = Signs(
        STATES_ZH[State(row.state)],
        row.reviewed_by_name,
        row.signed_by_name,
        day(timezone.localtime(row.signed_at)) if row.signed_at else "",
    )
    worded = dict(row.wordings.values_list("key", "pieces"))
    return flow(json.loads(row.document), worded, row.digest, signs)


def printed(viewer: Actor, briefing_id: UUID, form: str) -> tuple[str, bytes]:
    """Give a briefing's title and bytes as ``html``, ``docx`` or ``pdf``. Raises NotFound, Unavailable."""
    row = course.found(viewer, briefing_id)
    found = laid_out(row)
    if form == "html":
        return row.title, page(found).encode()
    if form not in {"docx", "pdf"}:
        raise NotFound("briefing.form", "只有 html、docx、pdf", "html, docx or pdf", field="form")
    return row.title, (docx if form == "docx" else pdf)(found)


def drawings(document: dict[str, Any]) -> list[str]:
    """Give the SVG of every chart and map of a document, in order."""
    texts = {key: str(one["text"]) for key, one in document["figures"].items()}
    return [drawing.svg(block, texts) for block in document["blocks"] if block["kind"] == "chart"]


def behind(viewer: Actor, briefing_id: UUID, key: str) -> Behind:
    """Give the cases that a figure's query counts now, at most 200, and whether they are those of then.

    Raises NotFound for an unknown figure.
    """
    row = course.found(viewer, briefing_id)
    figure = (json.loads(row.document) if row.document else {"figures": {}})["figures"].get(key)
    if figure is None:
        raise NotFound("briefing.figure", "没有这个数字", "no such figure")
    measure = measures.known()[figure["measure"]]
    span = Span(figure["span"])
    when = (datetime.fromisoformat(figure["since"]), datetime.fromisoformat(figure["until"]))
    if span is Span.RECENT:
        when = counting.stretch(writing.kept_period(row), span)
    bound = counting.Bound()
    need = Need(figure["measure"], tuple(sorted(figure["filters"].items())), span, figure["by"])
    test = counting.within(measure, when) + bound.filters(need)
    if figure["by"]:
        test += bound.key(figure["by"], measure.at, row.division, figure["key"])
    with casebook.open_book(eyes(row.division)) as book:
        sources.prepare(book, {measure.table}, row.division, when)
        rows = f"FROM ({sources.rows_of(measure.table)}) WHERE {test}"
        params = bound.values or None
        ((n, mark),) = book.rows(f"SELECT count(*), bit_xor(mark) {rows}", params)
        listed = book.rows(
            f"SELECT DISTINCT subject {rows} ORDER BY subject LIMIT {_LISTED}",
            params,
        )
    digest = f"{int(mark):032x}" if mark is not None else ""
    same = n == figure["n"] and digest == figure["digest"]
    return Behind(figure, figure["n"], n, same, tuple(str(one) for (one,) in listed if one))


def compared(viewer: Actor, briefing_id: UUID) -> list[dict[str, Any]]:
    """Count a briefing anew; give each figure that is another number today. Raises NotFound, Conflict."""
    row = course.found(viewer, briefing_id)
    if not row.document:
        raise Conflict("briefing.unwritten", "报告尚未编制完成", "it is not written yet", state=row.state)
    then = json.loads(row.document)
    now = writing.again(then, row)
    if composing.digest(now) == row.digest:
        return []
    names = {(f["measure"], str(f["filters"]), f["by"], f["key"], f["view"], f["span"]): f["text"]
             for f in now["figures"].values()}  # fmt: skip
    found = []
    for key, f in then["figures"].items():
        today = names.get((f["measure"], str(f["filters"]), f["by"], f["key"], f["view"], f["span"]), "")
        if today != f["text"]:
            found.append({"key": key, "zh": f["zh"], "then": f["text"], "now": today})
    return found


def templates(viewer: Actor) -> list[TemplateInfo]:
    """Give the templates in force that are of use to the viewer. Raises Forbidden."""
    guards.reader(viewer)
    return [one for one in register.in_force() if guards.uses(viewer, one.division)]


def template(viewer: Actor, code: str, version: int | None = None) -> TemplateInfo:
    """Give one version of a template, the newest without. Raises NotFound, Forbidden."""
    guards.reader(viewer)
    found = register.named(code, version)
    if not guards.uses(viewer, found.division):
        raise NotFound("briefing.no_template", "没有这个模板", "no such template", field="template")
    return found


def template_versions(viewer: Actor, code: str) -> list[TemplateInfo]:
    """Give every version of a template, the newest first. Raises as ``template``."""
    template(viewer, code)
    return register.versions(code)


def changes(viewer: Actor, code: str, since: int, until: int) -> list[str]:
    """Give what changed between two versions, as lines of a unified diff. Raises as ``template``."""
    old, new = template(viewer, code, since), template(viewer, code, until)
    lines = unified_diff(
        old.text.splitlines(), new.text.splitlines(), f"{code} {since}", f"{code} {until}", lineterm=""
    )
    return list(lines)


def vocabulary() -> list[dict[str, Any]]:
    """Give every measure that templates may name."""
    return [
        {"code": one.code, "zh": one.zh, "en": one.en, "unit": one.unit, "sort": one.sort}
        for one in measures.known().values()
    ]


def schedules(viewer: Actor) -> list[ScheduleInfo]:
    """Give the schedules of the viewer's divisions. Raises Forbidden."""
    guards.reader(viewer)
    return planned(Schedule.objects.filter(division_q(viewer.scope, "division", *READERS)).order_by("id"))


def planned(rows: Iterable[Schedule]) -> list[ScheduleInfo]:
    """Give schedules as frozen values."""
    found: Sequence[Schedule] = list(rows)
    names = {one.code: one for one in register.in_force()}
    where = places.division_names([row.division for row in found])
    return [
        ScheduleInfo(
            id=row.pk, template=row.template, name=names[row.template].name if row.template in names else "",
            division=row.division, place=where.get(row.division, ""),
            cadence=names[row.template].cadence if row.template in names else "", minute=row.minute,
            workdays=row.workdays, active=row.active, posts=tuple(row.posts),
            signed_posts=tuple(row.signed_posts), last_until=row.last_until, by_name=row.by_name,
        )
        for row in found
    ]  # fmt: skip


def home_of(viewer: Actor) -> str:
    """Give the viewer's widest division. Raises Forbidden without a post of a centre."""
    guards.reader(viewer)
    held = [one for one in viewer.scope.divisions(*READERS) if one != NOWHERE]
    return min(held, key=lambda one: (len(one), one))


def polishes() -> bool:
    """Tell whether an assistant is set up that can polish sentences."""
    return assistant.endpoint() is not None
