# SPDX-License-Identifier: Apache-2.0
"""Triage: waiting reports become cases in micro-batches, or go to quarantine with the reason.

A batch costs a constant number of queries. What cannot be placed or classified is kept, visible and
correctable; a report that makes its batch fail is found by halving and quarantined alone.
"""

import logging
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import numpy as np
from django.db import OperationalError, connection
from django.utils import timezone

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.catalog import queries as catalog
from tongguan.catalog.contracts import ItemInfo
from tongguan.intake.contracts import ReportState
from tongguan.intake.facts import ReportOpened, ReportQuarantined
from tongguan.intake.models import Report, ReportCorrection
from tongguan.kernel import clock
from tongguan.kernel.coordinates import to_wgs84
from tongguan.kernel.errors import Invalid, Refusal
from tongguan.people.contracts import PLATFORM
from tongguan.places import queries as places
from tongguan.runtime import outbox, transactions

log = logging.getLogger(__name__)
_TITLE = 40
_USUAL = "default"
_SHORTEST_DIVISION = 6


@dataclass(frozen=True, slots=True)
class Told:
    """A report as triage reads it: the telling with its corrections laid over."""

    row: Report
    item_code: str
    lon: float | None
    lat: float | None
    system: str
    address: str
    division: str
    grid: str


def batch(limit: int) -> int:
    """Triage up to ``limit`` waiting reports in one transaction; give how many left the waiting state.

    Two engines never take the same report: PostgreSQL skips locked rows, SQLite lets one writer in.
    """
    try:
        with transactions.atomic():
            ids = _claim(limit)
            run(ids)
            return len(ids)
    except OperationalError:
        raise
    except Refusal as refusal:
        return _halve(limit, refusal)
    except Exception:
        log.exception("triage of a batch failed; halving it")
        return _halve(limit, Invalid("triage.failed", zh="分诊出错，请联系管理员", en="triage failed"))


def run(ids: Sequence[UUID]) -> None:
    """Triage these reports, which the open transaction holds. Refusals become quarantine."""
    rows = list(Report.objects.filter(pk__in=ids).defer("payload", "contact_sealed").order_by("id"))
    if not rows:
        return
    told = _located(_effective(rows))
    known = catalog.items(sorted({t.item_code for t in told if t.item_code}))
    divisions = places.divisions({t.division for t in told if t.division})
    accepted: list[Told] = []
    for one in told:
        refusal = _why_not(one, known, divisions)
        if refusal is None:
            accepted.append(one)
        else:
            _quarantine(one.row, refusal)
    opened = _open(accepted, known) if accepted else []
    now = clock.now()
    for one in told:
        one.row.placed = one.division
        one.row.attempts += 1
        one.row.triaged_at = now
    Report.objects.bulk_update(
        rows, ["state", "placed", "case", "error_code", "error", "attempts", "triaged_at"]
    )
    facts = [*opened, *_quarantine_facts(told)]
    if facts:
        outbox.publish(*facts)


def _claim(limit: int) -> list[UUID]:
    rows = Report.objects.filter(state=ReportState.WAITING).order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return list(rows.values_list("id", flat=True)[:limit])


def _halve(limit: int, failure: Refusal) -> int:
    if limit > 1:
        return batch((limit + 1) // 2)
    with transactions.atomic():
        rows = list(Report.objects.filter(pk__in=_claim(1)))
        for row in rows:
            _quarantine(row, failure)
            row.attempts += 1
            row.triaged_at = clock.now()
            row.save(update_fields=["state", "error_code", "error", "attempts", "triaged_at"])
            outbox.publish(ReportQuarantined(report_id=str(row.id), code=row.error_code, division=row.placed))
    return len(rows)


def _effective(rows: list[Report]) -> list[Told]:
    changes: dict[UUID, dict[str, Any]] = {}
    replayed = [row.id for row in rows if row.attempts]
    if replayed:
        for correction in ReportCorrection.objects.filter(report_id__in=replayed).order_by("id"):
            changes.setdefault(correction.report_id, {}).update(correction.changes)
    return [_told(row, changes.get(row.id, {})) for row in rows]


def _told(row: Report, changes: dict[str, Any]) -> Told:
    return Told(
        row=row,
        item_code=changes.get("item_code", row.item_code),
        lon=changes.get("lon", row.lon),
        lat=changes.get("lat", row.lat),
        system=changes.get("system", row.system),
        address=changes.get("address", row.address),
        division=changes.get("division", row.division),
        grid=changes.get("grid", row.grid),
    )


def _located(told: list[Told]) -> list[Told]:
    placed = [i for i, t in enumerate(told) if t.lon is not None]
    result = list(told)
    if not placed:
        return result
    lons = np.array([told[i].lon for i in placed], dtype=float)
    lats = np.array([told[i].lat for i in placed], dtype=float)
    systems = np.array([told[i].system for i in placed])
    for system in set(systems.tolist()):
        chosen = systems == system
        lons[chosen], lats[chosen] = to_wgs84(lons[chosen], lats[chosen], system)
    found = places.locate(lons, lats)
    for n, i in enumerate(placed):
        one = told[i]
        # The point decides; a code that was told is what remains where the map has no polygons.
        result[i] = replace(
            one,
            lon=float(lons[n]),
            lat=float(lats[n]),
            system="WGS84",
            division=found.community[n] or one.division,
            grid=found.grid[n] or one.grid,
        )
    return result


def _why_not(told: Told, known: Mapping[str, ItemInfo], divisions: Container[str]) -> Refusal | None:
    if not told.item_code:
        return Invalid("item.missing", zh="未说明事项", en="no item given", field="item_code")
    item = known.get(told.item_code)
    if item is None or not item.active_on(timezone.localdate(clock.now())):
        return Invalid(
            "item.unknown", zh=f"没有事项 {told.item_code}，或已停用", en="no such item", field="item_code"
        )
    if not told.division:
        return Invalid(
            "place.unknown", zh="无法确定所在区划", en="the place lies in no known division", field="lon"
        )
    if len(told.division) < _SHORTEST_DIVISION:
        return Invalid(
            "place.too_wide",
            zh="区划至少要到区县",
            en="the division must be a district or below",
            field="division",
        )
    if told.division not in divisions:
        return Invalid(
            "place.no_division", zh=f"没有区划 {told.division}", en="no such division", field="division"
        )
    return None


def _quarantine(row: Report, refusal: Refusal) -> None:
    row.state, row.error_code, row.error = ReportState.QUARANTINED, refusal.code, refusal.zh


def _quarantine_facts(told: list[Told]) -> list[ReportQuarantined]:
    return [
        ReportQuarantined(report_id=str(t.row.id), code=t.row.error_code, division=t.division)
        for t in told
        if t.row.state == ReportState.QUARANTINED
    ]


def _open(accepted: list[Told], known: Mapping[str, ItemInfo]) -> list[ReportOpened]:
    opened = cases.open_cases(PLATFORM, [_new_case(t, known[t.item_code]) for t in accepted])
    facts = []
    for told, case in zip(accepted, opened, strict=True):
        row = told.row
        row.state, row.case_id, row.error_code, row.error = ReportState.OPENED, case.id, "", ""
        facts.append(ReportOpened(report_id=str(row.id), case_id=str(case.id), division=case.division))
    return facts


def _new_case(told: Told, item: ItemInfo) -> NewCase:
    row = told.row
    return NewCase(
        item_code=told.item_code,
        title=row.title or _short(row.text),
        text=row.text,
        division=told.division,
        source=row.source,
        kind=str(item.kind),
        grid=told.grid,
        lon=told.lon,
        lat=told.lat,
        address=told.address,
        # The usual process is the cases' own choice by kind; an item names another one only.
        process="" if item.process == _USUAL else item.process,
        urgency=item.urgency or "normal",
        reported_at=row.told_at,
        reporter_user_id=_user_id(row.client),
        reporter_secret=row.reporter_secret,
        evidence={"files": list(row.attachments)} if row.attachments else {},
    )


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE else line[: _TITLE - 1] + "…"


def _user_id(client: str) -> int | None:
    kind, _, number = client.partition(":")
    return int(number) if kind == "user" and number.isdigit() else None
