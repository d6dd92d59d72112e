# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of leak watches: what is asked for, what is believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from tongguan.leaks.api import Caution

#: The most nodes of a watched network: the model answers for each of them, some milliseconds a state.
MOST_NODES: Final = 2_000
#: The zone whose days are judged.
LOCAL: Final = ZoneInfo("Asia/Shanghai")
#: Days that teach what is usual; leaks that run then stay unseen.
QUIET_DAYS: Final = 7
#: How cautiously leaks are told, and the evidence from which they are.
CAUTION: Final = Caution()
ENOUGH: Final = CAUTION.gain


class GaugeKind(StrEnum):
    """What a gauge tells: pressure at a node, flow in a link, a user's draw at a node, a tank's level."""

    PRESSURE = "pressure"
    INFLOW = "inflow"
    METER = "meter"
    LEVEL = "level"


#: The unit in which the model answers, by kind of gauge.
UNITS: Final[Mapping[GaugeKind, str]] = {
    GaugeKind.PRESSURE: "m[H2O]",
    GaugeKind.INFLOW: "m3/h",
    GaugeKind.METER: "m3/h",
    GaugeKind.LEVEL: "m",
}


@dataclass(frozen=True, slots=True)
class Gauge:
    """One gauge: what it tells, of which node or link of the model, by which stream (key in the register)."""

    kind: GaugeKind
    place: str
    stream: str


@dataclass(frozen=True, slots=True)
class WatchTold:
    """A network to be watched: ``model``: the text of its EPANET ``.inp``; ``nodes``: (lon, lat) by code.

    ``answers``: what the model says, packed, where it was asked before; empty: it is asked now.
    """

    code: str
    name: str
    division: str
    model: str
    gauges: tuple[Gauge, ...]
    nodes: Mapping[str, tuple[float, float]]
    answers: bytes = b""


@dataclass(frozen=True, slots=True)
class WatchInfo:
    """A watch: ``gauges``: how many by kind; ``days`` heard so far, the ``newest`` of them (None: none yet).

    ``unread``: days of which too little was read; ``standing``: leaks believed in that are not gone.
    """

    code: str
    name: str
    division: str
    gauges: Mapping[str, int]
    changed_at: datetime
    days: int
    newest: date | None
    unread: int
    standing: int


@dataclass(frozen=True, slots=True)
class LikelyPlace:
    """Where else a leak may be: ``chance`` of this very node, ``metres`` from the place believed in."""

    node: str
    lon: float
    lat: float
    chance: float
    metres: float


@dataclass(frozen=True, slots=True)
class BelievedLeak:
    """A leak believed in: where, how much (m³/h), since when, how sure; ``ended``: since when it is gone.

    ``node`` is where it is believed now, ``told_node`` where it was told last. ``mass``: probability that it
    lies within 300 m of ``node`` along the pipes, ``radius_m``: so far around it lie four fifths of the
    probability, ``others``: the next likely places, all as of ``looked_on``. ``flows``: m³/h by day as
    believed now. ``matters``: its alarms by their matter, the newest last; ``alarm`` and ``case``: the newest
    of each that the actor may see.
    """

    number: int
    node: str
    lon: float
    lat: float
    flow: float
    growing: bool
    since: date
    told_on: date
    told_node: str
    mass: float
    looked_on: date
    radius_m: float
    others: tuple[LikelyPlace, ...]
    flows: tuple[tuple[date, float], ...]
    matters: tuple[str, ...]
    ended: date | None
    alarm: UUID | None = None
    case: UUID | None = None


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a day says of one leak more.

    ``wins``: evidence, twice a log likelihood ratio; from ENOUGH on a leak is told once its place is sure.
    ``mass``: the probability within 300 m of the likeliest place.
    """

    day: date
    wins: float
    mass: float


@dataclass(frozen=True, slots=True)
class Picture:
    """What is believed once the newest day is heard."""

    leaks: tuple[BelievedLeak, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()


@dataclass(frozen=True, slots=True)
class GaugeInfo:
    """A gauge: ``place``: node or link of the model; ``stream``: its number; ``name``: whose readings.

    ``off``: by day, what it read less what the model says and less what is usual (m, m³/h); None: not read
    whole. Empty for gauges that only tell the model what runs (users' meters, levels).
    """

    kind: GaugeKind
    place: str
    stream: int
    name: str
    unit: str
    off: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class CourseInfo:
    """The newest days of a watch: which were ``read`` whole, evidence by day, what gauges were off."""

    days: tuple[date, ...]
    read: tuple[bool, ...]
    suspicions: tuple[Suspicion | None, ...]
    gauges: tuple[GaugeInfo, ...]
