# SPDX-License-Identifier: Apache-2.0
"""Triage: waiting reports become cases in micro-batches, or go to quarantine with the reason.

A batch costs a constant number of queries. What cannot be placed or classified is kept, visible and
correctable; a report that makes its batch fail is found by halving and quarantined alone.
"""

import logging
from collections.abc import Container, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection
from django.utils import timezone

from tongguan.catalog import queries as catalog
from tongguan.catalog.contracts import ItemInfo
from tongguan.handover import api as handovers
from tongguan.handover.contracts import Noticed
from tongguan.intake import attaching, opening, placing
from tongguan.intake.contracts import ReportState
from tongguan.intake.facts import ReportQuarantined
from tongguan.intake.models import Report, ReportCorrection, TriageDecision
from tongguan.intake.told import Told
from tongguan.intake.understanding import understood
from tongguan.kernel import clock, garbage
from tongguan.kernel.errors import Invalid, Refusal
from tongguan.places import queries as places
from tongguan.runtime import outbox, transactions
from tongguan.tables import api as tables

log = logging.getLogger(__name__)
_SHORTEST_DIVISION = 6
#: So many of the oldest waiting reports are looked at for some that lie near each other.
_WINDOW = 4_000
_SPACE = 0x7A1A0000
#: Neither the payload nor the sealed contact is looked at.
_READ = tuple({*tables.names(Report), "id"} - {"payload", "contact_sealed"})


def batch(limit: int) -> int:
    """Triage up to ``limit`` waiting reports in one transaction; give how many left the waiting state.

    Two engines never take the same report, nor reports near each other: neither waits for the other.
    """
    ids: list[UUID] = []
    try:
        with garbage.left_lying(), transactions.atomic():
            ids = _claim(limit)
            with outbox.gathered():
                run(ids)
            return len(ids)
    except OperationalError:
        raise
    except Refusal as refusal:
        return _halve(ids, refusal)
    except Exception:
        log.exception("triage of a batch failed; halving it")
        return _halve(ids, Invalid("triage.failed", zh="分诊出错，请联系管理员", en="triage failed"))


def run(ids: Sequence[UUID]) -> None:
    """Triage these reports, which the open transaction holds. Refusals become quarantine."""
    rows = tables.stored(Report, _READ, Report.objects.filter(id__among=ids).order_by("id"))
    if not rows:
        return
    told = read(rows)
    understood(told)
    known = catalog.items(sorted({t.item_code for t in told if t.item_code}))
    divisions = places.divisions({t.division for t in told if t.division})
    accepted: list[Told] = []
    for one in told:
        refusal = _why_not(one, known, divisions)
        if refusal is None:
            accepted.append(one)
        else:
            _quarantine(one.row, refusal)
    attaching.attach(accepted, known)
    facts = opening.settle(accepted, known)
    attaching.keep(accepted)
    now = clock.now()
    for one in told:
        one.row.placed = one.division
        one.row.attempts += 1
        one.row.triaged_at = now
    tables.update(rows, ["state", "placed", "case", "error_code", "error", "attempts", "triaged_at"])
    tables.insert([_decision(one, now) for one in told])
    facts += _quarantine_facts(told)
    if facts:
        outbox.publish(*facts)
    handovers.open_for(
        [
            Noticed(
                report_id=one.row.id,
                danger=one.danger,
                case_id=one.row.case_id,
                division=one.division,
                usual="normal" if one.urgency is None else one.urgency.level,
            )
            for one in told
            if one.danger is not None
        ]
    )


def _decision(one: Told, at: datetime) -> TriageDecision:
    said = one.said
    return tables.fresh(
        TriageDecision,
        report_id=one.row.id,
        at=at,
        item_code=one.item_code,
        item_how=one.item_how,
        item_confidence=one.item_confidence,
        item_sure=bool(one.item_code),
        item_shares=[] if said is None else [[code, round(share, 4)] for code, share in said.shares],
        item_version="" if said is None else said.version,
        place_how=one.place_how,
        place_confidence=one.place_confidence,
        want=one.want.kind,
        want_confidence=one.want.confidence,
        danger=0.0 if one.danger is None else one.danger.score,
        reach=one.reach,
        lines=one.lines,
    )


def _claim(limit: int) -> list[UUID]:
    rows = Report.objects.filter(state=ReportState.WAITING).order_by("id")
    if connection.features.has_select_for_update_skip_locked:
        waiting = rows.values_list("id", "lon", "lat")[: max(limit, _WINDOW)]
        mine = tables.near_each_other(_SPACE, list(waiting), limit)
        rows = rows.filter(id__among=mine).select_for_update(skip_locked=True)
    return list(rows.values_list("id", flat=True)[:limit])


def _halve(ids: Sequence[UUID], failure: Refusal) -> int:
    if len(ids) > 1:
        return batch((len(ids) + 1) // 2)
    with transactions.atomic():
        rows = list(Report.objects.select_for_update().filter(pk__in=ids, state=ReportState.WAITING))
        for row in rows:
            _quarantine(row, failure)
            row.attempts += 1
            row.triaged_at = clock.now()
            row.save(update_fields=["state", "error_code", "error", "attempts", "triaged_at"])
            outbox.publish(ReportQuarantined(report_id=str(row.id), code=row.error_code, division=row.placed))
    return len(rows)


def read(rows: Sequence[Report]) -> list[Told]:
    """Give reports with their corrections laid over and their places found."""
    told = _effective(rows)
    placing.place(told)
    return told


def _effective(rows: Sequence[Report]) -> list[Told]:
    changes: dict[UUID, dict[str, Any]] = {}
    replayed = [row.id for row in rows if row.attempts]
    if replayed:
        for correction in ReportCorrection.objects.filter(report_id__in=replayed).order_by("id"):
            changes.setdefault(correction.report_id, {}).update(correction.changes)
    return [_told(row, changes.get(row.id, {})) for row in rows]


def _told(row: Report, changes: dict[str, Any]) -> Told:
    placed_by_person = changes.keys() & {"lon", "lat", "division"}
    return Told(
        row=row,
        item_code=changes.get("item_code", row.item_code),
        lon=changes.get("lon", row.lon),
        lat=changes.get("lat", row.lat),
        system=changes.get("system", row.system),
        address=changes.get("address", row.address),
        division=changes.get("division", row.division),
        grid=changes.get("grid", row.grid),
        item_how="person" if "item_code" in changes else "told",
        place_how="person" if placed_by_person else "division",
    )


def _why_not(told: Told, known: Mapping[str, ItemInfo], divisions: Container[str]) -> Refusal | None:
    if not told.item_code:
        return _no_item(told)
    item = known.get(told.item_code)
    if item is None or not item.active_on(timezone.localdate(clock.now())):
        return Invalid(
            "item.unknown", zh=f"没有事项 {told.item_code}，或已停用", en="no such item", field="item_code"
        )
    if not told.division:
        return _no_place(told)
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


def _no_item(told: Told) -> Refusal:
    if told.said is None:
        return Invalid("item.missing", zh="未说明事项", en="no item given", field="item_code")
    guesses = next((line for line in told.lines if line.startswith("事项：")), "")
    return Invalid("item.unsure", zh=guesses[:500], en="the item is not certain", field="item_code")


def _no_place(told: Told) -> Refusal:
    if told.place_words:
        return Invalid(
            "place.unsure", zh=told.place_words[:500], en="the place is not certain", field="address"
        )
    return Invalid(
        "place.unknown", zh="无法确定所在区划", en="the place lies in no known division", field="lon"
    )


def _quarantine(row: Report, refusal: Refusal) -> None:
    row.state, row.error_code, row.error = ReportState.QUARANTINED, refusal.code, refusal.zh


def _quarantine_facts(told: list[Told]) -> list[ReportQuarantined]:
    return [
        ReportQuarantined(report_id=str(t.row.id), code=t.row.error_code, division=t.division)
        for t in told
        if t.row.state == ReportState.QUARANTINED
    ]
