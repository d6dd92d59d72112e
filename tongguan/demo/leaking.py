# SPDX-License-Identifier: Apache-2.0
"""A water network of the demo city that is watched for leaks: simulated beforehand, judged by the real watch.

The file is made by ``bench/pack_leaks.py``: the network's EPANET model under the city's own roads, what that
model says of leaks at its gauges, forty days that the gauges read while some pipes leaked, and those days
against the model. So a demo city needs no WNTR, and asks no model while it is prepared.
"""

import csv
import io
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongguan.alarms import api as alarms
from tongguan.catalog import queries as catalog
from tongguan.demo.counted import MARK, SOURCE
from tongguan.demo.staff import Staff
from tongguan.industry.lifeline import api as lifelines
from tongguan.industry.lifeline.sources import Reading
from tongguan.kernel import clock
from tongguan.kernel.frames import Frame, Quality
from tongguan.leakage import api as leakage
from tongguan.leakage import queries as watches
from tongguan.leakage.contracts import LOCAL, Gauge, GaugeKind, WatchTold
from tongguan.people.contracts import PLATFORM, Post
from tongguan.places import queries as places
from tongguan.places.seed import CITY
from tongguan.sensing import api as sensing
from tongguan.sensing import queries as readings
from tongguan.sensors import api as sensors
from tongguan.sensors import queries as register
from tongguan.sensors.contracts import Declaration

FILE: Final = Path(__file__).parent / "leaking.npz"
CODE: Final = "YS-LS"
NAME: Final = f"{MARK}城区供水"
#: Kind of thing and observed property of each kind of gauge.
MEASURES: Final = {
    GaugeKind.PRESSURE: ("测压点", "water.water_pressure"),
    GaugeKind.INFLOW: ("流量计", "water.water_flow"),
}
#: Steps in which readings are kept in the file, by kind: MPa, m³/h.
STEPS: Final = {GaugeKind.PRESSURE: 0.00001, GaugeKind.INFLOW: 0.01}
_HOUR: Final = 3_600_000
#: Digits of a district's code.
_DISTRICT: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class Pack:
    """What the file holds: ``network``: CSV; ``gauges``: kind and place; ``readings``: hours × gauges."""

    model: str
    network: str
    gauges: tuple[tuple[GaugeKind, str], ...]
    answers: bytes
    residuals: list[list[float]]
    readings: NDArray[np.float64]

    def nodes(self) -> dict[str, tuple[float, float]]:
        """Give where nodes are: longitude, latitude by code."""
        rows = csv.DictReader(io.StringIO(self.network))
        return {row["编号"]: (float(row["经度"]), float(row["纬度"])) for row in rows if not row["起点"]}

    def keys(self) -> list[str]:
        """Give the keys of the gauges' streams in the register."""
        return [f"{CODE}-{n}/{MEASURES[kind][1]}" for n, (kind, _) in enumerate(self.gauges, 1)]


@cache
def pack() -> Pack:
    """Give what is shipped."""
    with np.load(FILE, allow_pickle=False) as kept:
        gauges = tuple((GaugeKind(kind), place) for kind, place in kept["gauges"].tolist())
        steps = np.array([STEPS[kind] for kind, _ in gauges])
        return Pack(
            bytes(kept["model"]).decode(), bytes(kept["network"]).decode(), gauges, bytes(kept["answers"]),
            kept["residuals"].astype(np.float64).tolist(), np.cumsum(kept["readings"], axis=0) * steps,
        )  # fmt: skip


def seed_leaks(staff: Staff) -> int:
    """Lay the network, register its gauges, watch it and hear its days up to yesterday; give how many days.

    The gauges' readings come when the engine runs.
    """
    shipped = pack()
    items = {item.name.removesuffix("（自定义）"): item.code for item in catalog.items_table()}
    nodes = shipped.nodes()
    middle = np.mean(list(nodes.values()), axis=0)
    division = str(places.locate(middle[:1], middle[1:]).grid[0])[:_DISTRICT]
    with TemporaryDirectory() as folder:
        file = Path(folder) / "network.csv"
        file.write_text(shipped.network, encoding="utf-8")
        words = {"code": CODE, "name": NAME, "kind": "water", "division": division}
        lifelines.import_network(PLATFORM, file, **words, reading=Reading("WGS84"))
    sensors.declare(PLATFORM, _declarations(shipped, nodes), source=SOURCE)
    gauges = zip(shipped.gauges, shipped.keys(), strict=True)
    told = tuple(Gauge(kind, place, key) for (kind, place), key in gauges)
    item = items.get("供水管道破裂", "")
    chief = staff.at_centre(Post.DUTY_CHIEF, CITY)
    alarms.set_terms(chief, "water.leak", tells_from=3, minutes={}, source=SOURCE, item_code=item)
    leakage.begin(PLATFORM, WatchTold(CODE, NAME, division, shipped.model, told, nodes, shipped.answers))
    days = len(shipped.residuals)
    today = clock.now().astimezone(LOCAL).date()
    leakage.heard(PLATFORM, CODE, today - timedelta(days=days), [list(one) for one in shipped.residuals])
    return days


def _declarations(shipped: Pack, nodes: dict[str, tuple[float, float]]) -> list[Declaration]:
    rows = []
    head = next(iter(nodes.values()))
    for n, (kind, place) in enumerate(shipped.gauges, 1):
        lon, lat = nodes.get(place, head)  # the inflow is read where the water comes in
        title, observed = MEASURES[kind]
        rows.append(
            Declaration(n, {
                "thing": f"{CODE}-{n}", "thing_name": f"{MARK}{title} {place}", "kind": title,
                "lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "observed": observed,
            })
        )  # fmt: skip
    return rows


def read_past() -> int:
    """Take what the gauges read on the days that were judged, once; give how many readings.

    0 where it is no demo city, or they were taken. Raises Unavailable when the owner of readings is away.
    """
    shipped = pack()
    keys = shipped.keys()
    known = register.datastreams_by_key(keys)
    if len(known) < len(keys):
        return 0
    numbers = np.array([known[key].id for key in keys], np.int64)
    if readings.latest(numbers).at.max(initial=0):
        return 0
    first = watches.course(CODE, PLATFORM, len(shipped.residuals)).days[0]
    begin = int(datetime.combine(first, time(), LOCAL).timestamp() * 1000) + _HOUR // 2
    hours, gauges = shipped.readings.shape
    at = np.repeat(begin + np.arange(hours, dtype=np.int64) * _HOUR, gauges)
    filled = np.full(len(at), Quality.BACKFILLED, np.uint16)
    sensing.take(Frame(np.tile(numbers, hours), at, shipped.readings.ravel(), filled))
    return len(at)
