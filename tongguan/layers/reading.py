# SPDX-License-Identifier: Apache-2.0
"""Features of files: GeoJSON (plain or gzip) and Shapefile (.shp with its .dbf, .cpg and .prj beside it)."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import shapefile

from tongguan.kernel.coordinates import System, system_of
from tongguan.kernel.errors import Invalid
from tongguan.kernel.tabular import BROKEN, geojson_features, open_text, unreadable

_GEOJSON: Final = (".geojson", ".json")
#: What a damaged Shapefile raises while it is read.
_DAMAGED: Final = (shapefile.ShapefileException, struct.error, *BROKEN, ValueError, LookupError)


@dataclass(frozen=True, slots=True)
class Raw:
    """A feature as it stands in the file. ``error`` says why the record itself could not be read."""

    number: int
    geometry: Any
    told: dict[str, Any]
    error: str = ""


def read(path: Path) -> tuple[System | None, Iterator[Raw]]:
    """Give the system that the file names, if any, and its features. Raises Invalid naming ``file``."""
    kind = next((s for s in reversed(path.suffixes) if s.lower() != ".gz"), "").lower()
    if kind in _GEOJSON:
        return _geojson(path)
    if kind == ".shp":
        return _shapefile(path)
    raise Invalid(
        "file.kind",
        zh=f"不支持 {path.name}：应为 .geojson、.json（可加 .gz）或 .shp",
        en="the file must be .geojson, .json (optionally .gz) or .shp",
        field="file",
    )


def _geojson(path: Path) -> tuple[System | None, Iterator[Raw]]:
    try:
        with path.open("rb", buffering=0) as stream, open_text(stream) as text:
            named, features = geojson_features(text)
    except BROKEN as error:
        raise unreadable(f"不是 JSON：{error}", f"not JSON: {error}") from error
    return system_of(named) if named else None, (_feature(n, f) for n, f in enumerate(features, 1))


def _feature(number: int, feature: Any) -> Raw:
    if not isinstance(feature, dict):
        return Raw(number, None, {}, "不是要素（应为 JSON 对象）")
    told = feature.get("properties")
    told = {str(name): value for name, value in told.items()} if isinstance(told, dict) else {}
    return Raw(number, feature.get("geometry"), ({"id": feature["id"]} if "id" in feature else {}) | told)


def _shapefile(path: Path) -> tuple[System | None, Iterator[Raw]]:
    marked = path.with_suffix(".cpg")
    encoding = marked.read_text(encoding="ascii", errors="replace").strip() if marked.exists() else "utf-8"
    try:
        reader = shapefile.Reader(str(path), encoding=encoding or "utf-8")
    except _DAMAGED as error:
        raise unreadable(f"不是 Shapefile：{error}", f"not a Shapefile: {error}") from error
    return _projection(path.with_suffix(".prj")), _records(reader)


def _records(reader: shapefile.Reader) -> Iterator[Raw]:
    with reader:
        for number in range(1, len(reader) + 1):
            try:
                record = reader.shapeRecord(number - 1)
                shape = record.shape.__geo_interface__ if record.shape.shapeType else None
                yield Raw(number, shape, dict(record.record.as_dict()))
            except _DAMAGED as error:
                yield Raw(number, None, {}, f"记录无法读取：{error}")


def _projection(file: Path) -> System | None:
    """Give the system of a ``.prj`` in degrees; one in metres needs ``--crs CGCS2000 --zone``."""
    if not file.exists():
        return None
    words = file.read_text(encoding="utf-8", errors="replace").upper()
    if words.startswith("PROJ"):
        return None
    if "2000" in words:
        return System.CGCS2000
    return System.WGS84 if "WGS_1984" in words or "WGS 84" in words else None
