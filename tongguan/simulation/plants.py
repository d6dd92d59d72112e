# SPDX-License-Identifier: Apache-2.0
"""Pure: the simulated city's plants: gas chambers, water districts, low points of streets, heat stations.

A plant is groups that are polled together, each with the same sensors. Given the moments (groups × k, ms)
and the faults, it says what its quantities are: arrays groups × sensors × k, without the sensors' noise.
Figures are this simulator's own, chosen so that readings look like those of a city; none is official.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from tongguan.simulation import physics
from tongguan.simulation.faults import DAY, HOUR, MINUTE, Fault, Kind

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: China keeps one time; the daily rhythm is the city's clock.
_ZONE_H: Final = 8


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a group measures: id as in ``lifeline.yaml``, unit, sensors of it, their noise, the last digit.

    ``span``: what it usually moves over; a fault of a sensor is sized by it.
    """

    name: str
    unit: str
    sensors: int
    noise: float
    step: float
    span: float = 1.0


class Plant(Protocol):
    """One kind of plant with all its groups."""

    @property
    def name(self) -> str:
        """Give its name."""
        ...

    @property
    def groups(self) -> int:
        """Give how many groups there are."""
        ...

    @property
    def period_s(self) -> int:
        """Give how often a group is polled, seconds."""
        ...

    @property
    def quantities(self) -> tuple[Quantity, ...]:
        """Give what a group measures."""
        ...

    def state(self, at: Ints, faults: Sequence[Fault], rng: np.random.Generator) -> dict[str, Floats]:
        """Give each quantity, groups × sensors × k."""
        ...


def hour_of(at: Ints) -> Floats:
    """Give the hour of the day on the city's clock, 0–24."""
    return np.asarray((at / HOUR + _ZONE_H) % 24)


def _swings(rng: np.random.Generator, groups: int) -> Floats:
    """Draw three slow swings for each group: period h, phase, share."""
    period = rng.uniform(3.0, 40.0, (groups, 3))
    return np.stack([period, rng.uniform(0, 2 * np.pi, (groups, 3)), rng.uniform(0.005, 0.02, (groups, 3))])


def _swung(swings: Floats, at: Ints) -> Floats:
    period, phase, share = swings
    hours = (at / HOUR)[..., None]
    return np.asarray(
        1 + (share[:, None] * np.sin(2 * np.pi * hours / period[:, None] + phase[:, None])).sum(-1)
    )


class Chambers:
    """Chambers beside gas pipes with a methane sensor each; drains join each to the next in its street."""

    name = "chamber"
    period_s = 30
    quantities = (Quantity("ch4_conc_lel", "%LEL", 1, 0.25, 0.1, 100.0),)
    #: Chambers of one street, joined in a row.
    street: Final = 8

    def __init__(self, rng: np.random.Generator, groups: int) -> None:
        """Draw volumes, air exchange and which of them have sewer gas of their own."""
        self.groups = groups
        self.volume = rng.uniform(2.0, 8.0, groups)
        self.exchange = rng.uniform(0.1, 0.5, groups)
        self.biogas = np.where(rng.random(groups) < 0.06, rng.uniform(2.0, 9.0, groups), 0.0)  # noqa: PLR2004
        self.phase = rng.uniform(0, 2 * np.pi, groups)

    def state(self, at: Ints, faults: Sequence[Fault], rng: np.random.Generator) -> dict[str, Floats]:
        """Give % of the lower explosive limit: own sewer gas by day, seepage by mass balance."""
        del rng
        slow = self.biogas[:, None] * (
            0.55 + 0.45 * np.sin(2 * np.pi * hour_of(at) / 24 + self.phase[:, None])
        )
        vol = slow * physics.LEL_VOL / 100
        for fault in faults:
            if fault.kind is not Kind.SEEPAGE:
                continue
            for away in range(3):
                self._seep(vol, at, fault, away)
        return {"ch4_conc_lel": physics.lel(vol)[:, None, :]}

    def _seep(self, vol: Floats, at: Ints, fault: Fault, away: int) -> None:
        """Fill a chamber, and those joined to it later and less: a fifth passes on, two minutes a chamber."""
        group = fault.group + away
        if group >= self.groups or group // self.street != fault.group // self.street:
            return
        seep, late = fault.size * 0.2**away, 2 * MINUTE * away
        volume, exchange = self.volume[group], self.exchange[group]
        hours = (at[group] - fault.begin - late) / HOUR
        lasting = (fault.end - fault.begin) / HOUR
        filled = physics.chamber_vol(seep, volume, exchange, np.minimum(hours, lasting))
        vol[group] += physics.cleared_vol(filled, exchange, hours - lasting)


class Water:
    """Metered districts of the water network: inlet flow, and pressures along the district."""

    name = "water"
    period_s = 60
    quantities = (
        Quantity("water_flow", "m3/h", 1, 0.6, 0.01, 100.0),
        Quantity("water_pressure", "MPa", 12, 0.0006, 0.0001, 0.2),
    )
    #: Metres of water to one megapascal.
    _M: Final = 101.97
    _DAILY: Final = 1.85

    def __init__(self, rng: np.random.Generator, groups: int) -> None:
        """Draw use, heads and losses; a twentieth of the water is lost in the background."""
        self.groups = groups
        self.use = rng.uniform(40.0, 130.0, groups)
        self.head = rng.uniform(40.0, 52.0, groups)
        self.along = np.sort(rng.random((groups, 12)), axis=1)
        self.loss = (2.0 + 8.0 * self.along) * rng.uniform(0.8, 1.2, (groups, 1))
        self.swings = _swings(rng, groups)
        self.boost = rng.uniform(1.0, 2.5, groups)
        self.boost_h = rng.uniform(5.0, 7.0, groups)
        self.hydrant = rng.integers(0, 2**31, groups)

    def state(self, at: Ints, faults: Sequence[Fault], rng: np.random.Generator) -> dict[str, Floats]:
        """Give flow = use + what leaves holes (orifice), pressure = head − friction of all that flows."""
        del rng
        hour = hour_of(at)
        weekend = np.where(((at // DAY + 3) % 7) >= 5, 1.08, 1.0)  # noqa: PLR2004 - 1970 began on a Thursday
        use = self.use[:, None] * physics.daily(hour) / self._DAILY * weekend * _swung(self.swings, at)
        use = use * 0.95 + 0.05 * self.use[:, None] + self._hydrants(at)
        lost = np.zeros(at.shape)
        near = np.zeros((self.groups, 12, at.shape[1]))
        for fault in faults:
            if fault.kind in {Kind.BURST, Kind.LEAK}:
                g = fault.group
                leaving = physics.orifice_m3h(fault.size, self.head[g] - 8) * self._opened(fault, at[g])
                lost[g] += leaving
                beside = np.exp(-np.abs(self.along[g] - fault.where) / 0.3)
                near[g] += 3.0 * beside[:, None] * physics.friction_m(leaving, self.use[g], 1.0)
        flow = use + lost
        boost = self.boost[:, None] * ((hour > self.boost_h[:, None]) & (hour < 23))  # noqa: PLR2004
        head = self.head[:, None] + boost
        friction = physics.friction_m(flow, self.use[:, None], 1.0)
        pressure = head[:, None] - self.loss[:, :, None] * friction[:, None] - near
        return {"water_flow": flow[:, None], "water_pressure": np.maximum(pressure, 0.0) / self._M}

    def _hydrants(self, at: Ints) -> Floats:
        """Give what street washing takes: twenty minutes once in two days, 8–20 m³/h: no burst."""
        day = at // DAY
        mixed = (self.hydrant[:, None] * 1_103_515_245 + day * 12_345 + 6_789) % 2**31
        begin = (mixed % 1440) * MINUTE
        inside = (at % DAY >= begin) & (at % DAY < begin + 20 * MINUTE) & (mixed % 2 == 0)
        return np.where(inside, 8.0 + (mixed // 1440) % 13, 0.0)

    @staticmethod
    def _opened(fault: Fault, at: Ints) -> Floats:
        """Give the hole's share: a burst is there at once, a leak grows over six hours."""
        there = (at >= fault.begin) & (at < fault.end)
        grown = 1.0 if fault.kind is Kind.BURST else np.clip((at - fault.begin) / (6 * HOUR), 0, 1)
        return np.asarray(there * grown, np.float64)


class Drains:
    """Low points of the streets: depth of standing water, level in the drain below, rain beside it."""

    name = "drain"
    period_s = 60
    quantities = (
        Quantity("ponding", "cm", 1, 0.25, 0.1, 60.0),
        Quantity("level", "m", 1, 0.008, 0.001, 2.0),
        Quantity("rain", "mm", 1, 0.0, 0.01),
    )
    #: A storm is over and drained after its length and this.
    _AFTER: Final = 4 * HOUR

    def __init__(
        self, rng: np.random.Generator, groups: int, storms: Sequence[tuple[int, int, float]]
    ) -> None:
        """Draw drains that hold 35–80 mm/h; ``storms``: begin ms, length ms, mean mm/h."""
        self.groups = groups
        self.storms = tuple(storms)
        self.capacity = rng.uniform(35.0, 80.0, groups)
        self.gather = rng.uniform(2.0, 5.0, groups)
        self.local = rng.uniform(0.7, 1.3, (groups, max(len(self.storms), 1)))

    def rain(self, at: Ints) -> Floats:
        """Give mm/h at each point."""
        fallen = np.zeros(at.shape)
        for n, (begin, lasting, mean) in enumerate(self.storms):
            fallen += mean * self.local[:, n, None] * physics.triangle(at, begin, lasting)
        return fallen

    def depth(self, at: Ints, faults: Sequence[Fault]) -> Floats:
        """Give cm of standing water: what gathers from ``gather`` times its area less what drains, stored."""
        found = np.zeros(at.shape)
        for begin, lasting, _ in self.storms:
            if at.max() < begin or at.min() > begin + lasting + self._AFTER:
                continue
            grid = np.arange(begin, begin + lasting + self._AFTER, MINUTE, dtype=np.int64)[None]
            moments = np.broadcast_to(grid, (self.groups, grid.shape[1]))
            runs = self.rain(moments) * 0.8
            drains = np.broadcast_to(self.capacity[:, None], runs.shape).copy()
            for fault in faults:
                if fault.kind is Kind.PONDING:
                    blocked = (grid[0] >= fault.begin) & (grid[0] < fault.end)
                    drains[fault.group, blocked] *= 1 - fault.size
            gathered = self.gather[:, None] / 600  # mm/h on the catchment → cm a minute in the dip
            held = physics.stored(runs * gathered, drains * gathered, np.zeros(self.groups))
            step = np.clip((at - begin) // MINUTE, 0, held.shape[1] - 1)
            inside = (at >= begin) & (at < begin + lasting + self._AFTER)
            found += np.where(inside, np.take_along_axis(held, step, axis=1), 0.0)
        return np.minimum(found, 120.0)

    def state(self, at: Ints, faults: Sequence[Fault], rng: np.random.Generator) -> dict[str, Floats]:
        """Give depth with the splash of a passing wheel now and then, drain level, rain of the minute."""
        rain, depth = self.rain(at), self.depth(at, faults)
        splash = np.where(rng.random(at.shape) < 0.0005, rng.uniform(5.0, 25.0, at.shape), 0.0)  # noqa: PLR2004
        level = 0.3 + 1.7 * np.minimum(0.8 * rain / self.capacity[:, None], 1.0)
        return {
            "ponding": (depth + splash)[:, None],
            "level": np.where(depth > 0, 2.0, level)[:, None],
            "rain": (rain / 60)[:, None],
        }


class Heat:
    """Heat stations: what goes out and comes back."""

    name = "heat"
    period_s = 300
    quantities = (
        Quantity("supply_flow", "t/h", 1, 0.4, 0.01, 50.0),
        Quantity("return_flow", "t/h", 1, 0.4, 0.01, 50.0),
        Quantity("supply_temp", "°C", 1, 0.2, 0.1, 30.0),
        Quantity("return_temp", "°C", 1, 0.2, 0.1, 30.0),
        Quantity("press", "MPa", 1, 0.002, 0.001, 0.2),
    )

    def __init__(self, rng: np.random.Generator, groups: int) -> None:
        """Draw flows and how wrong each pair of meters is (up to 0.8 %)."""
        self.groups = groups
        self.flow = rng.uniform(80.0, 220.0, groups)
        self.bias = rng.uniform(-0.008, 0.008, groups)
        self.swings = _swings(rng, groups)

    def state(self, at: Ints, faults: Sequence[Fault], rng: np.random.Generator) -> dict[str, Floats]:
        """Give flows: what does not come back has left the pipe; colder nights take more."""
        del rng
        cold = 1 + 0.08 * np.cos(2 * np.pi * (hour_of(at) - 4) / 24)
        flow = self.flow[:, None] * cold * _swung(self.swings, at)
        lost = np.zeros(at.shape)
        for fault in faults:
            if fault.kind is Kind.HEAT_LOSS:
                g = fault.group
                lost[g] += fault.size * ((at[g] >= fault.begin) & (at[g] < fault.end))
        supply = 85.0 + 6.0 * (cold - 1) / 0.08
        back = 50.0 + 2.0 * (cold - 1) / 0.08
        return {
            "supply_flow": flow[:, None],
            "return_flow": (flow * (1 + self.bias[:, None]) - lost)[:, None],
            "supply_temp": np.broadcast_to(supply, at.shape)[:, None],
            "return_temp": np.broadcast_to(back, at.shape)[:, None],
            "press": (0.6 - 0.004 * lost)[:, None],
        }
