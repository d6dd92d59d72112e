# SPDX-License-Identifier: Apache-2.0
"""The demo city's lifelines: things in the register, a water network, rules in force. All simulated."""

from collections.abc import Sequence

from tongguan.catalog import queries as catalog
from tongguan.industry.lifeline import demonstration
from tongguan.industry.lifeline.drills import DrillRule, rules
from tongguan.industry.lifeline.labels import NetworkKind
from tongguan.industry.lifeline.models import Network
from tongguan.industry.lifeline.network import EdgeRow, NodeRow
from tongguan.industry.lifeline.sources import Drawn
from tongguan.industry.lifeline.storing import stored
from tongguan.kernel import clock
from tongguan.kernel.geometry import distance_m
from tongguan.people.contracts import PLATFORM
from tongguan.sensors import api as sensors
from tongguan.simulation.faults import TITLES, Kind
from tongguan.watch import api as watch
from tongguan.watch.contracts import Confidence, Draft, Group, Scope, Setting

#: The network whose presence says: this is a demo city.
NETWORK = "YS-GS"
SOURCE = "演示：仿真城市自设的工程取值，不是任何标准的限值"
WHY = "演示：以仿真城市的故障演练试算后启用"
_UNITS = {"gas": "燃气", "water": "供水", "drainage": "排水", "heating": "热力", "bridge": "桥梁"}
#: As which item of the catalogue a fault becomes a case; a sensor's own fault is filed by a person.
_ITEMS = {
    Kind.SEEPAGE: "燃气管道破裂", Kind.BURST: "供水管道破裂", Kind.LEAK: "供水管道破裂",
    Kind.PONDING: "道路积水", Kind.HEAT_LOSS: "热力管道破裂",
}  # fmt: skip


def seed_lifelines(division: str, spots: Sequence[tuple[float, float]]) -> int:
    """Register the simulated things at ``spots`` (WGS-84) and put the demo's rules in force.

    Gives the number of streams. Needs the register's properties and the places of the division.
    """
    city = demonstration.city_at(int(clock.now().timestamp() * 1000))
    rows = list(demonstration.shown(city, spots))
    sensors.declare(PLATFORM, demonstration.declarations(rows), source="演示")
    _network(division, rows)
    items = {item.name.removesuffix("（自定义）"): item.code for item in catalog.items_table()}
    for rule in rules():
        _in_force(division, rule, items.get(_ITEMS.get(rule.kind, ""), ""))
    return len(rows)


def _network(division: str, rows: Sequence[demonstration.Shown]) -> None:
    """Lay a main along the districts, a valve between each two, and a source at its head."""
    districts = {r.row["thing"]: r.row for r in rows if r.row["kind"] == demonstration.PLANTS["water"][2]}
    drawn = Drawn("WGS84")
    first = next(iter(districts.values()))
    nodes = [NodeRow("水厂", "source", float(first["lon"]) - 0.004, float(first["lat"]))]
    for n, (thing, row) in enumerate(districts.items(), 1):
        lon, lat = float(row["lon"]), float(row["lat"])
        nodes += [NodeRow(f"阀{n}", "valve", lon - 0.0008, lat), NodeRow(f"分区{n}", "junction", lon, lat)]
        nodes.append(NodeRow(f"用户{n}", "user", lon + 0.0008, lat, 0.0, f"{demonstration.MARK}小区{n}"))
        drawn.things[f"分区{n}"] = thing
    at = {node.code: node for node in nodes}
    runs: list[tuple[str, str]] = []
    before = "水厂"
    for n in range(1, len(districts) + 1):
        runs += [(before, f"阀{n}"), (f"阀{n}", f"分区{n}"), (f"分区{n}", f"用户{n}")]
        before = f"分区{n}"
    drawn.nodes = nodes
    for n, (a, b) in enumerate(runs, 1):
        metres = float(distance_m(at[a].lon, at[a].lat, at[b].lon, at[b].lat))
        drawn.edges.append(EdgeRow(f"管{n}", "pipe", a, b, metres, 300.0))
    network, _ = Network.objects.update_or_create(
        code=NETWORK,
        defaults={
            "name": f"{demonstration.MARK}供水主干",
            "kind": NetworkKind.WATER,
            "division": division,
            "crs": "WGS84",
            "file_name": "仿真",
            "fingerprint": "",
            "changed_at": clock.now(),
        },
    )
    stored(network, drawn)


def _in_force(division: str, rule: DrillRule, item_code: str) -> None:
    city = demonstration.city_at(int(clock.now().timestamp() * 1000))
    grouped = bool(rule.over.parts) or rule.detector == "sensor_drift"
    scope = Scope(by="stream", observed=demonstration.observed_of(rule), kinds=_kinds(rule))
    if grouped:
        made = demonstration.groups_of(city, rule)
        scope = Scope(by="group", groups=tuple(Group(name, tuple(keys)) for name, keys in made))
    family = demonstration.PLANTS[rule.over.plant][3]
    draft = Draft(
        code=f"demo.{rule.code}",
        zh=f"{demonstration.MARK}{_UNITS[family]}·{TITLES[rule.kind]}",
        detector=rule.detector,
        settings={name: Setting(v, SOURCE, Confidence.OWN) for name, v in rule.settings.items()},
        scope=scope,
        division=division,
        family=family,
        item_code=item_code,
        source=SOURCE,
        reason=WHY,
    )
    written = watch.draft(PLATFORM, draft)
    watch.rehearsed(written.code, written.version, {"note": WHY})
    watch.switch_on(PLATFORM, written.code, written.version, WHY)


def _kinds(rule: DrillRule) -> tuple[str, ...]:
    return (demonstration.PLANTS[rule.over.plant][2],)
