# SPDX-License-Identifier: Apache-2.0
"""Pure: a few dozen things of the simulated city as a demo city shows them, and the faults it lives through.

演示数据，全部为仿真；名称均以“演示·”开头。Limits are the simulated city's own (``packs/simulated.yaml``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from tongguan.industry.lifeline.drills import DrillRule
from tongguan.sensors.contracts import Declaration
from tongguan.simulation.city import Block, City
from tongguan.simulation.faults import DAY, HOUR, MINUTE, Fault, Kind

#: The whole demo city grows from this; thirty days of weather come again and again.
SEED: Final = 2026
DAYS: Final = 30
MARK: Final = "演示·"
#: What a group of each plant is called, the prefix of its code, its kind of thing, its family of properties.
PLANTS: Final = {
    "chamber": ("燃气相邻井室", "YS-RQ", "井室", "gas"),
    "water": ("供水分区", "YS-GS", "供水分区", "water"),
    "drain": ("道路低点", "YS-PS", "低洼点", "drainage"),
    "heat": ("换热站", "YS-RL", "换热站", "heating"),
    "bridge": ("桥梁", "YS-QL", "桥梁", "bridge"),
    "gallery": ("管廊舱段", "YS-GL", "管廊", "tunnel"),
    "home": ("用户燃气报警器", "YS-YH", "住户", "gas"),
}
#: Where the simulator's quantity is one of two channels of a shipped property.
_CHANNELS: Final = {"supply_flow": ("flow", "supply"), "return_flow": ("flow", "return")}
#: One thing goes wrong every two hours, each in turn: kind, plant, size, how long.
TURNS: Final = (
    (Kind.SEEPAGE, "chamber", 2.0, 40 * MINUTE),
    (Kind.SPIKES, "chamber", 0.6, HOUR),
    (Kind.BURST, "water", 0.06, HOUR),
    (Kind.OVERLOAD, "bridge", 95.0, 40_000),
    (Kind.HEAT_LOSS, "heat", 9.0, 90 * MINUTE),
    (Kind.STUCK, "water", 0.0, 90 * MINUTE),
)
TURN: Final = 2 * HOUR


@dataclass(frozen=True, slots=True)
class Shown:
    """One stream of the demo city: its key in the register, and the row that declares it."""

    key: str
    row: dict[str, str]


def city_at(at: int) -> City:
    """Give the demo city at a moment (ms): the same plants always, the weather of its month."""
    return _city(at // (DAYS * DAY))


@cache
def _city(month: int) -> City:
    return City(SEED, 0.0, DAYS, month * DAYS * DAY)


def faults_around(at: int) -> list[Fault]:
    """Give what is wrong around a moment (ms): the turn's own fault and those of the day before."""
    groups = city_at(at).groups
    found = []
    for number in range(at // TURN - DAY // TURN, at // TURN + 2):
        kind, plant, size, lasting = TURNS[number % len(TURNS)]
        begin = number * TURN + 20 * MINUTE
        group = number // len(TURNS) % groups[plant]
        found.append(Fault(kind, plant, group, begin, begin + lasting, size, (number * 0.37) % 1))
    return found


def shown(city: City, spots: Sequence[tuple[float, float]]) -> Iterator[Shown]:
    """Give every stream of a city in the order of its numbers; groups stand at ``spots`` in turn."""
    for block in city.blocks:
        for group in range(block.groups):
            place = spots[(_first_group(city, block) + group) % len(spots)]
            for sensor in range(block.quantity.sensors):
                yield _shown(block, group, sensor, place)


def _first_group(city: City, block: Block) -> int:
    before = [plant.groups for plant in city.plants]
    return sum(before[: [plant.name for plant in city.plants].index(block.plant)])


def _shown(block: Block, group: int, sensor: int, place: tuple[float, float]) -> Shown:
    key = key_of(block, group, sensor)
    title, prefix, kind, _ = PLANTS[block.plant]
    parts = key.split("/")
    row = {
        "thing": f"{prefix}-{group + 1}",
        "thing_name": f"{MARK}{title}{group + 1}",
        "kind": kind,
        "lon": f"{place[0]:.6f}",
        "lat": f"{place[1]:.6f}",
        "observed": parts[1],
        "channel": parts[2] if len(parts) > 2 else "",  # noqa: PLR2004
        "every": str(block.period_s),
    }
    return Shown(key, row)


def key_of(block: Block, group: int, sensor: int) -> str:
    """Give the key of a stream in the register: thing / property, with a channel where there are several."""
    _, prefix, _, family = PLANTS[block.plant]
    observed, channel = _CHANNELS.get(block.quantity.name, (block.quantity.name, ""))
    if not channel and block.quantity.sensors > 1:
        channel = str(sensor + 1)
    key = f"{prefix}-{group + 1}/{family}.{observed}"
    return f"{key}/{channel}" if channel else key


def declarations(rows: Sequence[Shown]) -> list[Declaration]:
    """Give the rows as the register takes them."""
    return [Declaration(n, one.row) for n, one in enumerate(rows, 1)]


def groups_of(city: City, rule: DrillRule) -> list[tuple[str, list[str]]]:
    """Give the named groups a grouped rule judges, by the keys of their streams."""
    over, found = rule.over, []
    title, prefix, _, _ = PLANTS[over.plant]
    blocks = {name: city.block(over.plant, name) for name in (*over.each, *over.parts)}
    plant = next(p for p in city.plants if p.name == over.plant)
    for group in range(plant.groups):
        for lane in range(over.lanes if over.parts else 0):
            keys = [k for name in over.parts for k in _lane(blocks[name], group, lane, over.lanes)]
            name = f"{MARK}{title}{group + 1}" + (f"车道{lane + 1}" if over.lanes > 1 else "")
            found.append((name, keys))
        for quantity in over.each:
            keys = [key_of(blocks[quantity], group, n) for n in range(blocks[quantity].quantity.sensors)]
            for n, key in enumerate(keys):
                near = sorted(range(len(keys)), key=lambda other, n=n: abs(other - n))[: over.beside + 1]  # type: ignore[misc]
                found.append((f"{prefix}-{group + 1}·{quantity}·{n + 1}", [keys[k] for k in near] or [key]))
    return found


def _lane(block: Block, group: int, lane: int, lanes: int) -> list[str]:
    width = block.quantity.sensors // lanes
    return [key_of(block, group, n) for n in range(lane * width, (lane + 1) * width)]


def observed_of(rule: DrillRule) -> tuple[str, ...]:
    """Give the observed properties a rule over single streams watches."""
    family = PLANTS[rule.over.plant][3]
    return tuple(dict.fromkeys(f"{family}.{_CHANNELS.get(name, (name, ''))[0]}" for name in rule.over.each))
