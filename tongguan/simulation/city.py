# SPDX-License-Identifier: Apache-2.0
"""Pure: a city's sensors at mixed rates, with faults put in and known: drives demo, drills and measurement.

Everything is drawn from one seed; a window of time gives the same readings whenever and wherever it is
asked for, so a drill can be replayed and two processes can share the work. At scale 1 it is S5: 51 bridges,
2,200 km of pipes, 85,000 sensors. 演示与演练用，全部为仿真数据。
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame
from tongguan.simulation import plants, structures
from tongguan.simulation.faults import DAY, HOUR, MINUTE, SENSOR, Fault, Kind
from tongguan.simulation.plants import Floats, Ints, Plant, Quantity

#: Windows in which readings are drawn.
WINDOW: Final = 10 * MINUTE
#: Groups of a city of full size; together 85,000 sensors.
FULL: Final = {
    "chamber": 30_000,
    "water": 1_000,
    "drain": 1_700,
    "heat": 1_200,
    "bridge": 51,
    "gallery": 500,
    "home": 25_646,
}
#: Pipes of a city of full size, km.
PIPES_KM: Final = 2_200.0
_LEAST: Final = {"chamber": 16, "water": 3, "drain": 6, "heat": 3, "bridge": 2, "gallery": 2, "home": 10}


@dataclass(frozen=True, slots=True)
class Block:
    """Sensors of one quantity of one plant: streams ``first + group × sensors + n``."""

    plant: str
    quantity: Quantity
    first: int
    groups: int
    period_s: int

    @property
    def count(self) -> int:
        """Give the number of its sensors."""
        return self.groups * self.quantity.sensors

    def streams(self, group: int) -> range:
        """Give the streams of one group."""
        begin = self.first + group * self.quantity.sensors
        return range(begin, begin + self.quantity.sensors)


class City:
    """A simulated city; streams are numbered from 0."""

    def __init__(self, seed: int, scale: float = 1.0, days: int = 30, begin: int = 0) -> None:
        """Draw the city and its storms (one a day) over ``days`` from ``begin`` (ms)."""
        rng = np.random.default_rng([seed, 1])
        self.seed, self.begin = seed, begin
        self.groups = {name: max(_LEAST[name], round(full * scale)) for name, full in FULL.items()}
        storms = [
            (
                begin + int(rng.integers(0, max(days, 1) * DAY)),
                int(rng.integers(60, 240)) * MINUTE,
                float(rng.uniform(8.0, 45.0)),
            )
            for _ in range(max(1, days))
        ]
        size = self.groups
        chambers, water = plants.Chambers(rng, size["chamber"]), plants.Water(rng, size["water"])
        self.drains = plants.Drains(rng, size["drain"], storms)
        self.plants: tuple[Plant, ...] = (
            chambers,
            water,
            self.drains,
            plants.Heat(rng, size["heat"]),
            structures.Bridges(rng, size["bridge"]),
            structures.Galleries(rng, size["gallery"]),
            structures.Homes(size["home"]),
        )
        self.storms = storms
        self.blocks: tuple[Block, ...] = tuple(self._blocks())
        self._phase = {p.name: rng.integers(0, p.period_s * 1000, p.groups) for p in self.plants}

    def _blocks(self) -> Iterator[Block]:
        first = 0
        for plant in self.plants:
            for quantity in plant.quantities:
                block = Block(plant.name, quantity, first, plant.groups, plant.period_s)
                yield block
                first += block.count

    @property
    def sensors(self) -> int:
        """Give the number of sensors."""
        return self.blocks[-1].first + self.blocks[-1].count

    def block(self, plant: str, quantity: str) -> Block:
        """Give the sensors of a quantity of a plant. Raises KeyError when there are none."""
        for block in self.blocks:
            if block.plant == plant and block.quantity.name == quantity:
                return block
        raise KeyError((plant, quantity))

    def frames(
        self, begin: int, end: int, faults: Sequence[Fault] = (), only: frozenset[str] = frozenset()
    ) -> Iterator[Frame]:
        """Yield readings window by window over [begin, end), ordered by time; ``only``: these plants."""
        for number in range(begin // WINDOW, -(-end // WINDOW)):
            felt = [f for f in faults if f.overlaps(number * WINDOW - DAY, (number + 1) * WINDOW)]
            parts = [
                self._window(n, number, felt)
                for n, plant in enumerate(self.plants)
                if not only or plant.name in only
            ]
            whole = Frame.joined([part for made in parts for part in made])
            if number * WINDOW < begin or (number + 1) * WINDOW > end:
                whole = whole.taken((whole.at >= begin) & (whole.at < end))
            yield whole.taken(np.argsort(whole.at, kind="stable"))

    def truth(self, faults: Sequence[Fault], begin: int, end: int, ponding_cm: float) -> list[Fault]:
        """Give what an alarm ought to say: the faults, but of water in the street what really stood there.

        A blocked drain matters only when it rains, and a storm floods a drain that is clear: so ponding is
        taken from the simulated depth, where it stands above ``ponding_cm`` for five minutes or more.
        """
        drains = self.drains
        found = [f for f in faults if f.kind is not Kind.PONDING]
        for start, lasting, _ in drains.storms:
            grid = np.arange(max(start, begin), min(start + lasting + 4 * HOUR, end), MINUTE, dtype=np.int64)
            if not len(grid):
                continue
            depth = drains.depth(np.broadcast_to(grid, (drains.groups, len(grid))), faults)
            for group in np.flatnonzero((depth > ponding_cm).any(1)):
                above = np.flatnonzero(depth[group] > ponding_cm)
                if above[-1] - above[0] >= _STOOD:
                    found.append(
                        Fault(
                            Kind.PONDING, "drain", int(group), int(grid[above[0]]), int(grid[above[-1]]), 0.0
                        )
                    )
        return sorted(found, key=lambda fault: fault.begin)

    def moments(self, plant: Plant, number: int) -> Ints:
        """Give when the groups of a plant are polled in a window, groups × k, ms."""
        period = plant.period_s * 1000
        ticks = np.arange(WINDOW // period, dtype=np.int64) * period + number * WINDOW
        return np.asarray(ticks[None] + self._phase[plant.name][:, None])

    def _window(self, which: int, number: int, faults: Sequence[Fault]) -> Iterator[Frame]:
        plant = self.plants[which]
        own = [f for f in faults if f.plant == plant.name]
        at = self.moments(plant, number)
        drawn = self._drawn(which, number, own)
        replayed = [f for f in own if f.kind is Kind.REPLAY and f.overlaps(int(at.min()), int(at.max()) + 1)]
        earlier: dict[int, dict[str, Floats]] = {}
        for fault in replayed:
            back = _lag(fault)
            if back not in earlier:
                earlier[back] = self._drawn(which, number - back, own)
        broken = [f for f in own if f.kind in SENSOR]
        blocks = [b for b in self.blocks if b.plant == plant.name]
        for block in blocks:
            value = drawn[block.quantity.name]
            for fault in replayed:
                there = (at[fault.group] >= fault.begin) & (at[fault.group] < fault.end)
                value[fault.group][:, there] = earlier[_lag(fault)][block.quantity.name][fault.group][
                    :, there
                ]
            kept = np.ones(value.shape, np.bool_)
            for fault in broken:
                self._broken(plant, block, fault, (at, value, kept))
            yield _frame(block, at, value, kept)

    def _drawn(self, which: int, number: int, faults: Sequence[Fault]) -> dict[str, Floats]:
        """Give what the sensors of a plant read in a window before anything is wrong with them."""
        plant = self.plants[which]
        rng = np.random.default_rng([self.seed, 2, which, number % 2**31])
        state = plant.state(self.moments(plant, number), faults, rng)
        read = {}
        for quantity in plant.quantities:
            value = state[quantity.name]
            noisy = value + quantity.noise * rng.standard_normal(value.shape) if quantity.noise else value
            floor = -np.inf if quantity.name in _SIGNED else 0.0
            read[quantity.name] = np.maximum(np.round(noisy / quantity.step) * quantity.step, floor)
        return read

    def _broken(
        self, plant: Plant, block: Block, fault: Fault, columns: tuple[Ints, Floats, NDArray[np.bool_]]
    ) -> None:
        """Spoil the sensor that a fault means (``spoiled``)."""
        at, value, kept = columns
        quantity, sensor = spoiled(plant, fault)
        if quantity != block.quantity.name:
            return
        g = fault.group
        there = (at[g] >= fault.begin) & (at[g] < fault.end)
        if not there.any():
            return
        row = value[g, sensor]
        if fault.kind is Kind.STUCK:
            row[there] = self._at_begin(plant, fault, quantity, sensor)
        elif fault.kind is Kind.DRIFT:
            row[there] += fault.size * block.quantity.span * (at[g][there] - fault.begin) / HOUR
        elif fault.kind is Kind.SPIKES:
            rng = np.random.default_rng([self.seed, 3, g, int(at[g, 0]) % 2**31])
            hit = there & (rng.random(len(row)) < _SPIKES)
            row[hit] += fault.size * block.quantity.span * rng.choice([-1.0, 1.0], int(hit.sum()))
        else:
            kept[g, sensor, there] = False
        if quantity not in _SIGNED:
            np.maximum(row, 0.0, out=row)

    def _at_begin(self, plant: Plant, fault: Fault, quantity: str, sensor: int) -> float:
        number = fault.begin // WINDOW
        read = self._drawn(self.plants.index(plant), number, ())
        at = self.moments(plant, number)[fault.group]
        return float(read[quantity][fault.group, sensor, int(np.abs(at - fault.begin).argmin())])


#: Quantities that may be below zero.
_SIGNED: Final = frozenset({"strain", "deflection", "temp", "supply_temp", "return_temp"})
#: One reading in so many of a spiking sensor is a spike.
_SPIKES: Final = 0.1
#: Water that stands fewer minutes is no matter.
_STOOD: Final = 5


def _lag(fault: Fault) -> int:
    """Give how many windows a replay goes back: one or two days."""
    return int(fault.size) * (DAY // WINDOW)


#: Quantities whose drift can show: there are neighbours, or a balance, or a level that ought to stay.
_DRIFTS: Final = frozenset({"ch4_conc_lel", "water_pressure", "supply_flow", "return_flow"})
#: Quantities that stand still by themselves, or jump by themselves: no stuck, no spiking sensor can be told.
_STILL, _JUMPY = frozenset({"rain"}), frozenset({"rain", "level", "supply_temp", "return_temp", "press"})


def spoiled(plant: Plant, fault: Fault) -> tuple[str, int]:
    """Give which quantity and which sensor of the group a sensor's fault means."""
    may = {
        Kind.DRIFT: lambda n: n in _DRIFTS,
        Kind.STUCK: lambda n: n not in _STILL,
        Kind.SPIKES: lambda n: n not in _JUMPY,
    }
    chosen = [q for q in plant.quantities if may.get(fault.kind, bool)(q.name)] or list(plant.quantities)
    flat = [(q.name, n) for q in chosen for n in range(q.sensors)]
    return flat[min(int(fault.where * len(flat)), len(flat) - 1)]


def _frame(block: Block, at: Ints, value: Floats, kept: NDArray[np.bool_]) -> Frame:
    groups, sensors, k = value.shape
    stream = block.first + np.arange(groups * sensors, dtype=np.int64)
    when = np.broadcast_to(at[:, None, :], value.shape)
    frame = Frame(
        np.repeat(stream, k), when.ravel(), value.ravel(), np.zeros(groups * sensors * k, np.uint16)
    )
    return frame if kept.all() else frame.taken(kept.ravel())
