# SPDX-License-Identifier: Apache-2.0
"""Import of named places: batch by batch in one transaction, so that memory stays bounded."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from tongguan.kernel.coordinates import System, to_wgs84
from tongguan.kernel.errors import Refusal
from tongguan.kernel.geometry import cells_of
from tongguan.kernel.tabular import Row
from tongguan.people.contracts import Actor
from tongguan.places import queries
from tongguan.places.codes import division_code
from tongguan.places.contracts import ImportReport
from tongguan.places.facts import GazetteerChanged
from tongguan.places.gazetteer import addressed, keys
from tongguan.places.importing import Faults, clean, covered, missing, rows_of, whole
from tongguan.places.labels import GazetteerKind
from tongguan.places.models import Division, Gazetteer, GazetteerKey
from tongguan.runtime import outbox

COLUMNS: Final = {
    "external_id": ("external_id", "id", "code", "编号", "编码", "代码"),
    "kind": ("kind", "类别", "类型"),
    "name": ("name", "名称", "地名", "标准地址", "地址"),
    "aliases": ("aliases", "alias", "别名"),
    "division": ("division", "division_code", "区划代码", "streetcode", "社区代码"),
    "lon": ("lon", "lng", "longitude", "x", "经度"),
    "lat": ("lat", "latitude", "y", "纬度"),
}
_KINDS: Final = {**{k.value: k for k in GazetteerKind}, **{k.label: k for k in GazetteerKind}}
_LIMITS: Final = {"name": 120, "external_id": 64, "aliases": 400, "lon": 40, "lat": 40}
_CHUNK: Final = 5_000
_KEY_BATCH: Final = 5_000
_FIELDS: Final = (
    "kind", "name", "aliases", "division", "grid", "lon", "lat", "cell", "crs", "road", "number",
)  # fmt: skip


def import_gazetteer(
    actor: Actor, path: Path, *, crs: str = "", source: str = "", kind: str = "", dry_run: bool = False
) -> ImportReport:
    """Take named places from a CSV or GeoJSON file (points; lines and areas give a point on them).

    ``source`` (the file's name by default) and the row's own number make a place the same on a second
    import. ``kind`` is used where the row names none. A row without a division code gets it from its
    point; one that has neither is refused.
    """
    system, rows = rows_of(path, COLUMNS, crs)
    origin = (source or path.name.split(".")[0])[:40]
    with whole(actor, "gazetteer", dry_run=dry_run) as report:
        faults = Faults(report)
        known = _Known()
        for chunk in _chunks(rows):
            report.rows += len(chunk)
            drafts = [d for row in chunk if (d := _draft(row, origin, kind, faults)) is not None]
            placed = _placed(actor, known.fresh(drafts, faults), system, known, faults)
            if not report.failed:
                _upsert(placed, origin, report)
        if not report.failed:
            outbox.publish(GazetteerChanged(count=report.created + report.updated))
    return report


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk


class _Known:
    """What earlier rows of this file and the register already hold."""

    def __init__(self) -> None:
        self._lines: dict[str, int] = {}
        self.divisions = set(Division.objects.values_list("pk", flat=True))

    def fresh(
        self, drafts: Iterable[tuple[Row, dict[str, Any]]], faults: Faults
    ) -> list[tuple[Row, dict[str, Any]]]:
        """Give the drafts whose number no earlier row has."""
        kept = []
        for row, draft in drafts:
            first = self._lines.setdefault(draft["external_id"], row.line)
            if first == row.line:
                kept.append((row, draft))
            else:
                faults.add(
                    row, "external_id", "code.double", f"编号 {draft['external_id']} 与第 {first} 行重复"
                )
        return kept


def _draft(row: Row, origin: str, kind: str, faults: Faults) -> tuple[Row, dict[str, Any]] | None:
    if missing(row, faults, "name") or not clean(row, faults, _LIMITS):
        return None
    word = row.get("kind") or kind
    if word not in _KINDS:
        known = "、".join(k.label for k in GazetteerKind)
        faults.add(row, "kind", "gazetteer.unknown_kind", f"未知类别 {word!r}，可用 {known}")
        return None
    try:
        division = division_code(row.get("division"), field="division") if row.get("division") else ""
        lon, lat = _point(row)
    except (Refusal, ValueError) as error:
        if isinstance(error, Refusal):
            faults.refusal(row, error)
        else:
            faults.add(row, "lon", "coordinates.not_a_number", "坐标不是数字")
        return None
    own = row.get("external_id") or _number(origin, word, row.get("name"), division)
    aliases = [a for a in (part.strip() for part in row.get("aliases").replace("；", ";").split(";")) if a]
    return row, {
        "external_id": own,
        "kind": _KINDS[word].value,
        "name": row.get("name"),
        "aliases": aliases,
        "division": division,
        "lon": lon,
        "lat": lat,
        **addressed(_KINDS[word].value, row.get("name")),
    }


def _number(*parts: str) -> str:
    """Give a stable number to a row that has none of its own."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def _point(row: Row) -> tuple[float | None, float | None]:
    if row.geometry:
        shape = shapely.from_geojson(row.geometry, on_invalid="ignore")
        if shape is None or shape.is_empty:
            return None, None
        point = shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)
        return float(point.x), float(point.y)
    if not row.get("lon") and not row.get("lat"):
        return None, None
    return float(row.get("lon")), float(row.get("lat"))


def _placed(
    actor: Actor,
    drafts: list[tuple[Row, dict[str, Any]]],
    system: System,
    known: _Known,
    faults: Faults,
) -> list[dict[str, Any]]:
    """Convert, locate and check the division of a chunk, vectorised."""
    drafts = [(row, draft) for row, draft in drafts if _in_range(row, draft, system, faults)]
    dotted = [draft for _, draft in drafts if draft["lon"] is not None]
    if dotted:
        lons, lats = to_wgs84(
            np.array([d["lon"] for d in dotted]), np.array([d["lat"] for d in dotted]), system
        )
        located, cells = queries.locate(lons, lats), cells_of(lons, lats).tolist()
        parts = zip(dotted, lons.tolist(), lats.tolist(), located.community, located.grid, cells, strict=True)
        for draft, lon, lat, community, grid, cell in parts:
            within = not draft["division"] or community.startswith(draft["division"])
            draft |= {"lon": lon, "lat": lat, "cell": cell, "grid": grid if within else ""}
            if within and community:
                draft["division"] = community
    kept = []
    for row, draft in drafts:
        draft["crs"] = system.value
        if not draft["division"]:
            faults.add(row, "division", "division.unknown", "没有区划代码，坐标也不在任何社区内")
        elif known.divisions and draft["division"] not in known.divisions:
            faults.add(row, "division", "division.unknown", f"区划 {draft['division']} 不在登记中")
        elif not covered(actor, draft["division"]):
            faults.add(row, "division", "division.out_of_scope", f"{draft['division']} 不在本人管理范围")
        else:
            kept.append(draft)
    return kept


def _in_range(row: Row, draft: dict[str, Any], system: System, faults: Faults) -> bool:
    if draft["lon"] is None:
        return True
    try:
        to_wgs84(draft["lon"], draft["lat"], system)
    except Refusal as refusal:
        faults.refusal(row, refusal)
        return False
    return True


def _upsert(drafts: list[dict[str, Any]], origin: str, report: ImportReport) -> None:
    by_id = {d["external_id"]: d for d in drafts}
    stored = {r.external_id: r for r in Gazetteer.objects.filter(source=origin, external_id__in=list(by_id))}
    fresh = [Gazetteer(source=origin, **d) for own, d in by_id.items() if own not in stored]
    changed = []
    for own, row in stored.items():
        if all(getattr(row, name) == value for name, value in by_id[own].items()):
            report.unchanged += 1
        else:
            for name, value in by_id[own].items():
                setattr(row, name, value)
            changed.append(row)
    report.created += len(fresh)
    report.updated += len(changed)
    Gazetteer.objects.bulk_create(fresh, batch_size=1_000)
    Gazetteer.objects.bulk_create(
        changed,
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["source", "external_id"],
        update_fields=_FIELDS,
    )
    GazetteerKey.objects.filter(entry_id__in=[row.pk for row in changed]).delete()
    GazetteerKey.objects.bulk_create(
        [
            GazetteerKey(entry_id=row.pk, text=text, start=start)
            for row in (*fresh, *changed)
            for text, start in keys([row.name, *row.aliases])
        ],
        batch_size=_KEY_BATCH,
    )
