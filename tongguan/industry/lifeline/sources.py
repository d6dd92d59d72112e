# SPDX-License-Identifier: Apache-2.0
"""Pure: networks out of files: EPANET ``.inp`` (through WNTR), GeoJSON and CSV, in any declared system.

A row that is wrong is a fault with its line and field; the others are taken. A file may be in degrees of a
named system, in metres of a CGCS2000 zone, or in metres from an anchor point (``LOCAL``: a drawing that was
never surveyed, which EPANET files mostly are).
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from tongguan.industry.lifeline.contracts import FaultInfo
from tongguan.industry.lifeline.labels import ALSO, EDGE_KINDS, NODE_KINDS
from tongguan.industry.lifeline.network import EdgeRow, NodeRow
from tongguan.kernel.coordinates import System, checked, from_projected, system_of, to_wgs84
from tongguan.kernel.errors import Invalid, Refusal
from tongguan.kernel.geometry import distance_m
from tongguan.kernel.tabular import Row, csv_rows, geojson_rows, open_text
from tongguan.simulation import hydraulics

#: A drawing in metres around an anchor.
LOCAL: Final = "LOCAL"
_METRES_PER_DEGREE: Final = 111_195.08
_COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "code": ("编号", "code", "id"),
    "kind": ("类型", "kind", "type"),
    "name": ("名称", "name"),
    "lon": ("经度", "lon", "x"),
    "lat": ("纬度", "lat", "y"),
    "elevation": ("高程", "elevation", "z"),
    "begin": ("起点", "begin", "from"),
    "end": ("终点", "end", "to"),
    "length": ("长度", "length", "length_m"),
    "diameter": ("管径", "diameter", "diameter_mm"),
    "thing": ("设备编号", "thing"),
}
_RAW: Final = 500
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file's coordinates are to be read."""

    crs: str = ""
    zone: int | None = None
    anchor: tuple[float, float] | None = None


@dataclass(slots=True)
class Drawn:
    """What a file holds; ``things``: thing by node; coordinates are WGS-84."""

    crs: str
    nodes: list[NodeRow] = field(default_factory=list)
    edges: list[EdgeRow] = field(default_factory=list)
    things: dict[str, str] = field(default_factory=dict)
    faults: list[FaultInfo] = field(default_factory=list)


def read(path: Path, reading: Reading) -> Drawn:
    """Give the network of a file. Raises Invalid naming ``file``, ``crs``, ``zone`` or ``anchor``."""
    suffix = path.suffix.lower()
    if suffix == ".inp":
        return _mended(_inp(path, reading))
    with path.open("rb") as stream:
        text = open_text(stream)
        if suffix in {".geojson", ".json"}:
            named, rows = geojson_rows(text, _COLUMNS)
            return _mended(_rows(rows, reading, named))
        if suffix == ".csv":
            return _mended(_rows(csv_rows(text, _COLUMNS), reading, ""))
    raise Invalid(
        "network.file", "只读取 .inp、.geojson 和 .csv 文件", "only .inp, .geojson and .csv", field="file"
    )


def _system(reading: Reading, named: str) -> str:
    if reading.crs.upper() == LOCAL:
        if reading.anchor is None:
            raise Invalid("network.anchor", "LOCAL 坐标要给出原点经纬度", "give the anchor", field="anchor")
        checked(*reading.anchor)
        return LOCAL
    if reading.zone:
        return str(System.CGCS2000)
    if not reading.crs and not named:
        raise Invalid(
            "file.crs",
            "文件没有说明坐标系，请指定：WGS84、GCJ02、BD09、CGCS2000 或 LOCAL",
            "the file names no coordinate system",
            field="crs",
        )
    return str(system_of(reading.crs or named))


def placed(xs: Sequence[float], ys: Sequence[float], system: str, reading: Reading) -> tuple[Any, Any]:
    """Give WGS-84 degrees of coordinates in the declared system. Raises Invalid naming what is wrong."""
    x, y = np.asarray(xs, np.float64), np.asarray(ys, np.float64)
    if system == LOCAL and reading.anchor is not None:
        lon, lat = reading.anchor
        wide = _METRES_PER_DEGREE * math.cos(math.radians(lat))
        return checked(lon + x / wide, lat + y / _METRES_PER_DEGREE)
    if reading.zone:
        return from_projected(x, y, reading.zone)
    return to_wgs84(x, y, system)


def _inp(path: Path, reading: Reading) -> Drawn:
    model = hydraulics.opened(path)
    drawn = Drawn(_system(reading, ""))
    kinds = {"Junction": "junction", "Reservoir": "reservoir", "Tank": "tank"}
    named = [(name, node) for name, node in model.nodes()]
    lons, lats = placed(
        [node.coordinates[0] for _, node in named],
        [node.coordinates[1] for _, node in named],
        drawn.crs,
        reading,
    )
    for (name, node), lon, lat in zip(named, lons.tolist(), lats.tolist(), strict=True):
        level = getattr(node, "elevation", None)
        drawn.nodes.append(NodeRow(name, kinds[node.node_type], lon, lat, float(level or 0.0)))
    for name, link in model.links():
        kind = link.link_type.lower()
        length = float(getattr(link, "length", 0.0) or 0.0)
        diameter = float(getattr(link, "diameter", 0.0) or 0.0) * 1000
        shut = str(link.initial_status) == "Closed"
        drawn.edges.append(
            EdgeRow(
                name, kind, link.start_node_name, link.end_node_name, length, round(diameter, 3), not shut
            )
        )
    return drawn


def _rows(rows: Iterator[Row], reading: Reading, named: str) -> Drawn:
    drawn = Drawn(_system(reading, named))
    for row in rows:
        try:
            _taken(drawn, row, reading)
        except Refusal as refusal:
            drawn.faults.append(_fault(row, refusal.field or "geometry", refusal.zh))
    return drawn


def _taken(drawn: Drawn, row: Row, reading: Reading) -> None:
    line = _line(row)
    if line is not None or row.get("begin") or row.get("end"):
        _edge(drawn, row, line, reading)
        return
    code = _code(row)
    if row.geometry:
        point = json.loads(row.geometry)
        if point.get("type") != "Point":
            raise Invalid("network.shape", "只取点和线", "only points and lines", field="geometry")
        x, y = _pair(point.get("coordinates"))
    else:
        x, y = _number(row, "lon"), _number(row, "lat")
    lon, lat = placed([x], [y], drawn.crs, reading)
    kind = _kind(row.get("kind"), NODE_KINDS, "junction")
    level = _number(row, "elevation", 0.0)
    drawn.nodes.append(NodeRow(code, kind, float(lon[0]), float(lat[0]), level, row.get("name")[:_LONGEST]))
    if row.get("thing"):
        drawn.things[code] = row.get("thing")[:64]


def _line(row: Row) -> list[Any] | None:
    if not row.geometry:
        return None
    shape = json.loads(row.geometry)
    if shape.get("type") != "LineString":
        return None
    points = shape.get("coordinates")
    if not isinstance(points, list) or len(points) < 2:  # noqa: PLR2004
        raise Invalid("network.line", "线至少要有两点", "a line has two points or more", field="geometry")
    return points


def _edge(drawn: Drawn, row: Row, line: list[Any] | None, reading: Reading) -> None:
    code = _code(row)
    ends = [row.get("begin"), row.get("end")]
    length = _number(row, "length", 0.0)
    if length < 0:
        raise Invalid("network.length", "长度不能为负", "a length is not negative", field="length")
    if line is not None:
        pairs = [_pair(point) for point in line]
        lons, lats = placed([p[0] for p in pairs], [p[1] for p in pairs], drawn.crs, reading)
        if not length:
            length = float(distance_m(lons[:-1], lats[:-1], lons[1:], lats[1:]).sum())
        for n, at in ((0, 0), (1, -1)):
            if not ends[n]:
                ends[n] = f"@{lons[at]:.6f},{lats[at]:.6f}"
                drawn.nodes.append(NodeRow(ends[n], "junction", float(lons[at]), float(lats[at])))
    kind = _kind(row.get("kind"), EDGE_KINDS, "pipe")
    diameter = _number(row, "diameter", 0.0)
    drawn.edges.append(EdgeRow(code, kind, ends[0], ends[1], length, diameter))


def _mended(drawn: Drawn) -> Drawn:
    """Leave out what is there twice and edges that end nowhere; measure edges whose length is not told."""
    nodes: dict[str, NodeRow] = {}
    for row in drawn.nodes:
        if row.code not in nodes or nodes[row.code] == row or row.code.startswith("@"):
            nodes.setdefault(row.code, row)
        else:
            drawn.faults.append(FaultInfo(0, "code", f"节点编号 {row.code} 重复，只取第一个", row.code))
    edges: dict[str, EdgeRow] = {}
    for edge in drawn.edges:
        missing = next((f for f in ("begin", "end") if getattr(edge, f) not in nodes), "")
        if missing:
            drawn.faults.append(
                FaultInfo(0, missing, f"管段 {edge.code} 的端点 {getattr(edge, missing)!r} 不存在", edge.code)
            )
        elif edge.code in edges:
            drawn.faults.append(FaultInfo(0, "code", f"管段编号 {edge.code} 重复，只取第一个", edge.code))
        else:
            edges[edge.code] = edge
    drawn.nodes, drawn.edges = list(nodes.values()), [_measured(edge, nodes) for edge in edges.values()]
    return drawn


def _measured(edge: EdgeRow, nodes: Mapping[str, NodeRow]) -> EdgeRow:
    if edge.length_m or edge.kind != "pipe":
        return edge
    a, b = nodes[edge.begin], nodes[edge.end]
    metres = float(distance_m(a.lon, a.lat, b.lon, b.lat))
    return EdgeRow(edge.code, edge.kind, edge.begin, edge.end, metres, edge.diameter_mm, edge.open)


def _fault(row: Row, name: str, text: str) -> FaultInfo:
    raw = json.dumps(row.values, ensure_ascii=False) + row.geometry
    return FaultInfo(row.line, name, text[:300], raw[:_RAW])


def _code(row: Row) -> str:
    code = row.get("code")
    if not code or len(code) > _LONGEST or not code.isprintable():
        raise Invalid(
            "network.code", f"编号应为 1 到 {_LONGEST} 字", "a code is 1 to 60 letters", field="code"
        )
    return code


def _kind(told: str, known: Mapping[str, str], plain: str) -> str:
    folded = told.strip().casefold()
    folded = ALSO.get(folded, folded)
    return next((key for key, zh in known.items() if folded in {key, zh}), plain)


def _number(row: Row, name: str, default: float | None = None) -> float:
    text = row.get(name)
    if not text and default is not None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Invalid("network.number", f"{name} 应为数：{text!r}", f"{name} must be a number", field=name)
    return value


def _pair(point: Any) -> tuple[float, float]:
    good = isinstance(point, list) and len(point) >= 2  # noqa: PLR2004
    if not good or not all(isinstance(v, int | float) and not isinstance(v, bool) for v in point[:2]):
        raise Invalid("network.point", "坐标应为两个数", "a point is two numbers", field="geometry")
    return float(point[0]), float(point[1])
