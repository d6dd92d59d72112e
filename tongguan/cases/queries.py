# SPDX-License-Identifier: Apache-2.0
"""Reads of cases, always scoped. The reporter's contact is not in cases at all."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import numpy as np
from django.db.models import Count, Max, Q, QuerySet, Value

from tongguan.cases import attached, evidence, filing, paging, picture, versions
from tongguan.cases.contracts import (
    SOON,
    CaseBrief,
    CaseFilter,
    CaseInfo,
    NearCase,
    Page,
    ProcessInfo,
    TimelineLine,
    case_info,
)
from tongguan.cases.lifecycle import INPUTS, Process, check_inputs, permitted_post
from tongguan.cases.models import Case, Involvement, ProcessVersion, TimelineEntry
from tongguan.cases.reach import acting_posts
from tongguan.cases.tables import ProcessFault
from tongguan.cases.visibility import BRIEF, FIELDS, division_term, visible_q
from tongguan.indicators import queries as indicators
from tongguan.kernel import clock, geometry
from tongguan.kernel.codes import next_prefix
from tongguan.kernel.errors import Invalid, NotFound
from tongguan.people.contracts import Actor
from tongguan.tables.api import AMONG, inside

__all__ = [
    "INPUTS",
    "ProcessFault",
    "acting_posts",
    "as_mermaid",
    "as_svg",
    "case",
    "cases",
    "cases_by_id",
    "check_inputs",
    "checked_processes",
    "count_each",
    "counts",
    "filed_columns",
    "filing_met",
    "has_file",
    "involved",
    "lines",
    "longest_reopening",
    "near",
    "permitted_post",
    "picture_of",
    "process_named",
    "process_of",
    "process_picture",
    "process_versions",
    "timeline",
    "touched",
    "usable_files",
    "visible",
    "visible_q",
    "weigh_photos",
    "whole",
]

LIMIT_MAX: Final = 200
_NEAR_MAX: Final = 3000
_RADIUS_MAX: Final = 20_000.0
_LINES: Final = tuple(TimelineLine.__dataclass_fields__)
#: Filters that are one look-up of one value.
_PLAIN: Final = {
    "handler_id": "handler_id",
    "collector_id": "collector_id",
    "open": "closed_at__isnull",
    "opened_from": "opened_at__gte",
    "opened_to": "opened_at__lt",
    "closed_from": "closed_at__gte",
    "closed_to": "closed_at__lt",
}


usable_files = attached.usable
weigh_photos = evidence.weigh
filing_met = filing.meets
filed_columns = filing.frozen
longest_reopening = versions.longest_reopening
as_svg = picture.svg
as_mermaid = picture.mermaid


def has_file(actor: Actor, case_id: UUID, file_id: UUID) -> bool:
    """Tell whether a file belongs to a case the actor may see. Raises NotFound."""
    case(actor, case_id)
    return attached.belongs(case_id, file_id)


def visible(actor: Actor) -> QuerySet[Case]:
    """Give the actor's cases as a query set, for reads of floors above."""
    return Case.objects.filter(visible_q(actor))


def case(actor: Actor, case_id: UUID) -> CaseInfo:
    """Give one case. Raises NotFound, also when it lies outside the actor's scope."""
    row = visible(actor).filter(pk=case_id).values(*FIELDS).first()
    if row is None:
        raise NotFound("case.unknown", "没有这个案件", "no such case")
    return case_info(row)


def cases_by_id(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, CaseInfo]:
    """Give the visible ones among these cases."""
    rows = visible(actor).filter(id__among=list(ids)).values(*FIELDS)
    return {row["id"]: case_info(row) for row in rows}


def cases(
    actor: Actor, narrow: CaseFilter | None = None, *, after: str = "", limit: int = 50, order: str = "newest"
) -> Page:
    """Give one page: ``newest`` or ``oldest`` first, or open cases by due time (``due``), the soonest first.

    Cases without a due time end the due list, the longest waiting first. At most 4 statements.
    Raises Invalid for a cursor or limit that is none.
    """
    if not 1 <= limit <= LIMIT_MAX:
        raise Invalid("page.limit", f"每页 1 到 {LIMIT_MAX} 条", f"1 to {LIMIT_MAX} rows", field="limit")
    return paging.page(visible(actor).filter(filter_q(narrow or CaseFilter())), after, limit, order)


def whole(actor: Actor, narrow: CaseFilter, limit: int) -> list[CaseInfo]:
    """Give visible cases whole, the newest first, at most ``limit``; one statement."""
    rows = visible(actor).filter(filter_q(narrow)).order_by("-opened_at", "-id")
    return [CaseInfo(**row) for row in rows.values(*FIELDS)[:limit]]


def filter_q(narrow: CaseFilter) -> Q:
    """Give a filter's condition."""
    told = ((lookup, getattr(narrow, name)) for name, lookup in _PLAIN.items())
    q = Q(**{lookup: value for lookup, value in told if value is not None})
    for name, values in (
        ("state", narrow.states),
        ("stage", narrow.stages),
        ("item_code", narrow.items),
        ("urgency", narrow.urgency),
        ("source", narrow.sources),
        ("hub", narrow.hubs),
    ):
        if values:
            q &= Q(**{name: values[0]}) if len(values) == 1 else Q(**{f"{name}__in": values})
    if narrow.division:
        q &= division_term((narrow.division,))
    if narrow.unit_id is not None:
        q &= Q(id__in=Involvement.objects.filter(unit_id=narrow.unit_id).values("case_id"))
    if narrow.overdue is not None:
        late = Q(closed_at__isnull=True, due_at__lt=clock.now())
        q &= late if narrow.overdue else ~late
    if narrow.soon:
        now = clock.now()
        q &= Q(closed_at__isnull=True, due_at__gte=now, due_at__lt=now + SOON)
    if narrow.sign:
        q &= Q(id__in=indicators.behind(narrow.sign))
    return q & _place_q(narrow) & _text_q(narrow.text.strip())


def _place_q(narrow: CaseFilter) -> Q:
    q = inside("lon", "lat", narrow.area) if narrow.area else Q()
    if narrow.bbox:
        west, south, east, north = narrow.bbox
        q &= Q(lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)
    return q


def _text_q(text: str) -> Q:
    if not text:
        return Q()
    if text.isascii() and text.isdigit():
        above = next_prefix(text)
        return Q(number__gte=text) & (Q(number__lt=above) if above else Q())
    return Q(title__startswith=text[:50])


def timeline(actor: Actor, case_id: UUID, *, after_no: int = 0, limit: int = 500) -> list[TimelineLine]:
    """Give the lines of a visible case in order, in one statement. Raises NotFound when none is to see."""
    mine = visible(actor).filter(pk=case_id).values("pk")
    rows = TimelineEntry.objects.filter(case_id__in=mine, no__gt=after_no).order_by("no")[:limit]
    lines = [TimelineLine(**row) for row in rows.values(*_LINES)]
    if not lines and not after_no:
        raise NotFound("case.unknown", "没有这个案件", "no such case")
    return lines


def touched(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Give when each visible one among these cases last changed, in one statement."""
    mine = visible(actor).filter(pk__in=list(ids)).values("pk")
    rows = TimelineEntry.objects.filter(case_id__in=mine).order_by().values_list("case_id")
    return dict(rows.annotate(last=Max("at")))


def lines(actor: Actor, wanted: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], TimelineLine]:
    """Give single lines of visible cases by (case, number), in one statement."""
    keys = set(wanted)
    mine = visible(actor).filter(pk__in={key[0] for key in keys}).values("pk")
    rows = TimelineEntry.objects.filter(case_id__in=mine, no__in={key[1] for key in keys})
    found = rows.values("case_id", *_LINES)
    told = {(row.pop("case_id"), row["no"]): TimelineLine(**row) for row in found}
    return {key: line for key, line in told.items() if key in keys}


def involved(actor: Actor, case_id: UUID) -> list[tuple[int, str, str]]:
    """Give (unit id, path, role) of the units with a part in a visible case."""
    mine = visible(actor).filter(pk=case_id).values("pk")
    rows = Involvement.objects.filter(case_id__in=mine).order_by("id")
    return list(rows.values_list("unit_id", "unit_path", "role"))


def process_of(info: CaseBrief) -> Process:
    """Give the process version the case began with; from memory after the first time."""
    return versions.of(info.process_code, info.process_version)


def process_named(code: str) -> Process:
    """Give the newest version of a table by its code. Raises Invalid for unknown ones."""
    return versions.active([(code, "")])[code, ""]


def process_versions() -> list[ProcessInfo]:
    """Give the stored versions of all tables by code and number."""
    rows = ProcessVersion.objects.order_by("code", "version")
    return [ProcessInfo(**row) for row in rows.values("code", "version", "published_at", "published_by")]


def process_picture(code: str, version: int = 0) -> str:
    """Give the SVG of a table, of its newest version unless one is named. Raises Invalid, NotFound."""
    return picture.svg(versions.of(code, version) if version else process_named(code))


def checked_processes(body: Mapping[str, Any] | None = None) -> list[Process]:
    """Give the shipped tables, or the one in ``body``, built. Raises ProcessFault naming every fault."""
    if body is not None:
        return [versions.candidate(body)]
    return [versions.candidate(versions.shipped(code)) for code in versions.shipped_codes()]


def picture_of(actor: Actor, case_id: UUID) -> str:
    """Give the SVG of a visible case's process, where it is and where it has been. Raises NotFound."""
    info = case(actor, case_id)
    been = {line.to for line in timeline(actor, case_id)}
    return picture.svg(process_of(info), info.state, been)


def counts(actor: Actor, narrow: CaseFilter | None = None) -> dict[str, int]:
    """Give the number of open cases by state, and ``overdue``; one statement."""
    open_ones = visible(actor).filter(filter_q(narrow or CaseFilter()), closed_at__isnull=True)
    late = Count("state", filter=Q(due_at__lt=clock.now()))
    rows = open_ones.order_by().values("state").annotate(n=Count("state"), late=late)
    found = {row["state"]: (row["n"], row["late"]) for row in rows}
    return {state: n for state, (n, _) in found.items()} | {"overdue": sum(n for _, n in found.values())}


def count_each(actor: Actor, narrows: Sequence[CaseFilter]) -> list[int]:
    """Give how many visible cases each filter leaves, in its order; one statement."""
    mine = visible(actor)
    parts = [
        mine.filter(filter_q(narrow))
        .order_by()
        .annotate(which=Value(n))
        .values("which")
        .annotate(n=Count("pk"))
        for n, narrow in enumerate(narrows)
    ]
    if not parts:
        return []
    found = {row["which"]: row["n"] for row in parts[0].union(*parts[1:], all=True)}
    return [found.get(n, 0) for n in range(len(narrows))]


def near(
    actor: Actor,
    lon: float,
    lat: float,
    radius_m: float,
    narrow: CaseFilter | None = None,
    *,
    limit: int = 50,
    open_only: bool = True,
) -> list[NearCase]:
    """Give visible cases within a radius in metres, the nearest first; 2 statements."""
    if not 0 < radius_m <= _RADIUS_MAX:
        raise Invalid("near.radius", "半径须在 20 公里以内", "radius up to 20 km", field="radius_m")
    q = filter_q(narrow or CaseFilter()) & _cells_q(geometry.cell_ranges(lon, lat, radius_m))
    if open_only:
        q &= Q(closed_at__isnull=True)
    found = list(visible(actor).filter(q).order_by("-opened_at").values_list("pk", "lon", "lat")[:_NEAR_MAX])
    if not found:
        return []
    lons, lats = np.array([row[1:] for row in found], np.float64).T
    metres = geometry.distance_m(lon, lat, lons, lats).tolist()
    close = sorted((m, row[0]) for m, row in zip(metres, found, strict=True) if m <= radius_m)[:limit]
    briefs = _briefs([pk for _, pk in close])
    return [NearCase(case=briefs[pk], metres=round(m, 1)) for m, pk in close]


def _cells_q(ranges: Sequence[tuple[int, int]]) -> Q:
    singles = [low for low, high in ranges if low == high]
    q = Q(**{f"cell__{AMONG}": singles}) if singles else Q()
    for low, high in ranges:
        if low != high:
            q |= Q(cell__gte=low, cell__lte=high)
    return q


def _briefs(ids: Iterable[UUID]) -> Mapping[UUID, CaseBrief]:
    return {row["id"]: CaseBrief(**row) for row in Case.objects.filter(pk__in=list(ids)).values(*BRIEF)}
