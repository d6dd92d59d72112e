# SPDX-License-Identifier: Apache-2.0
"""What stands where and what it covers (一杆多感): gaps, overlaps, poles shared and poles to merge.

Radii and distances are asked for with each question: no standard that we could read fixes them.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from tongguan.kernel.errors import Invalid, NotFound
from tongguan.people.contracts import Actor, Post
from tongguan.people.queries import division_q, prefix_q
from tongguan.places.queries import boundary
from tongguan.sensors import coverage
from tongguan.sensors.models import Datastream, Thing
from tongguan.things.queries import visible

_READERS: Final = tuple(post for post in Post if post is not Post.CITIZEN)
#: The widest circle that a sensor is said to cover, and the farthest poles that could be one.
MOST_RADIUS_M: Final = 5_000.0
MOST_APART_M: Final = 200.0
_MOST_PAIRS: Final = 1_000
_MOST_SHOWN: Final = 5_000
_MOST_BARE: Final = 500


@dataclass(frozen=True, slots=True)
class Coverage:
    """What sensors of one property cover of a division.

    ``cells``: H3 cells of resolution 10 (about 1.5 hectares) of the division, ``histogram``: how many of them
    are covered so many times, ``gaps``: those that are not, ``overlaps``: those that several sensors cover
    with how many, the most first; the first 5,000 of each with their centres and, as ``gap_shape`` and
    ``overlap_shape``, the outline around them (GeoJSON). ``spots``: where the first 5,000 sensors stand.
    ``components`` of the class asked for, how many of them no sensor covers, the first 500 of those.
    """

    division: str
    observed: str
    radius_m: float
    sensors: int
    cells: int
    share: float
    histogram: dict[int, int]
    gaps: tuple[tuple[int, float, float], ...]
    overlaps: tuple[tuple[int, float, float, int], ...]
    gap_shape: dict[str, Any]
    overlap_shape: dict[str, Any]
    spots: tuple[tuple[float, float], ...]
    components: int
    components_without: int
    without: tuple["Bare", ...]


@dataclass(frozen=True, slots=True)
class Bare:
    """A component that no sensor covers."""

    code: str
    name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Pole:
    """A thing, what it measures and with how many devices."""

    thing: str
    name: str
    lon: float
    lat: float
    observed: tuple[str, ...]
    devices: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things so near each other that one pole could carry both, with the place of the first."""

    first: str
    second: str
    metres: float
    first_name: str
    second_name: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Poles:
    """Poles of a division: all, those with several sensors, those with none, and pairs that could be one."""

    things: int
    shared: tuple[Pole, ...]
    bare: int
    mergeable: tuple[Pair, ...]
    pairs: int


def cover(actor: Actor, division: str, observed: str, radius_m: float, component_class: str = "") -> Coverage:
    """Give what the streams in use of a property cover of a division, each within ``radius_m``.

    Sensors beyond the border count, within the actor's scope. Components of a class (a prefix of its code)
    are counted when one is named. Raises Invalid naming the field, NotFound for a division without border.
    """
    if not 0 < radius_m <= MOST_RADIUS_M:
        raise Invalid(
            "radius.range",
            zh=f"半径应大于 0，至多 {MOST_RADIUS_M:g} 米",
            en=f"above 0, at most {MOST_RADIUS_M:g} m",
            field="radius_m",
        )
    cells = _cells(actor, division)
    rows = Datastream.objects.filter(
        division_q(actor.scope, "division", *_READERS),
        observed__code=observed,
        active=True,
        thing__active=True,
        thing__lon__isnull=False,
    )
    spots = _points(rows.order_by().values_list("thing__lon", "thing__lat"))
    found = coverage.covered(cells, spots[:, 0], spots[:, 1], radius_m)
    gaps = found.gaps()[:_MOST_SHOWN]
    many, times = (part[:_MOST_SHOWN] for part in found.overlaps())
    total, without = _components(actor, division, component_class, spots, radius_m)
    return Coverage(
        division,
        observed,
        radius_m,
        len(spots),
        len(cells),
        float(np.mean(found.times > 0)) if len(cells) else 0.0,
        found.histogram(),
        tuple(zip(gaps.tolist(), *_placed(gaps), strict=True)),
        tuple(zip(many.tolist(), *_placed(many), times.tolist(), strict=True)),
        coverage.outline(gaps),
        coverage.outline(many),
        tuple((lon, lat) for lon, lat in spots[:_MOST_SHOWN].tolist()),
        total,
        len(without),
        tuple(Bare(*one) for one in without[:_MOST_BARE]),
    )


def _placed(cells: coverage.Ints) -> tuple[list[float], list[float]]:
    lons, lats = coverage.centres(cells)
    return lons.tolist(), lats.tolist()


def _cells(actor: Actor, division: str) -> coverage.Ints:
    border = boundary(division) if actor.scope.covers(division, *_READERS) else None
    if border is None:
        raise NotFound(
            "division.no_border", zh="没有这个区划或它没有边界", en="no such border", field="division"
        )
    try:
        return coverage.cells_in(shapely.geometry.shape(border))
    except ValueError as error:
        raise Invalid(
            "division.too_large",
            zh="区划过大，请选下级区划",
            en="too large: choose one below",
            field="division",
        ) from error


def _components(
    actor: Actor, division: str, component_class: str, spots: coverage.Floats, radius_m: float
) -> tuple[int, list[tuple[str, str, float, float]]]:
    """Give the count of components of the class, and (code, name, lon, lat) of those without a sensor."""
    if not component_class:
        return 0, []
    rows = visible(actor).filter(prefix_q("division", division), prefix_q("class_code", component_class))
    known = list(rows.order_by("code").values_list("code", "name", "lon", "lat"))
    points = _points((lon, lat) for _, _, lon, lat in known)
    held = coverage.served(points[:, 0], points[:, 1], spots[:, 0], spots[:, 1], radius_m)
    return len(known), [one for one, has in zip(known, held.tolist(), strict=True) if not has]


def _points(rows: Any) -> coverage.Floats:
    return np.array(list(rows), np.float64).reshape(-1, 2)


def poles(actor: Actor, division: str, within_m: float, kind: str = "") -> Poles:
    """Give poles with several sensors and pairs no farther apart than ``within_m`` metres, the nearest first.

    ``kind`` narrows to things of a kind. Raises Invalid naming ``within_m``.
    """
    if not 0 < within_m <= MOST_APART_M:
        raise Invalid(
            "within.range",
            zh=f"距离应大于 0，至多 {MOST_APART_M:g} 米",
            en=f"above 0, at most {MOST_APART_M:g} m",
            field="within_m",
        )
    rows = Thing.objects.filter(
        division_q(actor.scope, "division", *_READERS),
        prefix_q("division", division),
        active=True,
        lon__isnull=False,
    )
    if kind:
        rows = rows.filter(kind=kind)
    known = list(rows.order_by("id").values_list("id", "code", "name", "lon", "lat"))
    measured: dict[int, tuple[set[str], set[int]]] = {}
    streams = Datastream.objects.filter(thing__in=rows, active=True).order_by()
    for thing, observed, sensor in streams.values_list("thing_id", "observed__code", "sensor_id"):
        codes, devices = measured.setdefault(thing, (set(), set()))
        codes.add(observed)
        devices.add(sensor)
    shared = [
        Pole(code, name, lon or 0.0, lat or 0.0, tuple(sorted(measured[pk][0])), len(measured[pk][1]))
        for pk, code, name, lon, lat in known
        if pk in measured and len(measured[pk][1]) > 1
    ]
    spots = np.array([(lon, lat) for _, _, _, lon, lat in known], np.float64).reshape(-1, 2)
    first, second, metres = coverage.neighbours(spots[:, 0], spots[:, 1], within_m)
    nearest = np.argsort(metres, kind="stable")[:_MOST_PAIRS]
    pairs = tuple(
        Pair(
            known[a][1],
            known[b][1],
            round(away, 3),
            known[a][2],
            known[b][2],
            known[a][3] or 0.0,
            known[a][4] or 0.0,
        )
        for a, b, away in zip(
            first[nearest].tolist(), second[nearest].tolist(), metres[nearest].tolist(), strict=True
        )
    )
    bare = len(known) - len(measured)
    return Poles(len(known), tuple(shared[:_MOST_SHOWN]), bare, pairs, len(metres))
