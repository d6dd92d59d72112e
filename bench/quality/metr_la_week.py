# SPDX-License-Identifier: Apache-2.0
"""Speed of traffic at 207 places over the next 15 minutes, by the protocol of T-GCN: pooled RMSE.

Windows of 12 steps of 5 minutes inside the asked part, nothing before a window is looked at; learned from
the train folder's steps. Without a test folder the first 80 % of the steps teach and the rest is asked, the
cut of the published figures applied once more.
"""

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from tongguan.forecasts.contracts import Panel, Recipe
from tongguan.forecasts.learned import Learned
from tongguan.forecasts.naive import persistence

DATA: Final = "metr_la_week"
KNOWN: Final = 5.126
STEP: Final = 300_000
WINDOW: Final = 12
AHEAD: Final = (1, 2, 3)
RECIPE: Final = Recipe(
    horizons=AHEAD,
    lags=(1, 2, 3, 4, 6, 8, 11),
    spans=(3, 6, 11),
    season=288,
    loss="squared_error",
    block=36,
    floor=0.0,
    rounds=150,
    recall=False,
    rate=0.08,
    leaves=63,
    least=200,
    share=0.3,
    linear=1000.0,
)


def panel(folder: Path, places: list[str]) -> Panel:
    """Read the speeds of those places; step 0 is midnight of a Thursday."""
    with gzip.open(folder / "speed.csv.gz", "rt", encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    table = np.array(rows, np.float64)
    return Panel(table[:, 0].astype(np.int64) * STEP, table[:, [names.index(place) for place in places]])


def places_of(folder: Path) -> list[str]:
    """Give the places, in the order of the train folder's columns and weights."""
    with gzip.open(folder / "speed.csv.gz", "rt", encoding="utf-8") as file:
        return file.readline().strip().split(",")[1:]


def weights(folder: Path) -> np.ndarray:
    """Read the weights of neighbours."""
    with gzip.open(folder / "adjacency.csv.gz", "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return np.array([row for row in rows if len(row) == len(rows[-1])], np.float64)[-len(rows[-1]) :]


def pooled(truth: np.ndarray, guess: np.ndarray) -> dict[str, float]:
    """Give RMSE, MAE and accuracy over all windows, steps and places."""
    off = truth - guess
    return {
        "rmse": float(np.sqrt((off**2).mean())),
        "mae": float(np.abs(off).mean()),
        "accuracy": float(1 - np.linalg.norm(off) / np.linalg.norm(truth)),
    }


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give the figures on the test folder, or on the last fifth of the train folder."""
    places = places_of(train)
    known = panel(train, places)
    asked = panel(test, places) if test else known
    if test is None:
        cut = int(len(known) * 0.8)
        known, asked = known.between(0, cut), asked.between(cut, len(asked))
    model = Learned(RECIPE, weights(train))
    model.fit(known)
    made = model.hindcast(asked, alone=True)
    origins = np.arange(WINDOW - 1, len(asked) - 1 - max(AHEAD))
    truth = np.stack([asked.values[origins + step] for step in AHEAD], axis=1)
    still = pooled(truth, persistence(asked, AHEAD)[origins])
    inside = (truth >= made.low[origins]) & (truth <= made.high[origins])
    yield {
        "metric": "RMSE in mph, 15 min",
        **{name: round(value, 4) for name, value in pooled(truth, made.value[origins]).items()},
        "persistence_rmse": round(still["rmse"], 4),
        "coverage90": round(float(inside.mean()), 3),
        "trained_steps": len(known),
        "windows": len(origins),
        "known": KNOWN,
        "goal": KNOWN,
    }
