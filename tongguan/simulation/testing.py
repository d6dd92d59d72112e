# SPDX-License-Identifier: Apache-2.0
"""For tests and made-up towns: how much people draw by the hour, and what gauges of a network read of it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from tongguan.simulation import hydraulics
from tongguan.simulation.hydraulics import Floats

#: What people draw in each hour of a day, as shares of the mean.
DRAWS: Final = np.array([0.5, 0.4, 0.4, 0.4, 0.5, 0.9, 1.5, 1.7, 1.4, 1.1, 1.0, 1.1,
                         1.2, 1.1, 1.0, 1.0, 1.1, 1.3, 1.5, 1.5, 1.2, 1.0, 0.8, 0.6])  # fmt: skip
#: MPa of a metre of water.
MPA: Final = 0.00980665
#: Noise of a pressure gauge, m.
_NOISE_M: Final = 0.03


def read_hourly(
    model: Any,
    folder: Path,
    gauges: Sequence[str],
    inflow: str,
    drawn: Callable[[int], Floats],
    hours: int,
    rng: np.random.Generator,
    noise: float,
) -> Floats:
    """Give what gauges read, hours × (pressures in m, the inflow in m³/h), of a network as WNTR has it.

    ``drawn``: m³/h at each junction in an hour; ``noise`` of the flow as a share.
    """
    model.options.time.duration = 0
    path = folder / "truth.inp"
    hydraulics.library().network.write_inpfile(model, str(path), units="CMH")
    rows = []
    with hydraulics.Solver(path, folder) as solver:
        every = solver.nodes(list(hydraulics.single_demands(model)))
        at, link = solver.nodes(gauges), solver.links([inflow])
        for hour in range(hours):
            solver.demand(every, drawn(hour))
            solver.state()
            pressure = solver.pressures(at) + rng.normal(0, _NOISE_M, len(gauges))
            rows.append([*pressure, *(solver.flows(link) * rng.normal(1, noise, 1))])
    return np.array(rows)
