# SPDX-License-Identifier: Apache-2.0
"""A streaming detector of what has not been like this before: one stream, no labels, no look-ahead.

Each reading is looked at in six ways (step, level of the last few and of the last many against before, the
shape of the last few and of the last many against all shapes seen, the same hour of earlier days). Each way
calibrates itself: how far its figure lies in the tail of its own past (Hill's estimate, so that a stream
full of peaks needs higher ones). The score is the smoothed sum; an alarm rests for a while that grows with
what has been seen. One configuration for every stream; nothing is fitted beforehand.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

DAY_S, HALF_HOUR_S = 86_400, 1_800

#: Ways of looking, and the quantile of its past at which each one's tail begins.
VIEWS = {"step": 0.98, "few": 0.98, "many": 0.98, "shape": 0.98, "long shape": 0.95, "hour": 0.95}


@dataclass(frozen=True, slots=True)
class Settings:
    """The figures of the detector, in readings unless said otherwise.

    ``threshold``: score of an alarm. ``smooth``: weight of the newest in the smoothed sum. ``rest``: an alarm
    rests for this share of what has been seen, within ``least`` and ``most``. ``kept``: readings remembered;
    ``shapes``: how far back shapes are compared; ``tail``: how much of its past each way is calibrated by.
    ``cap``: the most one way can say. ``days``: earlier days looked at.
    """

    threshold: float = 4.0
    smooth: float = 0.3
    rest: float = 0.03
    least: int = 20
    most: int = 600
    kept: int = 12_000
    shapes: int = 2_500
    tail: int = 6_000
    cap: float = 6.0
    days: int = 7
    warm: int = 60


DEFAULT = Settings()
#: Readings after which a tail is fitted anew, and up to where it is at every one.
FRESH, YOUNG = 10, 300
#: Prior of the tail: so many exceedances of this mean.
PRIOR_COUNT, PRIOR_MEAN = 5, 0.15
SHORT, LONG = 4, 48
#: Spans of levels: the last few or many, and how many before them they are compared with.
FEW, BEFORE_FEW, MANY, BEFORE_MANY = 5, 300, 30, 1000


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What is remembered of one stream: its last readings, the past of each way, tails, score, rest."""

    seen: int = 0
    at: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    value: Floats = field(default_factory=lambda: np.zeros(0))
    past: Floats = field(default_factory=lambda: np.zeros((0, len(VIEWS))))
    begin: Floats = field(default_factory=lambda: np.full(len(VIEWS), np.inf))
    mean: Floats = field(default_factory=lambda: np.ones(len(VIEWS)))
    score: float = 0.0
    rests_until: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One line per reading: smoothed ``score``, ``alarm``, and what each way said (readings × ways)."""

    score: Floats
    alarm: Mask
    parts: Floats

    def loudest(self, reading: int) -> str:
        """Give the way of looking that said most about one reading."""
        return list(VIEWS)[int(np.argmax(self.parts[reading]))]


def mean(values: Floats, end: int, length: int) -> float:
    """Give the mean of the ``length`` values up to, not with, place ``end``; of fewer at the beginning."""
    return float(values[max(0, end - length) : end].mean()) if end > 0 else float(values[0])


def nearest(values: Floats, row: int, width: int, reach: int) -> float:
    """Give how far the last ``width`` values are from the most alike stretch before them."""
    first = row - width + 1
    low = max(0, first - width + 1 - reach)
    if row < 2 * width + 20:
        return 0.0
    shapes = sliding_window_view(values[low:first], width)
    off = shapes - values[first : row + 1]
    return float(np.sqrt(np.einsum("ij,ij->i", off, off).min()))


def hour(at: Ints, values: Floats, row: int, days: int) -> float:
    """Give the distance to the nearest value around this hour of earlier days; 0: none known."""
    recent = np.diff(at[max(0, row - 25) : row + 1])
    step = float(np.median(recent)) if len(recent) else 0.0
    about = max(HALF_HOUR_S, step)
    found = []
    for back in range(1, days + 1):
        meant = at[row] - back * DAY_S
        low, high = np.searchsorted(at[:row], [meant - about, meant + about + 1])
        if high > low:
            found.append(float(np.abs(values[low:high] - values[row]).min()))
        elif meant + about < at[0]:
            break
    return min(found) if found else 0.0


def looked(at: Ints, values: Floats, row: int, settings: Settings) -> Floats:
    """Give the six figures of the reading at place ``row``, from it and what came before."""
    few = many = 0.0
    if row >= FEW:
        few = abs(mean(values, row + 1, FEW) - mean(values, row + 1 - FEW, BEFORE_FEW))
    if row >= MANY:
        many = abs(mean(values, row + 1, MANY) - mean(values, row + 1 - MANY, BEFORE_MANY))
    return np.array(
        [
            abs(values[row] - values[row - 1]) if row else 0.0,
            few,
            many,
            nearest(values, row, SHORT, settings.shapes),
            nearest(values, row, LONG, settings.shapes),
            hour(at, values, row, settings.days),
        ]
    )


def tails(past: Floats) -> tuple[Floats, Floats]:
    """Give where each way's tail begins and its mean log-exceedance (Hill), shrunk towards the prior."""
    begin, mean_ = np.empty(len(VIEWS)), np.empty(len(VIEWS))
    for way, share in enumerate(VIEWS.values()):
        column = past[:, way]
        start = max(float(np.quantile(column, share)), 1e-9)
        beyond = column[column > start]
        total = float(np.log(beyond / start).sum()) if len(beyond) else 0.0
        begin[way] = start
        mean_[way] = (total + PRIOR_MEAN * PRIOR_COUNT) / (len(beyond) + PRIOR_COUNT)
    return begin, mean_


def step(state: State, at: Ints, value: Floats, settings: Settings = DEFAULT) -> tuple[State, Judged]:
    """Judge the readings that follow, in order; give the new state and one line per reading.

    ``at``: seconds, rising; ``value``: NaN is passed by (score as before, no alarm, not remembered). How the
    stream is cut into batches changes nothing.
    """
    known = ~np.isnan(value)
    whole_at = np.concatenate([state.at, at[known]])
    whole = np.concatenate([state.value, value[known]])
    begin_row = len(state.value)
    past = np.concatenate([state.past, np.zeros((len(whole) - begin_row, len(VIEWS)))])
    begun = len(state.past)
    begin, mean_, score, rests = state.begin, state.mean, state.score, state.rests_until
    scores, alarms, parts = np.zeros(len(at)), np.zeros(len(at), bool), np.zeros((len(at), len(VIEWS)))
    count = 0
    for line in range(len(at)):
        if known[line]:
            row, seen = begin_row + count, state.seen + count
            low = max(0, row + 1 - settings.kept)
            figures = looked(whole_at[low:], whole[low:], row - low, settings)
            before = past[max(0, begun + count - settings.tail) : begun + count]
            if seen >= settings.warm:
                if seen < YOUNG or seen % FRESH == 0:
                    begin, mean_ = tails(before)
                parts[line] = np.clip(np.log(np.maximum(figures, 1e-12) / begin) / mean_, 0.0, settings.cap)
            past[begun + count] = figures
            score += settings.smooth * (float(parts[line].sum()) - score)
            if score >= settings.threshold and seen >= rests:
                alarms[line] = True
                rests = seen + int(min(max(settings.rest * seen, settings.least), settings.most))
            count += 1
        scores[line] = score
    kept = replace(
        state,
        seen=state.seen + count,
        at=whole_at[-settings.kept :],
        value=whole[-settings.kept :],
        past=past[-settings.tail :],
        begin=begin,
        mean=mean_,
        score=score,
        rests_until=rests,
    )
    return kept, Judged(scores, alarms, parts)
