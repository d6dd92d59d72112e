# SPDX-License-Identifier: Apache-2.0
"""Streaming anomalies: standard profile of the Numenta Anomaly Benchmark, one configuration for all.

The detector learns nothing beforehand. Two figures, the threshold and how long an alarm rests, are chosen on
the train folder's files. Without a test folder they are chosen on four fifths of the files and scored on the
rest, and the spread over ten such drawings is given. The scorer is compared with a published detector's
scores.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from bench.quality._nab import Labelled, checked, normalised, raw, read
from tongguan.detection.anomaly import DEFAULT, State, step

DATA: Final = "nab"
GOAL: Final = 75.0
KNOWN: Final = "ARTime 74.85, HTM 70.1 on all 58 files; 75.6 and 75.6 on the 40 of the developers"
THRESHOLDS: Final = np.arange(2.0, 7.01, 0.25)
RESTS: Final = (0.02, 0.025, 0.03, 0.035, 0.04)
FOLDS, DRAWS = 5, 10

#: Raw scores by file of each pair (threshold, rest).
Scores = dict[tuple[float, float], dict[str, float]]


def scored(file: Labelled) -> np.ndarray:
    """Give the detector's scores, in one go (batches change nothing)."""
    return step(State(), file.at, file.value)[1].score


def alarms(scores: np.ndarray, threshold: float, rest: float) -> np.ndarray:
    """Give the alarms that the detector gives with these two figures, from its scores."""
    settings = replace(DEFAULT, threshold=threshold, rest=rest)
    found, until = np.zeros(len(scores), bool), -1
    for row in np.flatnonzero(scores >= threshold):
        if row >= until:
            found[row] = True
            until = row + int(min(max(settings.rest * row, settings.least), settings.most))
    return found


def table(files: dict[str, Labelled]) -> Scores:
    """Score all files with all pairs."""
    scores = {name: scored(file) for name, file in files.items()}
    return {
        (float(threshold), rest): {
            name: raw(file, alarms(scores[name], float(threshold), rest)) for name, file in files.items()
        }
        for threshold in THRESHOLDS
        for rest in RESTS
    }


def chosen(files: dict[str, Labelled], scores: Scores, names: list[str]) -> tuple[float, float]:
    """Choose the pair whose neighbourhood scores best on these files: a peak among low ones is chance."""
    plain = np.array(
        [[normalised(files, {n: scores[float(t), r][n] for n in names}) for r in RESTS] for t in THRESHOLDS]
    )
    padded = np.pad(plain, 1, mode="edge")
    around = sum(
        padded[1 + i : 1 + i + len(THRESHOLDS), 1 + j : 1 + j + len(RESTS)]
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
    )
    place = np.unravel_index(int(np.argmax(around)), plain.shape)
    return float(THRESHOLDS[place[0]]), RESTS[place[1]]


def drawn(files: dict[str, Labelled], scores: Scores, seed: int) -> float:
    """Give the score of all files, each with the pair chosen on the other folds' files."""
    names = [str(name) for name in np.random.default_rng(seed).permutation(sorted(files))]
    found: dict[str, float] = {}
    for fold in range(FOLDS):
        asked = names[fold::FOLDS]
        pair = chosen(files, scores, [name for name in names if name not in asked])
        found |= {name: scores[pair][name] for name in asked}
    return normalised(files, found)


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give the score of the test folder's files, or of the train folder's, cross-validated over files."""
    files = read(train)
    scores = table(files)
    pair = chosen(files, scores, sorted(files))
    line: dict[str, object] = {
        "metric": "NAB standard",
        "threshold": pair[0],
        "rest": pair[1],
        "chosen_on_itself": round(normalised(files, scores[pair]), 2),
        "scorer_agrees": checked(train, files),
        "known": KNOWN,
        "goal": GOAL,
    }
    if test is None:
        runs = [drawn(files, scores, seed) for seed in range(DRAWS)]
        spread = {"score": round(float(np.mean(runs)), 2), "score_sd": round(float(np.std(runs, ddof=1)), 2)}
        yield {**spread, "files": len(files), "windows": sum(len(f.windows) for f in files.values()), **line}
        return
    asked = read(test)
    found = {name: raw(file, alarms(scored(file), *pair)) for name, file in asked.items()}
    windows = sum(len(file.windows) for file in asked.values())
    yield {"score": round(normalised(asked, found), 2), "files": len(asked), "windows": windows, **line}
