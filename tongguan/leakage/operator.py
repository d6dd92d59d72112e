# SPDX-License-Identifier: Apache-2.0
"""A network's own model, asked for the states that its gauges should show.

EPANET through WNTR (the extra ``lifeline``). The model stands still at each hour asked: demands by their
patterns, users with meters as read, tanks at the level read. Channels are the pressures, then the inflows.
"""

from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from tongguan.kernel.errors import Invalid
from tongguan.leakage.contracts import MOST_NODES, Gauge, GaugeKind
from tongguan.leaks.api import FLOWS, Floats, Signatures
from tongguan.simulation import hydraulics

#: Typical hours at which the model is asked what a leak does, and how much each counts.
_HOURS: Final = (3, 8, 13, 19)
_WEIGHTS: Final = (0.1, 0.3, 0.3, 0.3)
_TYPICAL_DAY: Final = 2
#: What is allowed for, our own defaults: a day's error of a node's demand, of each pattern's, of a meter's.
_NODE_DAY, _PATTERN_DAY, _METER_DAY = 0.15, 0.04, 0.003
#: Errors of gauges over a day, own and shared by days: m of pressure, m³/h of inflow.
_OWN: Final = {GaugeKind.PRESSURE: 0.008, GaugeKind.INFLOW: 0.5}
_SHARED: Final = {GaugeKind.PRESSURE: 0.004, GaugeKind.INFLOW: 0.2}
_DRAWS: Final = 120
_HOUR: Final = 3_600


class Operator:
    """Who has the model and the gauges. ``folder``: where EPANET may write while this stands open."""

    def __init__(self, model: Path, gauges: Sequence[Gauge], folder: Path) -> None:
        """Open the ``.inp``. Raises Invalid naming ``file`` (no model, too large) or ``gauges``."""
        read = hydraulics.opened(model)
        if len(read.junction_name_list) > MOST_NODES:
            raise Invalid(
                "leakage.size",
                f"模型的节点多于 {MOST_NODES} 个，请按计量分区分别监视",
                f"more than {MOST_NODES} junctions",
                field="file",
            )
        self.gauges = tuple(gauges)
        _checked(read, self.gauges)
        self._patterns = ["", *read.pattern_name_list]
        self._courses = [_course(read, name) for name in self._patterns]
        self._every = int(read.options.time.pattern_timestep)
        demands = hydraulics.single_demands(read)
        for name in list(read.control_name_list):
            read.remove_control(name)
        read.options.hydraulic.accuracy, read.options.time.duration = 1e-4, 0
        self.links: list[tuple[str, str, str, float]] = [
            (name, one.start_node_name, one.end_node_name, float(getattr(one, "length", 1.0) or 1.0))
            for name, one in read.links()
        ]
        hydraulics.library().network.write_inpfile(read, str(folder / "model.inp"), units="CMH")
        self.names = list(demands)
        self._base = hydraulics.levels_at(demands, self._patterns)
        self._solver = hydraulics.Solver(folder / "model.inp", folder)
        self._all = self._solver.nodes(self.names)
        self._pressures = self._solver.nodes(self._of(GaugeKind.PRESSURE))
        self._inflows = self._solver.links(self._of(GaugeKind.INFLOW))
        self._tanks = self._solver.nodes(self._of(GaugeKind.LEVEL))
        self._metered = [self.names.index(name) for name in self._of(GaugeKind.METER)]

    def close(self) -> None:
        """Let go of the solver."""
        self._solver.__exit__(None, None, None)

    @property
    def channels(self) -> list[int]:
        """Give which of the gauges are channels, in the order of channels."""
        return self.places(GaugeKind.PRESSURE) + self.places(GaugeKind.INFLOW)

    def places(self, kind: GaugeKind) -> list[int]:
        """Give which of the gauges are of a kind."""
        return [n for n, gauge in enumerate(self.gauges) if gauge.kind == kind]

    def residual(self, weekday: int, hours: Sequence[int], read: Floats) -> Floats:
        """Give what the gauges read less what the model says, the mean over hours of a day, by channel.

        ``read``: hours × gauges in the model's units, nothing missing; ``weekday``: 0 is Monday.
        """
        rows = [self.off(weekday, hour, row) for hour, row in zip(hours, read, strict=True)]
        return np.asarray(np.mean(rows, axis=0))

    def off(self, weekday: int, hour: float, read: Floats) -> Floats:
        """Give what the gauges read at one moment less what the model says, by channel."""
        demand = self._base @ self._levels(weekday, hour)
        demand[self._metered] = read[self.places(GaugeKind.METER)]
        return np.asarray(read[self.channels] - self._state(demand, read[self.places(GaugeKind.LEVEL)]))

    def signatures(self) -> Signatures:
        """Give what a leak at each node does to each channel, per m³/h, at several flows."""
        typical = self._typical()
        extra = np.zeros(len(self.names))
        effects = np.zeros((len(FLOWS), len(self.names), len(self._usual)))
        for k, flow in enumerate(FLOWS):
            for n in range(len(self.names)):
                extra[n] = flow
                effects[k, n] = (self._mean([one + extra for one in typical]) - self._usual) / flow
                extra[n] = 0.0
        return Signatures(FLOWS, effects)

    def doubt(self, seed: int = 0) -> tuple[Floats, Floats]:
        """Give two covariances of a day's residual: what days do not share, and what they do."""
        rng = np.random.default_rng(seed)
        size = (len(self.names), 1)
        own, common = [], []
        for _ in range(_DRAWS):
            node = rng.normal(0, _NODE_DAY, size)
            node[self._metered] = rng.normal(0, _METER_DAY, (len(self._metered), 1))
            kinds = np.tile(rng.normal(0, _PATTERN_DAY, (1, len(self._patterns))), size)
            kinds[self._metered] = 0.0
            own.append(self._moved(np.exp(node)))
            common.append(self._moved(np.exp(kinds)))
        first, second = self._floors()
        return (
            np.cov(np.array(own).T) + np.diag(np.square(first)),
            np.cov(np.array(common).T) + np.diag(np.square(second)),
        )

    def metres(self) -> Floats:
        """Give metres along the pipes between junctions."""
        rows = np.arange(len(self.names))
        return np.asarray(dijkstra(self._graph()[0], directed=False, indices=rows)[:, rows])

    def _graph(self, without: Collection[str] = ()) -> tuple[csr_array, dict[str, int]]:
        """Give lengths between nodes without some links, and numbers of nodes: junctions first, in order."""
        numbers = {name: n for n, name in enumerate(self.names)}
        for _, begin, end, _ in self.links:
            numbers.setdefault(begin, len(numbers))
            numbers.setdefault(end, len(numbers))
        kept = [one for one in self.links if one[0] not in without]
        a = [numbers[begin] for _, begin, _, _ in kept]
        b = [numbers[end] for _, _, end, _ in kept]
        lengths = [max(length, 0.1) for *_, length in kept]
        return coo_array((lengths, (a, b)), shape=(len(numbers), len(numbers))).tocsr(), numbers

    @cached_property
    def _usual(self) -> Floats:
        """What the channels show on a typical day."""
        return self._mean(self._typical())

    def _moved(self, scale: Floats) -> Floats:
        """Give by how much the channels move when demands (nodes × patterns) are so many times the usual."""
        return self._mean(self._typical(scale)) - self._usual

    def _floors(self) -> tuple[list[float], list[float]]:
        """Give the gauges' own errors of a day, and those that days share, by channel."""
        kinds = [self.gauges[n].kind for n in self.channels]
        return [_OWN[kind] for kind in kinds], [_SHARED[kind] for kind in kinds]

    def _of(self, kind: GaugeKind) -> list[str]:
        return [gauge.place for gauge in self.gauges if gauge.kind == kind]

    def _levels(self, weekday: int, hour: float) -> Floats:
        second = weekday * 86_400 + round(hour * _HOUR)
        return np.array([course[second // self._every % len(course)] for course in self._courses])

    def _typical(self, scale: Floats | float = 1.0) -> list[Floats]:
        return [(self._base * scale) @ self._levels(_TYPICAL_DAY, hour) for hour in _HOURS]

    def _mean(self, demands: Sequence[Floats]) -> Floats:
        states = [self._state(one, None) for one in demands]
        return np.asarray(np.average(states, axis=0, weights=_WEIGHTS))

    def _state(self, demand: Floats, levels: Floats | None) -> Floats:
        self._solver.demand(self._all, demand)
        if levels is not None:
            for tank, level in zip(self._tanks, levels.tolist(), strict=True):
                self._solver.tank(tank, level)
        self._solver.state()
        return np.concatenate([self._solver.pressures(self._pressures), self._solver.flows(self._inflows)])


def _course(model: Any, name: str) -> Floats:
    course = np.array(model.get_pattern(name).multipliers) if name else np.ones(1)
    return course if len(course) else np.ones(1)


def _checked(model: Any, gauges: Sequence[Gauge]) -> None:
    known = {
        GaugeKind.PRESSURE: set(model.node_name_list),
        GaugeKind.INFLOW: set(model.link_name_list),
        GaugeKind.METER: set(model.junction_name_list),
        GaugeKind.LEVEL: set(model.tank_name_list),
    }
    for n, gauge in enumerate(gauges, 1):
        if gauge.place not in known[gauge.kind]:
            raise Invalid(
                "leakage.place",
                f"第 {n} 个测点：模型中没有可作{gauge.kind}的 {gauge.place!r}",
                f"gauge {n}: the model has no such place",
                field=f"gauges[{n - 1}].place",
            )
    if sum(gauge.kind == GaugeKind.PRESSURE for gauge in gauges) < _FEWEST:
        raise Invalid(
            "leakage.gauges", f"至少要 {_FEWEST} 个压力测点", "too few pressure gauges", field="gauges"
        )


#: Fewer gauges of pressure place nothing.
_FEWEST: Final = 3
