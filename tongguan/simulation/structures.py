# SPDX-License-Identifier: Apache-2.0
"""Pure: the simulated city's bridges, galleries and households; see ``plants``."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from tongguan.simulation.faults import HOUR, Fault, Kind
from tongguan.simulation.plants import Floats, Ints, Quantity, hour_of


class Bridges:
    """Bridges with weigh-in-motion, strain, deflection and temperature; two lanes."""

    name = "bridge"
    period_s = 10
    quantities = (
        Quantity("vehicle_weight", "t", 2, 0.3, 0.1),
        Quantity("strain", "με", 40, 1.0, 0.1),
        Quantity("deflection", "mm", 10, 0.35, 0.01),
        Quantity("temp", "°C", 2, 0.1, 0.1),
    )

    def __init__(self, rng: np.random.Generator, groups: int) -> None:
        """Draw how much each strain gauge and each bearing answers to a tonne and to a degree."""
        self.groups = groups
        self.strain_t = rng.uniform(1.0, 2.2, (groups, 40))
        self.strain_c = rng.uniform(1.0, 3.0, (groups, 40))
        self.sag_t = rng.uniform(0.02, 0.05, (groups, 10))
        self.sag_c = rng.uniform(0.03, 0.12, (groups, 10))
        self.busy = rng.uniform(0.1, 0.4, groups)

    def state(self, at: Ints, faults: Sequence[Fault], rng: np.random.Generator) -> dict[str, Floats]:
        """Give the heaviest vehicle of each interval on each lane, and what the structure does under it."""
        k = at.shape[1]
        weight = self._traffic(at, rng)
        step = np.zeros((self.groups, 10, k))
        for fault in faults:
            g = fault.group
            there = (at[g] >= fault.begin) & (at[g] < fault.end)
            if fault.kind is Kind.OVERLOAD:
                lane = int(fault.where * 2)
                weight[g, lane] = np.where(there, np.maximum(weight[g, lane], fault.size), weight[g, lane])
            elif fault.kind is Kind.SETTLEMENT:
                bearing = int(fault.where * 10)
                sunk = there * np.clip((at[g] - fault.begin) / HOUR, 0, 1)
                step[g, bearing] += fault.size * sunk
        degrees = 15 + 7 * np.sin(2 * np.pi * (hour_of(at) - 9) / 24)
        # Half of the gauges sit under each lane and feel a quarter of the other's load.
        own = np.repeat(weight, 20, axis=1) * 0.8 + np.repeat(weight[:, ::-1], 20, axis=1) * 0.2
        warm = (degrees - 15)[:, None]
        return {
            "vehicle_weight": weight,
            "strain": self.strain_t[:, :, None] * own + self.strain_c[:, :, None] * warm,
            "deflection": self.sag_t[:, :, None] * weight.mean(1)[:, None]
            + self.sag_c[:, :, None] * warm
            + step,
            "temp": np.repeat(degrees[:, None], 2, axis=1),
        }

    def _traffic(self, at: Ints, rng: np.random.Generator) -> Floats:
        """Draw the heaviest vehicle of each interval, t: none or cars, lorries by day, at most 49."""
        shape = (self.groups, 2, at.shape[1])
        day = 0.35 + 0.65 * ((hour_of(at) > 6) & (hour_of(at) < 22))  # noqa: PLR2004
        chance = rng.random(shape)
        lorry = chance < (self.busy[:, None] * day * 0.25)[:, None]
        car = chance < (self.busy[:, None] * day)[:, None]
        heavy = np.minimum(rng.lognormal(3.0, 0.4, shape), 49.0)
        return np.where(lorry, heavy, np.where(car, rng.uniform(1.2, 2.6, shape), 0.0))


class Galleries:
    """Sections of utility tunnels."""

    name = "gallery"
    period_s = 60
    quantities = (
        Quantity("temp", "°C", 1, 0.1, 0.1),
        Quantity("humidity", "%RH", 1, 0.5, 0.1),
        Quantity("water_level", "m", 1, 0.004, 0.001),
        Quantity("o2", "%VOL", 1, 0.05, 0.01),
        Quantity("ch4", "%LEL", 1, 0.2, 0.1),
    )

    def __init__(self, rng: np.random.Generator, groups: int) -> None:
        """Draw how often each sump is pumped empty."""
        self.groups = groups
        self.sump_h = rng.uniform(4.0, 12.0, groups)

    def state(self, at: Ints, faults: Sequence[Fault], rng: np.random.Generator) -> dict[str, Floats]:
        """Give calm air and a sump that fills and is pumped."""
        del faults, rng
        flat = np.ones((self.groups, 1, at.shape[1]))
        filled = (at / HOUR % self.sump_h[:, None]) / self.sump_h[:, None]
        return {
            "temp": flat * 20,
            "humidity": flat * 70,
            "water_level": (0.2 + 0.4 * filled)[:, None],
            "o2": flat * 20.8,
            "ch4": flat * 0.3,
        }


class Homes:
    """Household gas alarms."""

    name = "home"
    period_s = 300
    quantities = (Quantity("ch4_conc_lel", "%LEL", 1, 0.3, 0.1),)
    _COOKING: Final = 0.02

    def __init__(self, groups: int) -> None:
        """Take the number of households."""
        self.groups = groups

    def state(self, at: Ints, faults: Sequence[Fault], rng: np.random.Generator) -> dict[str, Floats]:
        """Give nearly nothing, and a whiff while somebody cooks."""
        del faults
        whiff = np.where(rng.random(at.shape) < self._COOKING, rng.uniform(0, 3, at.shape), 0.0)
        return {"ch4_conc_lel": (0.2 + whiff)[:, None]}
