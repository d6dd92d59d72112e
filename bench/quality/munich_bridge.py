# SPDX-License-Identifier: Apache-2.0
"""Settlement of a support of a test bridge: delay, false alarms, level of the bearing forces.

How far and how long loads lift strain and force is learned from the train folder's load test on the sound
bridge. Every strain file of the asked folder is gone through second by second, from its own first minute. In
a lowering the step is taken to begin when the strain, seen from the end, leaves its first level for good;
alarms before that, and alarms in load tests and in the reference state, are false. Nothing is compensated
for temperature: within a file the air changes by 1.2 °C at most, and one cold and one warm day do not tell
more.
"""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from tongguan.detection.settling import Limits, Loads, State, resting, seconds, step

DATA: Final = "munich_bridge"
RATE: Final = 100
#: Bearing forces without load that the data's authors give, kN: before, after the first and the second step.
FORCES: Final = {
    "ref_support_load_01": (234, 234),
    "support_load_01": (210, 190),
    "support_load_02": (189, 156),
}


def columns(path: Path) -> dict[str, np.ndarray]:
    """Give the channels of a file, one median per second."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    values = np.array(rows[1:])[:, 1:].astype(np.float64)
    return {name: seconds(values[:, n], RATE) for n, name in enumerate(rows[0][1:])}


def begin(strain: np.ndarray, noise: float) -> int | None:
    """Give the second from which the strain has left its first level for good; None when it comes back."""
    off = np.abs(strain - np.median(strain[:60])) > 6 * noise
    return None if not off[-60:].all() else len(off) - int(np.argmin(off[::-1])) if not off.all() else 0


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give delays and false alarms over the strain files, and the error of the levels of force."""
    asked = test or train
    loads = Loads.of(next(iter(columns(train / "ref_support_load_01_strain.csv.gz").values())))
    steps, delays, changes, false, hours = 0, [], {}, 0, 0.0
    for path in sorted(asked.glob("*_strain.csv.gz")):
        if test is None and path.name.startswith("ref_support_load_01"):
            continue  # taught by
        strain = next(iter(columns(path).values()))
        told = np.flatnonzero(step(State(), strain, loads, Limits())[2])
        first = begin(strain, loads.noise) if "lowering" in path.name else None
        hours += len(strain) / 3600
        name = path.name.removesuffix("_strain.csv.gz")
        if first is not None:
            steps += 1
            after = told[told >= first]
            delays += [int(after[0]) - first] if len(after) else []
            changes[name] = round(float(np.median(strain[-60:]) - np.median(strain[:60])), 1)
            told = told[told < first]
        false += int(len(told) > 0)
    levels, errors = {}, []
    for path in sorted(asked.glob("*_force.csv.gz")):
        name = path.name.removesuffix("_force.csv.gz")
        found = [resting(values) for values in columns(path).values()]
        levels[name] = [round(value, 1) for value in found]
        errors += [abs(value - known) for value, known in zip(found, FORCES.get(name, ()), strict=False)]
    yield {
        "metric": "settlement steps told, delay in s, files with a false alarm, error of resting force in kN",
        "steps": steps,
        "told": len(delays),
        "delay_s": round(float(np.median(delays)), 1) if delays else None,
        "files_with_false_alarm": false,
        "hours": round(hours, 2),
        "strain_change": changes,
        "resting_force_kn": levels,
        "force_error_kn": round(float(np.mean(errors)), 2) if errors else None,
        "load_size": round(loads.size, 2),
        "load_stay_s": loads.stay,
    }
