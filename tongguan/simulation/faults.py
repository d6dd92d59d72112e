# SPDX-License-Identifier: Apache-2.0
"""Pure: what goes wrong in the simulated city, and when: the truth against which alarms are counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


class Kind(StrEnum):
    """Kinds of fault; the value is also the kind of the alarm that should follow."""

    SEEPAGE = "gas_seepage"
    BURST = "burst"
    LEAK = "leak"
    PONDING = "ponding"
    OVERLOAD = "overload"
    SETTLEMENT = "settlement"
    HEAT_LOSS = "heat_loss"
    STUCK = "stuck"
    DRIFT = "drift"
    SPIKES = "spikes"
    DROPOUT = "dropout"
    REPLAY = "scada_replay"


#: In an official's words.
TITLES: Final[Mapping[Kind, str]] = {
    Kind.SEEPAGE: "燃气渗入井室",
    Kind.BURST: "爆管",
    Kind.LEAK: "漏损",
    Kind.PONDING: "积水",
    Kind.OVERLOAD: "桥梁超载",
    Kind.SETTLEMENT: "沉降突变",
    Kind.HEAT_LOSS: "热网失水",
    Kind.STUCK: "传感器卡滞",
    Kind.DRIFT: "传感器漂移",
    Kind.SPIKES: "传感器毛刺",
    Kind.DROPOUT: "传感器失联",
    Kind.REPLAY: "SCADA 数据重放",
}

#: Faults of one sensor, not of the world.
SENSOR: Final = frozenset({Kind.STUCK, Kind.DRIFT, Kind.SPIKES, Kind.DROPOUT})


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: of which plant, which group of it (chamber, district, bridge…), from when till when (ms).

    ``size`` by kind: seepage m³/h of gas; burst and leak the hole's diameter, m; ponding the share of the
    drain that is blocked; overload the vehicle, t; settlement mm; heat loss t/h; drift the share of the
    quantity's span an hour; spikes the height as a share of it; replay the days it goes back.
    ``where``: which sensor of the group, or the place along it (0–1).
    """

    kind: Kind
    plant: str
    group: int
    begin: int
    end: int
    size: float
    where: float = 0.0

    def overlaps(self, begin: int, end: int) -> bool:
        """Tell whether it is felt within [begin, end); a chamber stays full for a while."""
        tail = 6 * HOUR if self.kind is Kind.SEEPAGE else 0
        return self.begin < end and begin < self.end + tail


@dataclass(frozen=True, slots=True)
class Habit:
    """How a kind of fault comes: on which plant, how big (range), how long (range, ms), how many a day.

    ``a_day`` is for a city of full size; it is scaled with the city.
    """

    kind: Kind
    plant: str
    size: tuple[float, float]
    lasting: tuple[int, int]
    a_day: float


#: The simulator's own habits: how much of everything a drill wants to see, not how often it happens in life.
HABITS: Final[Sequence[Habit]] = (
    Habit(Kind.SEEPAGE, "chamber", (0.5, 6.0), (30 * MINUTE, 3 * HOUR), 300),
    Habit(Kind.BURST, "water", (0.045, 0.09), (2 * HOUR, 6 * HOUR), 120),
    Habit(Kind.LEAK, "water", (0.012, 0.022), (3 * DAY, 5 * DAY), 40),
    Habit(Kind.PONDING, "drain", (0.7, 0.95), (6 * HOUR, 24 * HOUR), 100),
    Habit(Kind.OVERLOAD, "bridge", (70.0, 120.0), (20_000, 40_000), 300),
    Habit(Kind.SETTLEMENT, "bridge", (4.0, 12.0), (2 * DAY, 4 * DAY), 10),
    Habit(Kind.HEAT_LOSS, "heat", (4.0, 15.0), (4 * HOUR, 12 * HOUR), 100),
    Habit(Kind.REPLAY, "water", (1.0, 2.0), (3 * HOUR, 8 * HOUR), 60),
    *(
        Habit(kind, plant, size, lasting, 30)
        for plant in ("chamber", "water", "drain", "heat")
        for kind, size, lasting in (
            (Kind.STUCK, (0.0, 0.0), (6 * HOUR, 24 * HOUR)),
            (Kind.DRIFT, (0.01, 0.02), (16 * HOUR, 30 * HOUR)),
            (Kind.SPIKES, (0.4, 0.8), (3 * HOUR, 12 * HOUR)),
            (Kind.DROPOUT, (0.0, 0.0), (HOUR, 6 * HOUR)),
        )
    ),
)


def drawn(
    rng: np.random.Generator,
    groups: Mapping[str, int],
    span: tuple[int, int],
    scale: float,
    habits: Sequence[Habit] = HABITS,
) -> list[Fault]:
    """Draw faults over a span (ms); no two at once in one group, so that each alarm has one cause.

    ``groups``: how many groups each plant has. A habit comes ``a_day × scale`` times a day, at least once.
    """
    begin, end = span
    days = (end - begin) / DAY
    taken: dict[tuple[str, int, bool], list[tuple[int, int]]] = {}
    found: list[Fault] = []
    for habit in habits:
        for _ in range(max(1, int(rng.poisson(habit.a_day * scale * days)))):
            fault = _one(rng, habit, groups[habit.plant], (begin, end))
            passing = fault.kind is Kind.OVERLOAD
            near = taken.setdefault((fault.plant, fault.group, passing), [])
            around = (fault.begin - 8 * HOUR, fault.end + 8 * HOUR)
            if passing:
                around = (fault.begin - 10 * MINUTE, fault.end + 10 * MINUTE)
            if all(around[1] <= b or e <= around[0] for b, e in near):
                near.append((fault.begin, fault.end))
                found.append(fault)
    return sorted(found, key=lambda fault: fault.begin)


def _one(rng: np.random.Generator, habit: Habit, groups: int, span: tuple[int, int]) -> Fault:
    low, high = habit.lasting
    lasting = int(rng.integers(low, high + 1))
    room = max(span[1] - span[0] - min(lasting, DAY // 2), 1)
    begin = span[0] + int(rng.integers(0, room))
    size = float(rng.uniform(*habit.size))
    # A gas sensor that reads nothing cannot be seen to drift further down.
    if habit.kind is Kind.DRIFT and habit.plant != "chamber" and rng.random() < _DOWN:
        size = -size
    return Fault(
        habit.kind,
        habit.plant,
        int(rng.integers(groups)),
        begin,
        min(begin + lasting, span[1]),
        size,
        float(rng.random()),
    )


#: Half of the other drifts go down.
_DOWN: Final = 0.5
