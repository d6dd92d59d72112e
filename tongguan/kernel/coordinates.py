# SPDX-License-Identifier: Apache-2.0
"""Coordinate systems: everything is stored in WGS-84, everything else is converted at the door.

Degrees, longitude first. CGCS2000 geographic coordinates are taken as WGS-84: the two frames differ
by less than a metre (plate motion since epoch 2000.0). GCJ-02 and BD-09 have no published inverse;
it is found here by fixed-point iteration of the forward formula, exact to well under a millimetre.
GCJ-02 has no offset outside the box that all converters in the field take for China.
"""

import functools
from collections.abc import Callable
from enum import StrEnum
from typing import Final, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

from tongguan.kernel.errors import Invalid

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]


class System(StrEnum):
    """Coordinate systems a source may use."""

    WGS84 = "WGS84"
    GCJ02 = "GCJ02"
    BD09 = "BD09"
    CGCS2000 = "CGCS2000"


_ALIASES: Final = {
    "WGS84": System.WGS84,
    "EPSG4326": System.WGS84,
    "4326": System.WGS84,
    "CRS84": System.WGS84,
    "GPS": System.WGS84,
    "GCJ02": System.GCJ02,
    "AMAP": System.GCJ02,
    "BD09": System.BD09,
    "BD09LL": System.BD09,
    "CGCS2000": System.CGCS2000,
    "EPSG4490": System.CGCS2000,
    "4490": System.CGCS2000,
}

_AXIS: Final = 6378245.0
_ECCENTRICITY: Final = 0.00669342162296594323
_BD_STEP: Final = np.pi * 3000.0 / 180.0
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271
#: Each round of the inverse gains a factor of 50 or more: it ends, mostly after 6, when nothing moves by
#: more than a few units in the last digit of a double (a millionth of a millimetre).
_ROUNDS: Final = 12
_STILL: Final = 6e-14
#: Gauss-Krüger zones of 3 degrees (EPSG:4513 and on) and of 6 (EPSG:4491 and on); their numbers differ.
_ZONES_3: Final = range(25, 46)
_ZONES_6: Final = range(13, 24)
_ZONE_PREFIX: Final = 1_000_000
_LIMITS: Final = {"lon": 180.0, "lat": 90.0}


def system_of(text: str) -> System:
    """Give the system meant by a name in any common spelling (``gcj-02``, ``EPSG:4490``, a CRS84 URN).

    Raises Invalid (``coordinates.unknown_system``, field ``crs``).
    """
    word = text.strip().upper().rsplit("::", 1)[-1]
    word = word.rsplit(":", 1)[-1] if word.startswith("URN:") else word
    word = "".join(ch for ch in word if ch.isalnum())
    try:
        return _ALIASES[word]
    except KeyError:
        known = "、".join(System)
        raise Invalid(
            "coordinates.unknown_system",
            zh=f"未知坐标系 {text!r}，可用 {known}",
            en=f"unknown coordinate system {text!r}; known: {', '.join(System)}",
            field="crs",
        ) from None


def checked(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Give both as equal float arrays. Raises Invalid naming ``lon`` or ``lat`` and the first bad row.

    Codes: ``coordinates.not_a_number``, ``coordinates.out_of_range``, ``coordinates.shape``.
    """
    lons, lats = _floats(lon, "lon"), _floats(lat, "lat")
    if lons.shape != lats.shape:
        raise Invalid(
            "coordinates.shape", zh="经度与纬度个数不同", en="lon and lat differ in length", field="lat"
        )
    for field, values in (("lon", lons), ("lat", lats)):
        with np.errstate(invalid="ignore"):
            bad = ~(np.abs(values) <= _LIMITS[field])
        if bad.any():
            raise _bad_value(field, np.atleast_1d(values), int(np.argmax(np.atleast_1d(bad))))
    return lons, lats


def _floats(values: ArrayLike, field: str) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise Invalid("coordinates.not_a_number", zh="坐标不是数字", en="not a number", field=field) from None


def _bad_value(field: str, values: Floats, row: int) -> Invalid:
    value, name = float(values[row]), {"lon": "经度", "lat": "纬度"}[field]
    if not np.isfinite(value):
        return Invalid(
            "coordinates.not_a_number",
            zh=f"{name}不是有限的数字",
            en=f"{field} is not a finite number",
            field=field,
            row=row,
        )
    limit = _LIMITS[field]
    return Invalid(
        "coordinates.out_of_range",
        zh=f"{name} {value:g} 超出 ±{limit:g}",
        en=f"{field} {value:g} is beyond ±{limit:g}",
        field=field,
        row=row,
    )


def in_china(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Tell where GCJ-02 is offset (the box used by all converters, wider than the country)."""
    lons, lats = np.asarray(lon, np.float64), np.asarray(lat, np.float64)
    return (lons >= _WEST) & (lons <= _EAST) & (lats >= _SOUTH) & (lats <= _NORTH)


def _waves(x: Floats) -> Floats:
    return (20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)) * 2.0 / 3.0


def _shifted(lon: Floats, lat: Floats) -> Pair:
    """Apply the GCJ-02 offset everywhere, inside the box or not."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + _waves(x)
    north += (20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + _waves(x)
    east += (20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    radians = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY * np.sin(radians) ** 2
    meridian = _AXIS * (1.0 - _ECCENTRICITY) / (magic * np.sqrt(magic))
    parallel = _AXIS / np.sqrt(magic) * np.cos(radians)
    return lon + np.degrees(east / parallel), lat + np.degrees(north / meridian)


def _to_gcj(lon: Floats, lat: Floats) -> Pair:
    inside = in_china(lon, lat)
    east, north = _shifted(lon, np.clip(lat, _SOUTH, _NORTH))
    return np.where(inside, east, lon), np.where(inside, north, lat)


def _solved(forward: Callable[[Floats, Floats], Pair], lon: Floats, lat: Floats) -> Pair:
    """Give the points that ``forward`` moves to lon, lat, by fixed-point iteration."""
    x, y = lon, lat
    for _ in range(_ROUNDS):
        east, north = forward(x, y)
        east, north = lon - east, lat - north
        x, y = x + east, y + north
        if not x.size or max(np.abs(east).max(), np.abs(north).max()) < _STILL:
            break
    return x, y


def _from_gcj(lon: Floats, lat: Floats) -> Pair:
    # Far from the box nothing was moved, and the formula is wild there: only what is near is solved.
    near = (lon > _WEST - 1) & (lon < _EAST + 1) & (lat > _SOUTH - 1) & (lat < _NORTH + 1)
    x, y = _solved(_shifted, np.where(near, lon, 105.0), np.where(near, lat, 35.0))
    inside = near & in_china(x, y)
    return np.where(inside, x, lon), np.where(inside, y, lat)


def _gcj_to_bd(lon: Floats, lat: Floats) -> Pair:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_STEP)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_STEP)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _to_bd(lon: Floats, lat: Floats) -> Pair:
    inside = in_china(lon, lat)
    east, north = _gcj_to_bd(*_to_gcj(lon, lat))
    return np.where(inside, east, lon), np.where(inside, north, lat)


def _from_bd(lon: Floats, lat: Floats) -> Pair:
    gcj_x, gcj_y = _solved(_gcj_to_bd, lon, lat)
    x, y = _from_gcj(gcj_x, gcj_y)
    # Unmoved by the inverse of GCJ-02 means outside the box, where BD-09 has no offset either.
    outside = (x == gcj_x) & (y == gcj_y)
    return np.where(outside, lon, x), np.where(outside, lat, y)


_TO_WGS84: Final = {System.GCJ02: _from_gcj, System.BD09: _from_bd}
_FROM_WGS84: Final = {System.GCJ02: _to_gcj, System.BD09: _to_bd}


@overload
def to_wgs84(lon: float, lat: float, system: str) -> tuple[float, float]: ...
@overload
def to_wgs84(lon: Floats, lat: Floats, system: str) -> Pair: ...
def to_wgs84(lon: float | Floats, lat: float | Floats, system: str) -> tuple[float, float] | Pair:
    """Give WGS-84 longitude and latitude in degrees of points in the named system.

    Arrays in, arrays of the same shape out; numbers in, numbers out. Raises Invalid with the field
    ``lon``, ``lat`` or ``crs``. Round trips are exact to 0.001 m, save within 1 km of the edge of the
    box where the offset begins: there two points of the world share one GCJ-02 coordinate.
    """
    lons, lats = checked(lon, lat)
    convert = _TO_WGS84.get(system_of(system))
    east, north = convert(lons, lats) if convert else (lons, lats)
    return (east, north) if east.ndim else (float(east), float(north))


@overload
def from_wgs84(lon: float, lat: float, system: str) -> tuple[float, float]: ...
@overload
def from_wgs84(lon: Floats, lat: Floats, system: str) -> Pair: ...
def from_wgs84(lon: float | Floats, lat: float | Floats, system: str) -> tuple[float, float] | Pair:
    """Give points in the named system of WGS-84 longitude and latitude; the inverse of ``to_wgs84``."""
    lons, lats = checked(lon, lat)
    convert = _FROM_WGS84.get(system_of(system))
    east, north = convert(lons, lats) if convert else (lons, lats)
    return (east, north) if east.ndim else (float(east), float(north))


def zone_of(lon: float, *, wide: bool = False) -> int:
    """Give the Gauss-Krüger zone number of a longitude: 25–45 (3 degrees), or 13–23 (6, ``wide``)."""
    return int(lon // 6) + 1 if wide else int((lon + 1.5) // 3)


@functools.lru_cache(maxsize=64)
def _projection(zone: int, *, forward: bool) -> Transformer:
    if zone in _ZONES_3:
        code = 4513 + zone - _ZONES_3.start
    elif zone in _ZONES_6:
        code = 4491 + zone - _ZONES_6.start
    else:
        raise Invalid(
            "coordinates.unknown_zone",
            zh=f"CGCS2000 无第 {zone} 投影带（3 度带 25–45，6 度带 13–23）",
            en=f"no CGCS2000 zone {zone} (3 degrees: 25-45, 6 degrees: 13-23)",
            field="zone",
        )
    ends = ("EPSG:4490", f"EPSG:{code}")
    return Transformer.from_crs(*(ends if forward else ends[::-1]), always_xy=True)


def from_projected(easting: Floats, northing: Floats, zone: int) -> Pair:
    """Give WGS-84 degrees of CGCS2000 Gauss-Krüger metres in a zone (25–45: 3 degrees, 13–23: 6 degrees).

    Eastings may carry the zone number in front (40 512 345) or not (512 345). Raises Invalid with the
    field ``zone``, ``x`` or ``y``.
    """
    x, y = _floats(easting, "x"), _floats(northing, "y")
    transformer = _projection(zone, forward=False)
    x = np.where(x < _ZONE_PREFIX, x + zone * _ZONE_PREFIX, x)
    for field, values, low, high in (("x", x, zone * 1e6, (zone + 1) * 1e6), ("y", y, 0.0, 6.7e6)):
        if not bool(np.all((values >= low) & (values < high))):
            raise Invalid(
                "coordinates.out_of_zone",
                zh=f"平面坐标 {field} 不在第 {zone} 带内",
                en=f"{field} lies outside zone {zone}",
                field=field,
            )
    lon, lat = transformer.transform(x, y)
    return np.asarray(lon, np.float64), np.asarray(lat, np.float64)


def to_projected(lon: Floats, lat: Floats, zone: int) -> Pair:
    """Give CGCS2000 Gauss-Krüger metres, zone number in front of the easting, of WGS-84 degrees."""
    lons, lats = checked(lon, lat)
    x, y = _projection(zone, forward=True).transform(lons, lats)
    return np.asarray(x, np.float64), np.asarray(y, np.float64)
