# SPDX-License-Identifier: Apache-2.0
"""Leaks found and placed: L-TOWN of BattLeDIM, simulated from its network and leak schedule.

The data set's own SCADA readings could not be had, so a town is simulated with ``leaks_*.csv``: pipes and
demands differ from the published model by ten per cent for good and by thirty from hour to hour, sensors
have noise, and the operator knows only the published model and its 33 pressures, 3 flows, level and 82
meters (``_ltown``). The first seven days teach what is usual. A leak counts as found when, while it runs, a
place within 300 m of it along the pipes is told; hours run from its begin. ``Caution`` was fitted on the
schedule of 2018 (the train folder) with the town of seed 1; the test folder's schedule is lived through by
another town. Leaks that run from the first week on cannot show as a change and are counted as missed.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from bench.quality._ltown import DAYS, Leak, Operator, lived, schedule
from tongguan.industry.lifeline.localise import Caution, Found, Localiser

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


def told(folder: Path, seed: int, work: Path) -> tuple[list[Leak], list[Found], Operator]:
    """Give the schedule, what the operator told over the year, and the operator."""
    leaks = schedule(folder)
    seen = lived(folder, leaks, seed, work)
    operator = Operator(folder, work)
    residuals = operator.residuals(seen)
    signatures = operator.signatures()
    own, common = operator.doubt()
    localiser = Localiser(signatures, own, common, operator.metres, CAUTION)
    usual = residuals[:FIRST].mean(axis=0)
    found = [localiser.day(residuals[day] - usual) for day in range(FIRST, DAYS)]
    return leaks, [one for one in found if one is not None], operator


def score(leaks: list[Leak], found: list[Found], operator: Operator) -> dict[str, object]:
    """Give how many leaks were placed, how near, how soon, and how many places had none."""
    first: dict[int, tuple[float, float]] = {}
    false = 0
    for one in found:
        now = (one.day + FIRST + 1) * 86_400.0
        running = [n for n, leak in enumerate(leaks) if leak.begin < now and now - 86_400 < leak.end]
        away = {n: operator.away(leaks[n].pipe, one.node) for n in running}
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
    with tempfile.TemporaryDirectory() as work:
        found = told(test or train, TRAIN_SEED if test is None else TEST_SEED, Path(work))
        yield {**score(*found), "fitted_on": "this schedule" if test is None else "another year", **ABOUT}
