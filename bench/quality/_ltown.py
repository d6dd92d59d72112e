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
from scipy.sparse.csgraph import dijkstra

from tongguan.leakage.contracts import Gauge, GaugeKind
from tongguan.leakage.operator import Operator
from tongguan.leaks.api import Signatures
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
#: A gauge this far off (m) tells of a district without water, not of demand: that hour is not compared.
DRY_M: Final = 10.0
#: The pump (m³/h) and the tank (m) on a typical day.
PUMPED, LEVEL = 25.0, 3.2


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
    told = next(iter(sorted(folder.glob("leaks_*.csv"))))
    rows = list(csv.DictReader(told.read_text(encoding="utf-8").splitlines()))
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


def drawn(folder: Path, seed: int, count: int = 14) -> list[Leak]:
    """Draw a schedule of the kinds of 2018: sudden ones, growing ones, small ones that nobody repairs."""
    rng = np.random.default_rng(10_000 + seed)
    pipes = [name for name, _ in hydraulics.opened(folder / "L-TOWN.inp").pipes()]
    leaks, day = [], 86_400.0
    for pipe in rng.choice(pipes, count, replace=False):
        kind = rng.choice(3, p=(6 / 14, 4 / 14, 4 / 14))
        begin = rng.uniform(7.5, 340) * day
        if kind == 0:
            peak, end = begin, begin + rng.uniform(11, 25) * day
            hole = rng.uniform(0.0158, 0.0229)
        elif kind == 1:
            life = rng.uniform(10, 70) * day
            end, peak = begin + life, begin + life * rng.uniform(0.35, 0.9)
            hole = rng.uniform(0.0164, 0.0223)
        else:
            begin, end = rng.uniform(7.5, 220) * day, DAYS * day
            peak = begin + rng.uniform(17, 97) * day
            hole = rng.uniform(0.0088, 0.0118)
        leaks.append(Leak(str(pipe), begin, peak, end, hole))
    return leaks


def sensors(folder: Path, kind: str) -> list[str]:
    """Give the ids of sensors of a kind."""
    rows = csv.DictReader((folder / "sensors.csv").read_text(encoding="utf-8").splitlines())
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


class LTown(Operator):
    """The platform's operator of L-TOWN: pump and tank as read, the tank district's balance besides."""

    def __init__(self, folder: Path, work: Path) -> None:
        """Open the published model; who operates it has the sensors and nothing else."""
        gauges = [
            *(Gauge(GaugeKind.PRESSURE, name, name) for name in sensors(folder, "pressure")),
            *(Gauge(GaugeKind.INFLOW, name, name) for name in INFLOWS),
            Gauge(GaugeKind.LEVEL, "T1", "T1"),
            *(Gauge(GaugeKind.METER, name, name) for name in sensors(folder, "amr_demand")),
        ]
        super().__init__(folder / "L-TOWN.inp", gauges, work)
        (pump,) = self._solver.links(["PUMP_1"])
        self._solver.shut(pump)
        self._suction, self._pumped = self.names.index("n54"), PUMPED
        graph, numbers = self._graph(without={"PUMP_1"})
        away = dijkstra(graph, directed=False, indices=numbers["T1"])[: len(self.names)]
        #: Nodes that hang on the tank: no longer joined to a reservoir once the pump stands.
        self._beyond = np.isfinite(away)

    def residuals(self, seen: Seen) -> Floats:
        """Give each day's residual, days × channels: pressures, two inflows, the tank district's balance."""
        read = np.concatenate([seen.pressure, seen.inflow, seen.level[:, None], seen.meters], axis=1)
        days, gauges = [], seen.pressure.shape[1]
        for day in range(DAYS):
            first, last = day * PER_DAY, (day + 1) * PER_DAY
            rows = []
            for k in range(FROM, TO):
                self._pumped = float(seen.pump[first + k])
                rows.append(self.off(day % 7, k * STEP / 3_600, read[first + k]))
            filled = TANK_M2 * (seen.level[last] - seen.level[first]) / 24
            district = seen.pump[first:last].mean() - filled - seen.meters[first:last].sum(axis=1).mean()
            each = np.array(rows)
            wet = (np.abs(each[:, :gauges]) < DRY_M).all(axis=1)
            days.append(np.append(each[wet].mean(axis=0), district))
        self._pumped = PUMPED
        return np.array(days)

    def signatures(self) -> Signatures:
        """Give what a leak at each node does, the district's balance too."""
        known = super().signatures()
        inside = np.broadcast_to(self._beyond[:, None], (*known.effects.shape[:2], 1))
        return Signatures(known.flows, np.concatenate([known.effects, inside], axis=2))

    def away(self, pipe: str, node: int) -> float:
        """Give metres along the pipes from the middle of a pipe to a junction."""
        _, a, b, length = next(one for one in self.links if one[0] == pipe)
        ends = [self.names.index(end) for end in (a, b) if end in self.names]
        return float(min(self.between[end, node] for end in ends) + length / 2)

    @cached_property
    def between(self) -> Floats:
        """Metres along the pipes between junctions."""
        return self.metres()

    def _state(self, demand: Floats, levels: Floats | None) -> Floats:
        drawn = demand.copy()
        drawn[self._suction] += self._pumped
        return super()._state(drawn, np.array([LEVEL]) if levels is None else levels)

    def _moved(self, scale: Floats) -> Floats:
        inside = self._beyond & ~np.isin(np.arange(len(self.names)), self._metered)
        return np.append(super()._moved(scale), (self._base * (scale - 1))[inside].sum())

    def _floors(self) -> tuple[list[float], list[float]]:
        own, shared = super()._floors()
        return [*own, 0.6], [*shared, 0.3]
