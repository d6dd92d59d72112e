# SPDX-License-Identifier: Apache-2.0
"""Faults of a pump circuit, second by second: F1 of anomalies, the benchmark's own score of change points.

Each run is calibrated by its own first 400 seconds, as in the benchmark's leaderboard; unlike there a judge
is taught by the marks of the train folder's runs. The thresholds are chosen on predictions for runs not
seen. Without a test folder the runs are judged in six folds, each with thresholds of the others. The time
since the beginning of a run is not looked at (faults begin at nearly the same second in most).
"""

import csv
import gzip
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from tongguan.detection.calm import Calm, Judge

DATA: Final = "skab"
CALM: Final = 400
FOLDS: Final = 6
#: Seconds in which a change counts as told, and in which it is taught.
WINDOW, TAUGHT = 60, 40
COST: Final = 0.11
#: Scores of anomalies are means of so many seconds.
SMOOTH: Final = 10
KNOWN: Final = "F1 0.78 (Conv-AE, MSET), NAB change point 32.42 (MSCRED), taught by no marks"


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One run: seconds, which are anomalous, which begin or end something, and the figures after calm."""

    at: np.ndarray
    bad: np.ndarray
    change: np.ndarray
    figures: np.ndarray

    def after_calm(self) -> np.ndarray:
        """Tell which seconds after the calm ones are anomalous."""
        return self.bad[CALM:]

    def recent(self) -> np.ndarray:
        """Tell which seconds after the calm ones have a change shortly before."""
        changes = self.at[self.change]
        gap = (
            self.at[CALM:, None] - changes[None, :] if len(changes) else np.full((len(self.at) - CALM, 1), -1)
        )
        return ((gap >= 0) & (gap <= TAUGHT)).any(axis=1)


def runs(folder: Path) -> list[Run]:
    """Read the marked runs of a folder."""
    found = []
    for path in sorted(folder.glob("*/*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if "anomaly" not in rows[0]:
            continue
        channels = [name for name in rows[0] if name not in {"datetime", "anomaly", "changepoint"}]
        values = np.array([[float(row[name]) for name in channels] for row in rows])
        at = np.array([datetime.fromisoformat(row["datetime"][:19]).timestamp() for row in rows])
        bad, change = (
            np.array([float(row[name]) > 0.5 for row in rows]) for name in ("anomaly", "changepoint")
        )
        figures = Calm.of(values[:CALM]).step(values[:CALM], values[CALM:])[1]
        found.append(Run(at, bad, change, figures))
    return found


def smooth(scores: np.ndarray, span: int) -> np.ndarray:
    """Give the mean of the last scores."""
    total = np.concatenate([[0.0], np.cumsum(scores)])
    end = np.arange(1, len(scores) + 1)
    begin = np.maximum(end - span, 0)
    return (total[end] - total[begin]) / (end - begin)


def outliers(asked: Sequence[Run], scores: Sequence[np.ndarray], threshold: float) -> dict[str, float]:
    """Give F1, false and missed alarm rates in per cent over all seconds; the calm ones are never told."""
    guess = np.concatenate([np.concatenate([np.zeros(CALM, bool), s >= threshold]) for s in scores])
    truth = np.concatenate([run.bad for run in asked])
    right = float((guess & truth).sum())
    return {
        "f1": 2 * right / (guess.sum() + truth.sum()),
        "far": 100 * float((guess & ~truth).sum()) / float((~truth).sum()),
        "mar": 100 * (1 - right / float(truth.sum())),
    }


def told(run: Run, scores: np.ndarray, threshold: float, rest: float) -> np.ndarray:
    """Give the instants at which a change is told; one told rests for some seconds."""
    found: list[float] = []
    for at in run.at[CALM:][scores >= threshold]:
        if not found or at - found[-1] >= rest:
            found.append(float(at))
    return np.array(found)


def nab(asked: Sequence[Run], calls: Sequence[np.ndarray]) -> dict[str, float]:
    """Give the benchmark's score of change points: windows of 60 s after each, standard costs.

    Windows that meet are cut at the right one's left edge; a call is worth 1 at the window's begin and -0.11
    at its end, by a hyperbolic tangent; -0.11 outside, -1 for a window without a call.
    """
    total, windows, outside = 0.0, 0, 0
    for run, call in zip(asked, calls, strict=True):
        used, end = np.zeros(len(call), bool), -np.inf
        for change in run.at[run.change]:
            begin, end = max(float(change), end), float(change) + WINDOW
            inside = (call >= begin) & (call <= end)
            windows += 1
            if inside.any():
                place = np.pi * ((call[inside][0] - begin) / (end - begin) - 0.5)
                total += (1 - COST) / 2 - (1 + COST) / 2 * np.tanh(place) / np.tanh(np.pi / 2)
            else:
                total -= 1
            used |= inside
        outside += int((~used).sum())
    score = 100 * (total - COST * outside + windows) / (2 * windows)
    hours = sum(len(run.at) for run in asked) / 3600
    return {"nab_change": score, "calls_outside_per_hour": outside / hours}


def best_threshold(asked: Sequence[Run], scores: Sequence[np.ndarray]) -> float:
    """Choose the threshold of anomalies by F1."""
    return float(max(np.linspace(0.15, 0.85, 36), key=lambda t: outliers(asked, scores, t)["f1"]))


def best_call(asked: Sequence[Run], scores: Sequence[np.ndarray]) -> tuple[float, float]:
    """Choose threshold and rest of change points by the benchmark's score."""
    pairs = [(float(t), r) for t in np.linspace(0.1, 0.6, 26) for r in (20.0, 40.0, 60.0)]
    return max(
        pairs,
        key=lambda p: nab(asked, [told(run, s, *p) for run, s in zip(asked, scores, strict=True)])[
            "nab_change"
        ],
    )


def taught(known: Sequence[Run], marks: Callable[[Run], np.ndarray]) -> Judge:
    """Teach a judge by these runs."""
    judge = Judge()
    judge.fit([run.figures for run in known], [marks(run) for run in known])
    return judge


def unseen(
    known: Sequence[Run], marks: Callable[[Run], np.ndarray], fold: np.ndarray, span: int
) -> list[np.ndarray]:
    """Give scores of each run, smoothed, by a judge that has not seen its fold."""
    found: list[np.ndarray] = [np.array([])] * len(known)
    for number in range(FOLDS):
        judge = taught([run for run, of in zip(known, fold, strict=True) if of != number], marks)
        for place in np.flatnonzero(fold == number):
            found[place] = smooth(judge.scores(known[place].figures), span)
    return found


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give the figures on the test folder's runs, or over six folds of the train folder's."""
    known = runs(train)
    fold = np.random.default_rng(1).permutation(len(known)) % FOLDS
    bads = unseen(known, Run.after_calm, fold, SMOOTH)
    changes = unseen(known, Run.recent, fold, 1)
    line: dict[str, object] = {
        "metric": "F1, FAR %, MAR %, NAB change point",
        "known": KNOWN,
        "goal": "F1 0.78, NAB 32.4",
    }
    if test is not None:
        asked = runs(test)
        bad, change = taught(known, Run.after_calm), taught(known, Run.recent)
        seen = [smooth(bad.scores(run.figures), SMOOTH) for run in asked]
        threshold, call = best_threshold(known, bads), best_call(known, changes)
        calls = [told(run, change.scores(run.figures), *call) for run in asked]
    else:
        asked, seen, calls, threshold = known, bads, [np.array([])] * len(known), 0.5
        flat = [s.copy() for s in bads]
        for number in range(FOLDS):
            others = [n for n in range(len(known)) if fold[n] != number]
            limit = best_threshold([known[n] for n in others], [bads[n] for n in others])
            call = best_call([known[n] for n in others], [changes[n] for n in others])
            for place in np.flatnonzero(fold == number):
                # Brought to one common threshold, so that all runs are counted together.
                flat[place] = (bads[place] >= limit).astype(float)
                calls[place] = told(known[place], changes[place], *call)
        seen = flat
    figures = outliers(asked, seen, threshold) | nab(asked, calls)
    always = nab(asked, [np.arange(run.at[CALM], run.at[-1], 40.0) for run in asked])["nab_change"]
    yield {
        **{name: round(value, 4) for name, value in figures.items()},
        "nab_of_a_call_every_40_s": round(always, 2),
        "runs": len(asked),
        "taught_by_runs": len(known),
        **line,
    }
