# SPDX-License-Identifier: Apache-2.0
"""L-TOWN of BattLeDIM as it might really be, and as its operator believes it to be.

Nothing here is the competition's own SCADA data, which could not be had: a *town* is simulated by EPANET from
the published network and leak schedule, with pipes and demands that differ from the published ones, and the
*operator* sees its sensors with noise and has the published model only.
"""

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from tongguan.industry.lifeline.localise import FLOWS, Signatures
from tongguan.simulation import hydraulics

Floats = NDArray[np.float64]

DAYS: Final = 365
#: Seconds between two states of the town; the data set's own is 300.
STEP: Final = 900
PER_DAY: Final = 86_400 // STEP
PATTERNS: Final = ("P-Residential", "P-Commercial", "P-Industrial")
INFLOWS: Final = ("p227", "p235")
TANK_M2: Final = np.pi * 8.0**2
#: How the town differs from its model: pipes' roughness, each node's demand (for good, and from hour to
#: hour), the season's swing of households. How the sensors differ from the town: m, shares.
ROUGHNESS, DEMAND, RESTLESS, SEASON = 0.10, 0.10, 0.30, 0.08
#: How much of a node's restlessness is left after half an hour.
KEPT: Final = 0.8
PRESSURE_M, FLOW, METER, LEVEL_M = 0.05, 0.01, 0.01, 0.005
#: Hours of the day that are judged (5:00–23:00): with more flow a leak shows more.
FROM, TO = 5 * 3600 // STEP, 23 * 3600 // STEP
#: What the operator allows for: a day's error of a node's demand, of each kind of demand, of sensors.
NODE_DAY, KINDS_DAY = 0.15, (0.04, 0.02, 0.02)


@dataclass(frozen=True, slots=True)
class Leak:
    """One leak of the schedule; seconds from the beginning of its year, hole in metres."""

    pipe: str
    begin: float
    peak: float
    end: float
    hole: float


def schedule(folder: Path) -> list[Leak]:
    """Give the leaks of a folder's ``leaks_*.csv``, in seconds of the year that most of them begin in."""
    rows = list(csv.DictReader(next(iter(sorted(folder.glob("leaks_*.csv")))).open(encoding="utf-8")))
    year = Counter(row["start"][:4] for row in rows).most_common(1)[0][0]
    zero = datetime(int(year), 1, 1)  # noqa: DTZ001 - the schedule names no zone

    def second(text: str) -> float:
        return (datetime.fromisoformat(text) - zero).total_seconds()

    return [
        Leak(
            row["link_id"],
            second(row["start"]),
            second(row["peak"]),
            second(row["end"]),
            float(row["leak_diameter_m"]),
        )
        for row in rows
    ]


def sensors(folder: Path, kind: str) -> list[str]:
    """Give the ids of sensors of a kind."""
    rows = csv.DictReader((folder / "sensors.csv").open(encoding="utf-8"))
    return [row["id"] for row in rows if row["kind"] == kind]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What the operator's sensors read, steps × sensors: m, m³/h, m."""

    pressure: Floats
    inflow: Floats
    pump: Floats
    level: Floats
    meters: Floats


class Patterns:
    """The published demand patterns: a week in steps of five minutes."""

    def __init__(self, model: object) -> None:
        """Take them from WNTR's model."""
        self._of = [np.array(model.get_pattern(name).multipliers) for name in PATTERNS]  # type: ignore[attr-defined]

    def at(self, second: int) -> Floats:
        """Give the three multipliers of a moment."""
        k = second // 300
        return np.array([one[k % len(one)] for one in self._of])


def lived(folder: Path, leaks: Sequence[Leak], seed: int, work: Path) -> Seen:
    """Let the town live through its year; give what its sensors read."""
    rng = np.random.default_rng(seed)
    wntr = hydraulics.library()
    model = hydraulics.opened(folder / "L-TOWN.inp")
    for n, leak in enumerate(leaks):
        model = wntr.morph.split_pipe(model, leak.pipe, f"{leak.pipe}_{n}", f"leak{n}")
    patterns, demands = Patterns(model), hydraulics.single_demands(model)
    for _, pipe in model.pipes():
        pipe.roughness *= 1 + rng.uniform(-ROUGHNESS, ROUGHNESS)
    model.options.hydraulic.accuracy = 1e-3
    model.options.time.duration = DAYS * 86_400
    wntr.network.write_inpfile(model, str(work / "town.inp"), units="CMH")
    names = [name for name in demands if not name.startswith("leak")]
    base = hydraulics.levels_at({name: demands[name] for name in names}, PATTERNS)
    base *= rng.uniform(1 - DEMAND, 1 + DEMAND, (len(names), 1))
    metered = [names.index(name) for name in sensors(folder, "amr_demand")]
    coefficient = np.array([hydraulics.hole_coefficient(leak.hole) for leak in leaks])
    begin, peak, end = (np.array([getattr(x, f) for x in leaks]) for f in ("begin", "peak", "end"))
    rows: list[Floats] = []
    with hydraulics.Solver(work / "town.inp", work) as solver:
        places, holes = solver.nodes(names), solver.nodes([f"leak{n}" for n in range(len(leaks))])
        gauges, tank = solver.nodes(sensors(folder, "pressure")), solver.nodes(["T1"])
        links = solver.links(["PUMP_1", *INFLOWS])
        restless, keep = np.zeros(len(names)), KEPT ** (STEP / 1_800)
        drawn = np.zeros(len(names))

        def set_for(second: int) -> None:
            nonlocal restless, drawn
            restless = keep * restless + RESTLESS * np.sqrt(1 - keep**2) * rng.standard_normal(len(names))
            season = np.array([1 + SEASON * np.cos(2 * np.pi * (second / 86_400 - 205) / 365), 1.0, 1.0])
            drawn = (base @ (patterns.at(second) * season)) * np.exp(restless - RESTLESS**2 / 2)
            solver.demand(places, drawn)
            grown = np.clip((second - begin) / np.maximum(peak - begin, 1.0), 0, 1)
            solver.emit(holes, coefficient * grown * (second >= begin) * (second < end))

        set_for(0)
        for second in solver.period(DAYS * 86_400, STEP):
            if second % STEP == 0:
                read = (solver.pressures(gauges), solver.flows(links), solver.pressures(tank), drawn[metered])
                rows.append(np.concatenate(read))
            set_for(second + STEP)
    whole = np.array(rows)
    g = len(gauges)
    noise = rng.standard_normal(whole.shape)
    return Seen(
        np.round(whole[:, :g] + PRESSURE_M * noise[:, :g], 2),
        whole[:, g + 1 : g + 3] * (1 + FLOW * noise[:, g + 1 : g + 3]),
        whole[:, g] * (1 + FLOW * noise[:, g]),
        np.round(whole[:, g + 3] + LEVEL_M * noise[:, g + 3], 3),
        whole[:, g + 4 :] * (1 + METER * noise[:, g + 4 :]),
    )


class Operator:
    """Who has the published model, the sensors, and nothing else."""

    def __init__(self, folder: Path, work: Path) -> None:
        """Open the published model with the pump and tank as the sensors see them."""
        model = hydraulics.opened(folder / "L-TOWN.inp")
        self._patterns, demands = Patterns(model), hydraulics.single_demands(model)
        for name in list(model.control_name_list):
            model.remove_control(name)
        model.options.hydraulic.accuracy, model.options.time.duration = 1e-4, 0
        self._links = [
            (name, one.start_node_name, one.end_node_name, float(getattr(one, "length", 1.0) or 1.0))
            for name, one in model.links()
        ]
        hydraulics.library().network.write_inpfile(model, str(work / "model.inp"), units="CMH")
        self.names = list(demands)
        self._base = hydraulics.levels_at(demands, PATTERNS)
        self._solver = hydraulics.Solver(work / "model.inp", work)
        self._all = self._solver.nodes(self.names)
        self._gauges = self._solver.nodes(sensors(folder, "pressure"))
        self._tank, self._inflows = self._solver.nodes(["T1"]), self._solver.links(INFLOWS)
        (pump,) = self._solver.links(["PUMP_1"])
        self._solver.shut(pump)
        self._suction = self.names.index("n54")
        self._metered = [self.names.index(name) for name in sensors(folder, "amr_demand")]

    def _state(self, demand: Floats, level: float, pump: float) -> Floats:
        drawn = demand.copy()
        drawn[self._suction] += pump
        self._solver.demand(self._all, drawn)
        self._solver.tank(self._tank[0], level)
        self._solver.state()
        return np.concatenate([self._solver.pressures(self._gauges), self._solver.flows(self._inflows)])

    def residuals(self, seen: Seen) -> Floats:
        """Give each day's residual, days × channels: pressures, two inflows, the tank district's balance."""
        days = []
        for day in range(DAYS):
            rows = []
            for k in range(day * PER_DAY + FROM, day * PER_DAY + TO):
                demand = self._base @ self._patterns.at(k * STEP)
                demand[self._metered] = seen.meters[k]
                model = self._state(demand, float(seen.level[k]), float(seen.pump[k]))
                rows.append(np.concatenate([seen.pressure[k], seen.inflow[k]]) - model)
            first, last = day * PER_DAY, (day + 1) * PER_DAY
            filled = TANK_M2 * (seen.level[last] - seen.level[first]) / 24
            district = seen.pump[first:last].mean() - filled - seen.meters[first:last].sum(axis=1).mean()
            days.append(np.append(np.mean(rows, axis=0), district))
        return np.array(days)

    def _mean(self, demands: Sequence[Floats], extra: Floats) -> Floats:
        states = [self._state(one + extra, 3.2, 25.0) for one in demands]
        return np.average(states, axis=0, weights=_WEIGHTS[: len(states)])

    def _typical(self, scale: Floats | float = 1.0) -> list[Floats]:
        return [(self._base * scale) @ self._patterns.at(2 * 86_400 + hour * 3_600) for hour in _HOURS]

    def signatures(self) -> Signatures:
        """Give what a leak at each node does to each channel, per m³/h, at two flows."""
        typical, nothing = self._typical(), np.zeros(len(self.names))
        base = self._mean(typical, nothing)
        inside = self._beyond_pump()
        both = []
        for flow in FLOWS:
            rows = []
            for n in range(len(self.names)):
                extra = nothing.copy()
                extra[n] = flow
                rows.append(np.append((self._mean(typical, extra) - base) / flow, float(inside[n])))
            both.append(np.array(rows))
        return Signatures(both[0], both[1], FLOWS)

    def doubt(self, seed: int = 0, draws: int = 120) -> tuple[Floats, Floats]:
        """Give two covariances of a day's residual: what days do not share, and what they do."""
        rng = np.random.default_rng(seed)
        base = self._mean(self._typical(), np.zeros(len(self.names)))
        inside = self._beyond_pump() & ~np.isin(np.arange(len(self.names)), self._metered)
        daily = np.array([d.sum() for d in self._base])
        own, common = [], []
        for _ in range(draws):
            for spread, kept in ((self._nodes(rng), own), (self._kinds(rng), common)):
                moved = self._mean(self._typical(np.exp(spread)), np.zeros(len(self.names))) - base
                kept.append(np.append(moved, (daily * (np.exp(spread.mean(axis=1)) - 1))[inside].sum()))
        gauges = len(self._gauges)
        floor = np.concatenate([np.full(gauges, 0.008), [0.5, 0.5, 0.6]])
        shared = np.concatenate([np.full(gauges, 0.004), [0.2, 0.2, 0.3]])
        return (
            np.cov(np.array(own).T) + np.diag(floor**2),
            np.cov(np.array(common).T) + np.diag(shared**2),
        )

    def _nodes(self, rng: np.random.Generator) -> Floats:
        spread = rng.normal(0, NODE_DAY, (len(self.names), 1))
        spread[self._metered] = 0.003
        return spread

    def _kinds(self, rng: np.random.Generator) -> Floats:
        spread = np.tile(rng.normal(0, KINDS_DAY, (1, 3)), (len(self.names), 1))
        spread[self._metered] = 0.0
        return spread

    def _beyond_pump(self) -> NDArray[np.bool_]:
        """Tell which nodes hang on the tank: those no longer joined to a reservoir once the pump stands."""
        metres = self._between(without={"PUMP_1"})
        return np.isfinite(metres[self._numbers["T1"]])[self._order]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for _, a, b, _ in self._links:
            found.setdefault(a, len(found))
            found.setdefault(b, len(found))
        return found

    @cached_property
    def _order(self) -> list[int]:
        return [self._numbers[name] for name in self.names]

    def _between(self, without: set[str]) -> Floats:
        kept = [one for one in self._links if one[0] not in without]
        a, b = ([self._numbers[one[k]] for one in kept] for k in (1, 2))
        lengths = [max(one[3], 0.1) for one in kept]
        size = len(self._numbers)
        return dijkstra(coo_array((lengths, (a, b)), shape=(size, size)).tocsr(), directed=False)

    @cached_property
    def metres(self) -> Floats:
        """Give metres along the pipes between junctions."""
        return self._between(set())[np.ix_(self._order, self._order)]

    def away(self, pipe: str, node: int) -> float:
        """Give metres along the pipes from the middle of a pipe to a junction."""
        _, a, b, length = next(one for one in self._links if one[0] == pipe)
        ends = [self.names.index(end) for end in (a, b) if end in self.names]
        return float(min(self.metres[end, node] for end in ends) + length / 2)


#: Typical hours at which signatures are taken, and how much each counts.
_HOURS, _WEIGHTS = (3, 8, 13, 19), (0.1, 0.3, 0.3, 0.3)
