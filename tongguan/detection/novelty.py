# SPDX-License-Identifier: Apache-2.0
"""The streaming detector of ``anomaly`` as a kind that rules can choose. Pure.

It costs memory (0.5 MB a subject at the full memory, 60 kB at the least) and some 0.2 ms a reading: it is for
chosen streams, not for every one of a city.
"""

from dataclasses import replace

import numpy as np

from tongguan.detection import anomaly, grading
from tongguan.detection.contracts import (
    NEVER,
    SECOND,
    Batch,
    Floats,
    Parameter,
    Reason,
    Settings,
    State,
    Verdicts,
    newer,
)

_WAYS = len(anomaly.VIEWS)


def _figures(settings: Settings) -> anomaly.Settings:
    """Give the detector's figures for the memory the rule grants."""
    kept = int(settings["memory"])
    most = anomaly.DEFAULT
    return replace(most, kept=kept, tail=min(most.tail, kept), shapes=min(most.shapes, kept))


class Novelty(grading.Graded):
    """Grades by the score of what has not been like this before in the stream's own past.

    No limit need be known beforehand: 3.75 is what serves very different streams best (docs/quality.md).
    """

    code = "anomaly"
    zh = "不合自身规律（自校准）"
    en = "not like its own past (self-calibrating)"
    parameters = (
        Parameter("memory", "记忆读数个数", "readings remembered", "", 1_000, 12_000, 4_000.0),
        *grading.grading_parameters("", low=0.0, high=_WAYS * anomaly.DEFAULT.cap),
    )

    def begin(self, slots: int, settings: Settings) -> State:
        """Give the state of subjects not yet heard."""
        figures = _figures(settings)
        return super().begin(slots, settings) | {
            "seen": np.full(slots, NEVER),
            "count": np.zeros(slots, np.int64),
            "kept_at": np.zeros((slots, figures.kept), np.int64),
            "kept_value": np.zeros((slots, figures.kept)),
            "past": np.zeros((slots, figures.tail, _WAYS)),
            "begin": np.full((slots, _WAYS), np.inf),
            "mean": np.ones((slots, _WAYS)),
            "score": np.zeros(slots),
        }

    def step(self, settings: Settings, state: State, batch: Batch) -> tuple[State, Verdicts]:
        """Score each reading and climb the ladder with the score."""
        batch = newer(batch, state["seen"])
        if not len(batch):
            return state, Verdicts.none()
        figures = _figures(settings)
        scores = np.concatenate(
            [
                _scored(state, int(slot), batch, slice(int(begin), int(end) + 1), figures)
                for slot, begin, end in zip(batch.slots, batch.starts, batch.ends, strict=True)
            ]
        )
        state["seen"][batch.slots] = batch.at[batch.ends]
        ladder = grading.Ladder.of(settings)
        return state, grading.climb(ladder, state, batch.slot, batch.at, scores, Reason.ANOMALY)


def _scored(state: State, slot: int, batch: Batch, run: slice, figures: anomaly.Settings) -> Floats:
    """Score one subject's readings; writes its state."""
    count = int(state["count"][slot])
    kept, past = min(count, figures.kept), min(count, figures.tail)
    was = anomaly.State(
        seen=count,
        at=state["kept_at"][slot, :kept],
        value=state["kept_value"][slot, :kept],
        past=state["past"][slot, :past],
        begin=state["begin"][slot],
        mean=state["mean"][slot],
        score=float(state["score"][slot]),
    )
    now, judged = anomaly.step(was, batch.at[run] // SECOND, batch.value[run], figures)
    state["count"][slot] = now.seen
    state["kept_at"][slot, : len(now.at)] = now.at
    state["kept_value"][slot, : len(now.value)] = now.value
    state["past"][slot, : len(now.past)] = now.past
    state["begin"][slot], state["mean"][slot], state["score"][slot] = now.begin, now.mean, now.score
    return judged.score
