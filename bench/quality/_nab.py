# SPDX-License-Identifier: Apache-2.0
"""The scoring rule of the Numenta Anomaly Benchmark, from its paper and read-me, and a check of it.

A window is worth the earliest alarm in it, by a sigmoid from 1 at its left edge to 0 at its right; a window
without an alarm costs 1; an alarm outside costs 0.11, less just behind a window. The first 15 % of a file (at
most 750 rows) do not count. 0: no alarm at all, 100: every window at its first row and nothing besides
(Lavin and Ahmad, arXiv 1510.03336).
"""

import csv
import gzip
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.special import erfc

FALSE_COST = 0.11
PROBATION, PROBATION_ROWS = 0.15, 5000
#: The published Gaussian detector: values it looks back on, rows between two looks.
GAUSSIAN = (6400, 100)


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """One file: instants (seconds), values, windows as pairs of row numbers (both inside)."""

    at: np.ndarray
    value: np.ndarray
    windows: tuple[tuple[int, int], ...]

    @property
    def probation(self) -> int:
        """Give how many rows at the beginning do not count."""
        return int(min(math.floor(PROBATION * len(self.value)), PROBATION * PROBATION_ROWS))


def read(folder: Path) -> dict[str, Labelled]:
    """Give all files of a folder laid out like the benchmark."""
    windows = json.loads((folder / "windows.json").read_text(encoding="utf-8"))
    found = {}
    for name, pairs in sorted(windows.items()):
        path = folder / "data" / f"{name}.gz"
        if not path.exists():
            continue
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        stamps = np.array([row["timestamp"][:19] for row in rows], "datetime64[s]")
        places = []
        for begin, end in pairs:
            first, last = (np.flatnonzero(stamps == np.datetime64(t[:19])) for t in (begin, end))
            places.append((int(first[0]), int(last[0])))
        values = np.array([float(row["value"]) for row in rows])
        found[name] = Labelled(stamps.astype(np.int64), values, tuple(places))
    return found


def scaled(place: np.ndarray) -> np.ndarray:
    """Give the worth of an alarm by its place: -1 the left edge of a window, 0 the right, above: behind."""
    return np.where(place >= 3, -1.0, 2 / (1 + np.exp(5 * np.minimum(place, 3))) - 1)


def raw(file: Labelled, alarms: np.ndarray) -> float:
    """Give the raw score of alarms (a mask of rows)."""
    rows = np.arange(len(alarms))
    counted = alarms & (rows >= file.probation)
    outside = np.full(len(alarms), -FALSE_COST)
    total = 0.0
    best = scaled(np.array([-1.0]))[0]
    for begin, end in file.windows:
        width = end - begin + 1
        behind = rows > end
        outside[behind] = FALSE_COST * scaled((rows[behind] - end) / (width - 1))
    for begin, end in file.windows:
        width = end - begin + 1
        outside[begin : end + 1] = 0.0
        inside = np.flatnonzero(counted[begin : end + 1])
        if end >= file.probation:
            total += scaled(np.array([-(width - inside[0]) / width]))[0] / best if len(inside) else -1.0
    return float(total + outside[counted].sum())


def normalised(files: Mapping[str, Labelled], raws: Mapping[str, float]) -> float:
    """Give the score of several files: 0 no alarm, 100 perfect."""
    windows = sum(len(files[name].windows) for name in raws)
    return 100 * (sum(raws.values()) + windows) / (2 * windows) if windows else 0.0


def gaussian(values: np.ndarray) -> np.ndarray:
    """Give the scores of the published Gaussian detector, with the 12 digits its results have."""
    length, step = GAUSSIAN
    mean, width, kept = 0.0, 1.0, 0
    found = np.zeros(len(values))
    for row, value in enumerate(values):
        if kept:
            found[row] = 1 - 0.5 * erfc(abs(value - mean) / width / 1.4142)
        if row < length or (row - length) % step == step - 1:
            window = values[max(0, row + 1 - length) : row + 1]
            mean, width, kept = float(window.mean()), float(window.std()) or 1e-6, len(window)
    return np.round(found, 12)


def checked(folder: Path, files: Mapping[str, Labelled]) -> str:
    """Compare this scorer with the published scores of the Gaussian detector: "files that agree/files"."""
    path = folder / "published_file_scores.csv.gz"
    if not path.exists():
        return "no published scores here"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Detector"] == "windowedGaussian"]
    agree = compared = 0
    for row in rows:
        if row["File"] in files:
            alarms = gaussian(files[row["File"]].value) >= float(row["Threshold"])
            compared += 1
            agree += abs(raw(files[row["File"]], alarms) - float(row["Score"])) < 1e-6
    return f"{agree}/{compared}"
