# SPDX-License-Identifier: Apache-2.0
"""Leaks found and placed: L-TOWN of BattLeDIM, simulated from its network and leak schedule.

The data set's own SCADA readings could not be had, so a town is simulated with ``leaks_*.csv``: pipes and
demands differ from the published model by ten per cent for good and by thirty from hour to hour, sensors
have noise, and the operator knows only the published model and its 33 pressures, 3 flows, level and 82
meters (``_ltown``). The first seven days teach what is usual. A leak counts as found when, while it runs,
a place within 300 m of it along the pipes is told; hours run from its begin; a place revised is told again.
``Caution`` was chosen on drawn years (``python -m bench.leaks``) and on 2018, with towns of several seeds;
the test folder's schedule is lived through by another town. Leaks that run from the first week on cannot
show as a change and are counted as missed.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from bench.quality._ltown import DAYS, Leak, LTown, lived, schedule
from tongguan.leaks.api import Caution, Localiser

DATA: Final = "battledim"
TRAIN_SEED, TEST_SEED = 1, 2
#: Days that teach what is usual.
FIRST: Final = 7
NEAR_M: Final = 300.0
CAUTION: Final = Caution()
ABOUT: Final = {
    "metric": "leaks placed within 300 m along the pipes while they run",
    "goal": "12 of 14 (2018)",
    "data": "simulated by EPANET from the published network and leak schedule; not the official SCADA",
}


def told(folder: Path, leaks: list[Leak], seed: int, work: Path) -> tuple[list[tuple[int, int]], LTown]:
    """Give each telling as (day of the year, node), and the operator who told."""
    seen = lived(folder, leaks, seed, work)
    operator = LTown(folder, work)
    residuals = operator.residuals(seen)
    own, common = operator.doubt()
    quiet = residuals[:FIRST]
    localiser = Localiser(operator.signatures(), own, common, operator.between, CAUTION, quiet)
    found = [(day, localiser.day(residuals[day])) for day in range(FIRST, DAYS)]
    return [(day, one.told[-1][1]) for day, one in found if one is not None], operator


def score(leaks: list[Leak], found: list[tuple[int, int]], operator: LTown) -> dict[str, object]:
    """Give how many leaks were placed, how near, how soon, and how many places told had none.

    A place that is revised is told again and counts again: as false when no leak is near it.
    """
    first: dict[int, tuple[float, float]] = {}
    false = 0
    for day, node in found:
        now = (day + 1) * 86_400.0
        running = [n for n, leak in enumerate(leaks) if leak.begin < now and now - 86_400 < leak.end]
        away = {n: operator.away(leaks[n].pipe, node) for n in running}
        near = {n: metres for n, metres in away.items() if metres <= NEAR_M}
        if not near:
            false += 1
        for n in [min(near, key=lambda n: near[n])] if near else []:
            first.setdefault(n, (near[n], (now - leaks[n].begin) / 3_600))
    metres = [m for m, _ in first.values()]
    hours = [h for _, h in first.values()]
    return {
        "leaks": len(leaks),
        "new_leaks": sum(leak.begin > FIRST * 86_400 for leak in leaks),
        "found": len(first),
        "false": false,
        "metres_median": round(float(np.median(metres)), 1) if metres else None,
        "hours_median": round(float(np.median(hours)), 1) if hours else None,
        "each": {leaks[n].pipe: [round(m), round(h)] for n, (m, h) in sorted(first.items())},
    }


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give one line: the test folder's year, or the train folder's, on which caution was fitted."""
    seed, leaks = (TRAIN_SEED, schedule(train)) if test is None else (TEST_SEED, schedule(test))
    # A folder of other leaks need not repeat the network: it is the same town.
    town = test if test is not None and (test / "L-TOWN.inp").exists() else train
    with tempfile.TemporaryDirectory() as work:
        found, operator = told(town, leaks, seed, Path(work))
        yield {**score(leaks, found, operator), "schedule": "2018" if test is None else "test", **ABOUT}
