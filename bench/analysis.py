# SPDX-License-Identifier: Apache-2.0
"""How quickly analysis answers: the explorer over a synthetic book, Gi* on 50,000 cells, a space-time scan.

``python -m bench.analysis [--cases 1000000] [--home DIR]``: one JSON line per measurement with its
limit and the ratio to it (below 1 is within). A book in ``--home`` that is there already is used again.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongguan.config.settings")

import django

django.setup()

import h3.api.basic_int as h3  # noqa: E402 - settings first
import numpy as np  # noqa: E402
from django.conf import settings  # noqa: E402

from tongguan.analysis import queries  # noqa: E402
from tongguan.analysis.contracts import Question  # noqa: E402
from tongguan.casebook.testing import write_synthetic  # noqa: E402
from tongguan.patterns import api as patterns  # noqa: E402
from tongguan.people.contracts import PLATFORM  # noqa: E402

ROUNDS = 5
MONTH = Question(since=date(2026, 7, 1), until=date(2026, 8, 1))
#: What is asked, and within how many seconds an answer must stand on a quiet machine with two cores.
ASKED = {
    "total": (MONTH, 0.5),
    "district": (replace(MONTH, by=("district",)), 0.5),
    "item_by_day": (replace(MONTH, by=("item", "day")), 1.0),
    "late_by_unit": (replace(MONTH, measure="late", by=("unit",)), 1.0),
    "tellings_by_channel": (replace(MONTH, measure="tellings", by=("source",)), 0.5),
}


def timed(run: Callable[[], object], rounds: int = ROUNDS) -> tuple[float, float]:
    """Give the middle of a few rounds, in seconds by the wall and of processors; the first is not counted."""
    if rounds > 1:
        run()
    walls, cpus = [], []
    for _ in range(rounds):
        began, used = time.perf_counter(), time.process_time()
        run()
        walls.append(time.perf_counter() - began)
        cpus.append(time.process_time() - used)
    return sorted(walls)[rounds // 2], sorted(cpus)[rounds // 2]


def line(name: str, spent: tuple[float, float], limit: float, **more: object) -> None:
    """Print one measurement."""
    seconds, cpu = spent
    told = {"bench": "analysis", "what": name, **more, "seconds": round(seconds, 3), "cpu_s": round(cpu, 3)}
    told |= {"limit": limit, "ratio": round(seconds / limit, 2), "load": round(os.getloadavg()[0], 1)}
    print(json.dumps(told), flush=True)


def explorer(home: Path, cases: int) -> None:
    """Measure the explorer over a book of so many cases."""
    if not (home / "casebook").is_dir():
        write_synthetic(home, cases, months=24)
    settings.HOME = home
    for name, (question, limit) in ASKED.items():
        line(name, timed(lambda asked=question: queries.cube(PLATFORM, asked)), limit, cases=cases)


def spots(rings: int = 128) -> None:
    """Measure Gi* on a disk of some 50,000 cells, its neighbours found anew each time."""
    cells = np.array(sorted(h3.grid_disk(h3.latlng_to_cell(30.8, 121.0, 9), rings)), dtype=np.int64)
    values = np.random.default_rng(1).negative_binomial(1, 0.2, len(cells)).astype(float)
    line("gi_star", timed(lambda: patterns.spots(values, patterns.around(cells))), 2.0, cells=len(cells))


def scan(cases: int = 20_000, rings: int = 12) -> None:
    """Measure a scan of 60 days over some 470 cells with four rings and 199 shuffled histories."""
    cells = np.array(sorted(h3.grid_disk(h3.latlng_to_cell(30.8, 121.0, 8), rings)), dtype=np.int64)
    rng = np.random.default_rng(1)
    places, days = rng.integers(0, len(cells), cases), rng.integers(0, 60, cases)
    zones = [patterns.around(cells, ring) for ring in range(4)]
    for name, present in (("scan_present", True), ("scan_whole", False)):
        limit = 3.0 if present else 60.0
        spent = timed(lambda now=present: patterns.clusters(places, days, zones, present=now), 1)
        line(name, spent, limit, cases=cases, cells=len(cells))


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(prog="python -m bench.analysis", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path)
    asked = parser.parse_args()
    spots()
    scan()
    with tempfile.TemporaryDirectory() as made:
        explorer(asked.home or Path(made), asked.cases)


if __name__ == "__main__":
    main()
