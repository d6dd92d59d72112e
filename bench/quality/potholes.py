# SPDX-License-Identifier: Apache-2.0
"""Where potholes come next month: hit rate of hot spots against persistence, on equal shares of the city.

Cells of H3 resolution 9 up to two rings around any hole so far. Every two weeks (four with a test folder) the
cells are ordered; the first twentieth, tenth and fifth are compared by the share of the holes of the next
four weeks in them (hit rate) and by that over their share of the cells (prediction accuracy index).
``persistence`` orders by the counts of the last four weeks.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import h3.api.basic_int as h3
import numpy as np

from bench.quality._days import moments, rows
from tongguan.patterns.api import around, heat

DATA = "syracuse_potholes"
FILE = "potholes_filled.csv.gz"
RESOLUTION, MONTH, REACH = 9, 28, 2
SHARES = (0.05, 0.1, 0.2)


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give one line over all months that can be judged; figures end in the share of the city, in percent."""
    known = _told(train)
    told = sorted([*known, *(_told(test) if test else [])])
    first, last = told[0][0], told[-1][0]
    since = max(at for at, _ in known) if test else first + timedelta(days=MONTH)
    origins = []
    origin = since
    while origin + timedelta(days=MONTH) <= last or not origins:
        origins.append(origin)
        origin += timedelta(days=MONTH if test else MONTH / 2)
    sums = {share: np.zeros(4) for share in SHARES}
    for origin in origins:
        for share in SHARES:
            sums[share] += _judged(told, origin, share)
    line: dict[str, object] = {"months": len(origins), "holes": int(sums[SHARES[0]][2])}
    for share, (ours, persistence, whole, area) in sums.items():
        hit, usual, part = ours / whole, persistence / whole, area / len(origins)
        told = {
            "hit_rate": round(hit, 4), "persistence_hit_rate": round(usual, 4), "pai": round(hit / part, 2),
            "persistence_pai": round(usual / part, 2),
        }  # fmt: skip
        line |= {f"{name}_{share:.0%}": figure for name, figure in told.items()}
    yield line


def _told(folder: Path) -> list[tuple[datetime, int]]:
    found = moments(rows(folder, FILE), "time")
    return [(at, h3.latlng_to_cell(float(row["lat"]), float(row["lon"]), RESOLUTION)) for at, row in found]


def _judged(told: list[tuple[datetime, int]], origin: datetime, share: float) -> np.ndarray:
    """Give hits of hot spots and of persistence, the holes to come, and the share of cells named."""
    before = [(at, cell) for at, cell in told if at <= origin]
    after = [cell for at, cell in told if origin < at <= origin + timedelta(days=MONTH)]
    known = {near for _, cell in before for near in h3.grid_disk(cell, REACH)}
    cells = np.array(sorted(known), dtype=np.int64)
    place = np.searchsorted(cells, np.array([cell for _, cell in before], dtype=np.int64))
    age = np.array([(origin - at) / timedelta(days=1) for at, _ in before])
    month = np.bincount(place[age < MONTH], minlength=len(cells)).astype(float)
    expected = heat(place, age, around(cells), around(cells, 3), MONTH)
    named = max(1, int(share * len(cells)))
    inside = np.array([cell for cell in after if cell in known], dtype=np.int64)
    coming = np.bincount(np.searchsorted(cells, inside), minlength=len(cells))
    hits = [float(coming[np.argsort(-one, kind="stable")[:named]].sum()) for one in (expected, month)]
    return np.array([*hits, len(after), named / len(cells)])
