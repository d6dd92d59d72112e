# SPDX-License-Identifier: Apache-2.0
"""Import of divisions and unit grids: codes, names, boundaries. All rows or none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from tongguan.kernel.coordinates import System
from tongguan.kernel.errors import Refusal
from tongguan.kernel.tabular import Row
from tongguan.people.contracts import Actor
from tongguan.places import layers
from tongguan.places.codes import GridStandard, division_code, level_of, map_grid, parent_of
from tongguan.places.contracts import ImportReport
from tongguan.places.facts import DivisionsChanged, GridsChanged
from tongguan.places.importing import BATCH, Faults, clean, covered, missing, rows_of, whole
from tongguan.places.labels import GridState
from tongguan.places.models import Division, UnitGrid
from tongguan.places.outlines import areas_m2, columns, from_geojson
from tongguan.runtime import outbox

DIVISION_COLUMNS: Final = {
    "code": ("code", "代码", "区划代码", "行政区划代码", "编码", "adcode", "id"),
    "name": ("name", "名称", "区划名称", "qh"),
    "geometry": ("geometry", "boundary", "geojson", "边界"),
}
GRID_COLUMNS: Final = {
    "code": ("code", "标识码", "单元网格标识码", "代码", "编码", "网格编码", "bsm", "szdywgbsm", "id"),
    "name": ("name", "名称", "网格名称"),
    "state": ("state", "状态"),
    "geometry": ("geometry", "boundary", "geojson", "边界"),
}
_STATES: Final = {"": GridState.ACTIVE, **{s.value: s for s in GridState}, **{s.label: s for s in GridState}}
_IN_CHUNK: Final = 5_000


@dataclass(slots=True)
class _Draft:
    """One row on its way into a register; ``columns`` are those the file gives."""

    row: Row
    code: str
    columns: dict[str, Any]
    shape: shapely.Geometry | None = None


def import_divisions(
    actor: Actor, path: Path, *, crs: str = "", under: str = "", dry_run: bool = False
) -> ImportReport:
    """Take divisions from a CSV or GeoJSON file. Rows without a code are found by name below ``under``.

    Every parent must be in the file or the register. A row without a boundary leaves the stored one.
    """
    system, rows = rows_of(path, DIVISION_COLUMNS, crs)
    with whole(actor, "divisions", dry_run=dry_run) as report:
        faults = Faults(report)
        names = _codes_below(under) if under else {}
        drafts = [
            draft
            for row in rows
            if (draft := _division(actor, _counted(report, row), system, names, faults)) is not None
        ]
        drafts = _without_doubles(drafts, faults)
        _need_parents(drafts, {d.code for d in drafts}, faults)
        if not report.failed:
            _upsert(Division, drafts, system, report)
            if report.created or report.updated:
                layers.touch(layers.COMMUNITY)
            outbox.publish(DivisionsChanged(division=under, count=report.created + report.updated))
    return report


def import_grids(
    actor: Actor,
    path: Path,
    *,
    crs: str = "",
    standard: GridStandard = GridStandard.Y2026,
    recoded: Mapping[str, str] | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Take unit grids from a CSV or GeoJSON file; codes of an older standard are mapped and remembered.

    ``recoded`` maps old code prefixes to new ones. Every community must be in the register.
    """
    system, rows = rows_of(path, GRID_COLUMNS, crs)
    with whole(actor, "grids", dry_run=dry_run) as report:
        faults = Faults(report)
        drafts = [
            draft
            for row in rows
            if (draft := _grid(actor, _counted(report, row), system, standard, recoded, faults)) is not None
        ]
        drafts = _without_doubles(drafts, faults)
        _need_parents(drafts, set(), faults)
        if not report.failed:
            _upsert(UnitGrid, drafts, system, report)
            if report.created or report.updated:
                layers.touch(layers.GRID)
            outbox.publish(GridsChanged(count=report.created + report.updated))
    return report


def _counted(report: ImportReport, row: Row) -> Row:
    report.rows += 1
    return row


def _codes_below(under: str) -> dict[str, str]:
    """Give names of the divisions one level below, as written and without their last word (罗湖区, 罗湖)."""
    rows = Division.objects.filter(parent=under).values_list("name", "code")
    return {short: code for name, code in rows for short in (name, name[:-1])}


def _division(
    actor: Actor, row: Row, system: System, names: Mapping[str, str], faults: Faults
) -> _Draft | None:
    found = names.get(row.get("name"), "") if not row.get("code") else row.get("code")
    if names and not found:
        faults.add(row, "name", "division.unknown_name", f"上级区划下没有 {row.get('name')!r}")
        return None
    row = Row(row.line, row.values | {"code": found}, row.geometry)
    if missing(row, faults, "code", "name") or not clean(row, faults, {"name": 60, "code": 15}):
        return None
    try:
        code = division_code(row.get("code"))
    except Refusal as refusal:
        faults.refusal(row, refusal)
        return None
    if not covered(actor, code):
        faults.add(row, "code", "division.out_of_scope", f"{code} 不在本人管理范围")
        return None
    values: dict[str, Any] = {"level": level_of(code), "parent": parent_of(code)}
    if not names:
        # Found by name, the register's own spelling stands.
        values["name"] = row.get("name")
    draft = _Draft(row, code, values)
    return draft if _outline(draft, system, faults) else None


def _grid(
    actor: Actor,
    row: Row,
    system: System,
    standard: GridStandard,
    recoded: Mapping[str, str] | None,
    faults: Faults,
) -> _Draft | None:
    if missing(row, faults, "code") or not clean(row, faults, {"name": 60, "code": 20, "state": 10}):
        return None
    try:
        code = map_grid(row.get("code"), standard, recoded)
    except Refusal as refusal:
        faults.refusal(row, refusal)
        return None
    if row.get("state") not in _STATES:
        faults.add(row, "state", "grid.unknown_state", f"未知状态 {row.get('state')!r}，可用 启用、停用")
        return None
    if not covered(actor, code):
        faults.add(row, "code", "division.out_of_scope", f"{code} 不在本人管理范围")
        return None
    values: dict[str, Any] = {"community": code[:12], "state": _STATES[row.get("state")]}
    if row.get("name"):
        values["name"] = row.get("name")
    if code != row.get("code"):
        values["former_code"] = row.get("code")
    draft = _Draft(row, code, values)
    if not _outline(draft, system, faults):
        return None
    if draft.shape is not None:
        draft.columns["area_m2"] = round(float(areas_m2(np.array([draft.shape], dtype=np.object_))[0]), 1)
    return draft


def _outline(draft: _Draft, system: System, faults: Faults) -> bool:
    text = draft.row.geometry or draft.row.get("geometry")
    if not text:
        return True
    try:
        mended = from_geojson(text, system)
    except Refusal as refusal:
        hint = "；若为平面坐标请先换算为经纬度" if refusal.code == "coordinates.out_of_range" else ""
        faults.add(draft.row, "geometry", refusal.code, refusal.zh + hint)
        return False
    if mended.shape is None:
        faults.add(draft.row, "geometry", "geometry.unusable", mended.reason)
        return False
    if mended.reason:
        faults.add(draft.row, "geometry", "geometry.mended", f"边界已修复：{mended.reason}", fatal=False)
    draft.shape = mended.shape
    return True


def _without_doubles(drafts: list[_Draft], faults: Faults) -> list[_Draft]:
    first: dict[str, _Draft] = {}
    for draft in drafts:
        if draft.code in first:
            line = first[draft.code].row.line
            faults.add(draft.row, "code", "code.double", f"代码 {draft.code} 与第 {line} 行重复")
        else:
            first[draft.code] = draft
    return list(first.values())


def _need_parents(drafts: list[_Draft], known: set[str], faults: Faults) -> None:
    """Note rows whose parent is neither in the file nor in the register, or far from their boundary."""
    above = {d.columns.get("parent", d.columns.get("community", "")) for d in drafts} - {""}
    boxes = {
        code: box
        for part in _chunks(sorted(above))
        for code, *box in Division.objects.filter(pk__in=part).values_list(
            "code", "west", "south", "east", "north"
        )
    }
    for draft in drafts:
        parent = draft.columns.get("parent", draft.columns.get("community", ""))
        if parent and parent not in known and parent not in boxes:
            faults.add(draft.row, "code", "division.no_parent", f"上级区划 {parent} 不在登记中")
        box = boxes.get(parent)
        if draft.shape is None or not box or box[0] is None:
            continue
        west, south, east, north = draft.shape.bounds
        if east < box[0] or west > box[2] or north < box[1] or south > box[3]:
            faults.add(
                draft.row,
                "geometry",
                "geometry.outside_parent",
                f"边界不在上级区划 {parent} 范围内，请核对坐标系",
                fatal=False,
            )


def _chunks(items: list[str]) -> Iterable[list[str]]:
    return (items[i : i + _IN_CHUNK] for i in range(0, len(items), _IN_CHUNK))


def _upsert(
    model: type[Division | UnitGrid], drafts: list[_Draft], system: System, report: ImportReport
) -> None:
    """Create what is new, update what differs, leave the rest; a few statements per thousand rows."""
    shaped = [d for d in drafts if d.shape is not None]
    outlines = columns(np.array([d.shape for d in shaped], dtype=np.object_))
    for draft, outline in zip(shaped, outlines, strict=True):
        draft.columns |= outline | {"crs": system.value}
    fresh: list[Any] = []
    changed: dict[frozenset[str], list[Any]] = {}
    by_code = {d.code: d for d in drafts}
    for part in _chunks(list(by_code)):
        stored = {row.pk: row for row in model.objects.filter(pk__in=part)}
        for code in part:
            given, row = by_code[code].columns, stored.get(code)
            if row is None:
                fresh.append(model(code=code, **given))
            elif all(_same(getattr(row, name), value) for name, value in given.items()):
                report.unchanged += 1
            else:
                for name, value in given.items():
                    setattr(row, name, value)
                changed.setdefault(frozenset(given), []).append(row)
                report.updated += 1
    report.created += len(fresh)
    model.objects.bulk_create(fresh, batch_size=BATCH)
    for names, rows in changed.items():
        # One statement per thousand rows: insert on conflict, not a CASE per row as bulk_update would.
        model.objects.bulk_create(
            rows,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=sorted(names),
        )


def _same(stored: Any, given: Any) -> bool:
    return bytes(stored or b"") == given if isinstance(given, bytes) else stored == given
