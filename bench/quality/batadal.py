# SPDX-License-Identifier: Apache-2.0
"""Attacks on the control system of a water network, hour by hour: the S score of the BATADAL competition.

What fits what is learned from the train folder's normal year; the four figures of the alarm (when it begins,
how long it holds) are chosen on the train folder's seven attacks. Without a test folder each attack is judged
with figures chosen on the six others. An hour is judged by itself and the hours before.
"""

import csv
import gzip
from collections.abc import Iterator
from datetime import datetime
from itertools import product
from pathlib import Path
from typing import Final

import numpy as np

from tongguan.detection.consistency import Consistency, Latch

DATA: Final = "batadal"
KNOWN: Final = 0.970
GOAL: Final = 0.97
ABOUT: Final = {"metric": "S", "known": KNOWN, "goal": GOAL}


def table(
    path: Path, channels: list[str] | None = None
) -> tuple[list[str], np.ndarray, np.ndarray, list[datetime]]:
    """Give channel names (those asked for, else all), values, clock columns and times of a file."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [{k.strip(): v for k, v in row.items()} for row in csv.DictReader(file)]
    channels = channels or [name for name in rows[0] if name[:2] in {"L_", "F_", "S_", "P_"}]
    # The three files give different numbers of digits; two are common to all.
    values = np.array([[float(row[name]) for name in channels] for row in rows]).round(2)
    times = [datetime.fromisoformat(row["DATETIME"].strip()) for row in rows]
    turn = 2 * np.pi * np.array([t.hour for t in times]) / 24
    clock = np.column_stack([np.sin(turn), np.cos(turn), [t.weekday() for t in times]])
    return channels, values, clock, times


def attacks(path: Path, times: list[datetime]) -> np.ndarray:
    """Give the number of the attack each hour belongs to, 0 for none."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        told = {
            datetime.fromisoformat(row["DATETIME"].strip()): int(float(row["attack_no"]))
            for row in csv.DictReader(file)
        }
    return np.array([told[time] for time in times])


def score(number: np.ndarray, alarms: np.ndarray) -> dict[str, float]:
    """Give S and its parts; ``number``: the attack of each hour."""
    late = []
    for attack in sorted(set(number.tolist()) - {0}):
        inside = alarms[number == attack]
        late.append(float(np.argmax(inside)) / len(inside) if inside.any() else 1.0)
    hit = float(alarms[number > 0].mean())
    quiet = float(1 - alarms[number == 0].mean())
    early = 1 - float(np.mean(late))
    return {"S": 0.5 * early + 0.25 * (hit + quiet), "S_TTD": early, "TPR": hit, "TNR": quiet}


def chosen(scores: np.ndarray, number: np.ndarray, judged: np.ndarray) -> Latch:
    """Choose the alarm's four figures by S over the hours that may be looked at, and S of their neighbours.

    A single high figure among low ones is chance.
    """
    ons = np.quantile(scores, np.linspace(0.85, 0.99, 15))
    offs = np.quantile(scores, np.linspace(0.4, 0.95, 12))
    spans, holds = (3, 6, 12), (1, 3, 6)
    means = {span: np.convolve(scores, np.ones(span))[: len(scores)] / span for span in spans}
    told = np.zeros((len(ons), len(offs), len(spans), len(holds)))
    for place in np.ndindex(told.shape):
        on, off, span, hold = ons[place[0]], offs[place[1]], spans[place[2]], holds[place[3]]
        alarms = latched(scores >= on, means[span] >= off, hold)
        told[place] = score(number[judged], alarms[judged])["S"]
    padded = np.pad(told, ((1, 1), (1, 1), (0, 0), (0, 0)), mode="edge")
    around = np.zeros_like(told)
    for row, column in product(range(3), range(3)):
        around += padded[row : row + len(ons), column : column + len(offs)]
    best = np.unravel_index(int(np.argmax(around)), told.shape)
    return Latch(float(ons[best[0]]), float(offs[best[1]]), spans[best[2]], holds[best[3]])


def latched(begins: np.ndarray, holds: np.ndarray, hold: int) -> np.ndarray:
    """Give what :class:`Latch` gives, for masks made beforehand."""
    alarms, left = np.zeros(len(begins), bool), 0
    for row in range(len(begins)):
        if begins[row] or (left and holds[row]):
            left = hold
        if left:
            alarms[row] = True
            left -= 1
    return alarms


def stretches(number: np.ndarray) -> np.ndarray:
    """Give the stretch each hour belongs to: one for each attack, with the quiet hours before it."""
    ends = [int(np.flatnonzero(number == attack)[-1]) for attack in sorted(set(number.tolist()) - {0})]
    return np.minimum(np.searchsorted(ends, np.arange(len(number))), len(ends) - 1)


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give S on the test folder, or over the train folder's attacks, each left out in turn."""
    channels, normal, clock, _ = table(train / "train_normal.csv.gz")
    plant = Consistency([name[2:] for name in channels])
    plant.fit(normal, clock)
    _, values, hours, times = table(train / "dev_attacks.csv.gz", channels)
    scores = plant.step(None, values, hours)[1].whole()
    number = attacks(train / "dev_attacks.csv.gz", times)
    whole = chosen(scores, number, np.ones(len(scores), bool))
    own = whole.step(None, scores)[1]
    line: dict[str, object] = {"trained_hours": len(normal), "latch": str(whole), **ABOUT}
    line["S_chosen_on_itself"] = round(score(number, own)["S"], 4)
    if test is None:
        part, alarms = stretches(number), np.zeros(len(scores), bool)
        for left_out in range(int(part.max()) + 1):
            latch = chosen(scores, number, part != left_out)
            alarms[part == left_out] = latch.step(None, scores)[1][part == left_out]
        figures = score(number, alarms)
    else:
        _, values, hours, times = table(test / "test.csv.gz", channels)
        number = attacks(test / "test_labels.csv.gz", times)
        figures = score(number, whole.step(None, plant.step(None, values, hours)[1].whole())[1])
    yield {**{name: round(value, 4) for name, value in figures.items()}, "rows": len(number), **line}
