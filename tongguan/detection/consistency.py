# SPDX-License-Identifier: Apache-2.0
"""Whether the channels of one plant still fit each other: levels to flows, pressures to pumps.

Each channel is told by all others of the same instant and by the instant before, learned from normal
operation; flow and state of one pump do not tell each other. What an intruder replays or holds still for the
operator's eye no longer fits the channels that were left alone. Residuals are taken alone and as means of the
last few and many instants, so that a small lie that lasts is seen too; each in units of what normal operation
exceeds five times in ten thousand instants.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Quantile of the residuals of normal operation that makes a score of one.
UNIT = 0.9995
#: Residuals are means of the last so many instants.
SPANS = (1, 3, 12)
#: Stretches of history that teach by turns, in instants (a week of hours), and how many turns.
STRETCH, TURNS = 168, 4
#: No channel says more than this.
CAP = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """How far each channel is from what the others tell, in its unit; (instants × channels)."""

    scores: Floats

    def whole(self) -> Floats:
        """Give one score per instant: its worst channel's."""
        return np.minimum(self.scores.max(axis=1), CAP)

    def suspects(self, instant: int, most: int = 3) -> list[int]:
        """Give the channels that fit least at one instant, worst first."""
        return [int(n) for n in np.argsort(-self.scores[instant], kind="stable")[:most]]


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """What is remembered between steps: the last instant's values, and the last instants' residuals."""

    before: Floats
    off: Floats


def running(off: Floats, span: int, count: int) -> Floats:
    """Give the means of the last ``span`` residuals (or fewer) at each of the last ``count`` instants."""
    padded = np.concatenate([np.full((span - 1, off.shape[1]), np.nan), off])[-(count + span - 1) :]
    return np.asarray(np.nanmean(sliding_window_view(padded, span, axis=0), axis=-1))


class Consistency:
    """What normal operation looks like; ``devices`` names each channel's device (equal: the same one)."""

    def __init__(self, devices: Sequence[str], *, rounds: int = 120, seed: int = 0) -> None:
        """Take the channels' devices; nothing is known yet."""
        self.devices = tuple(devices)
        self._rounds, self._seed = rounds, seed
        self._models: list[list[HistGradientBoostingRegressor]] = []
        self._level: Floats = np.array([])
        self._units: list[Floats] = []

    def _table(self, values: Floats, clock: Floats, before: Floats) -> Floats:
        return np.concatenate([values, np.vstack([before, values[:-1]]), clock], axis=1)

    def _columns(self, channel: int, width: int) -> list[int]:
        own = {n for n, device in enumerate(self.devices) if device == self.devices[channel]}
        return [n for n in range(width) if n not in own]

    def fit(self, values: Floats, clock: Floats) -> None:
        """Learn from normal operation.

        ``values``: (instants × channels), evenly spaced, without gaps. ``clock``: columns that tell the time
        of day and the like. Raise ValueError when the channels are not as many as the devices.
        """
        if values.shape[1] != len(self.devices):
            raise ValueError(f"values: {values.shape[1]} channels, {len(self.devices)} devices")
        table = self._table(values, clock, values[0])
        turn = np.arange(len(values)) // STRETCH % TURNS
        self._level = values.mean(axis=0)
        off = np.zeros_like(values)
        self._models = []
        for channel in range(values.shape[1]):
            models: list[HistGradientBoostingRegressor] = []
            off[:, channel] = values[:, channel] - self._level[channel]
            if np.ptp(values[:, channel]) > 0:
                columns = self._columns(channel, table.shape[1])
                for number in range(TURNS):
                    kept = turn == number
                    model = HistGradientBoostingRegressor(
                        max_iter=self._rounds,
                        learning_rate=0.1,
                        min_samples_leaf=20,
                        max_features=0.25,
                        early_stopping=False,
                        random_state=self._seed,
                    ).fit(table[~kept][:, columns], values[~kept, channel])
                    off[kept, channel] = values[kept, channel] - model.predict(table[kept][:, columns])
                    models.append(model)
            self._models.append(models)
        least = 0.02 * values.std(axis=0) + 1e-3
        self._units = [
            np.quantile(np.abs(running(off, span, len(off))), UNIT, axis=0) + least for span in SPANS
        ]

    def step(self, state: State | None, values: Floats, clock: Floats) -> tuple[State, Residuals]:
        """Judge the instants that follow; ``state``: what the last step gave, None at the beginning.

        Give the new state and the residuals.
        """
        first = values[0] if state is None else state.before
        table = self._table(values, clock, first)
        off = values - self._level
        for channel, models in enumerate(self._models):
            if models:
                columns = self._columns(channel, table.shape[1])
                told = np.mean([model.predict(table[:, columns]) for model in models], axis=0)
                off[:, channel] = values[:, channel] - told
        whole = off if state is None else np.concatenate([state.off, off])
        scores = [
            np.abs(running(whole, span, len(values))) / unit
            for span, unit in zip(SPANS, self._units, strict=True)
        ]
        return State(values[-1].copy(), whole[1 - max(SPANS) :]), Residuals(np.max(scores, axis=0))


@dataclass(frozen=True, slots=True)
class Latch:
    """An alarm that begins at once and ends late.

    It begins with a score of ``on`` or more, and holds while the mean of the last ``span`` scores is ``off``
    or more, and ``hold`` instants beyond.
    """

    on: float
    off: float
    span: int
    hold: int

    def step(self, state: tuple[Floats, int] | None, scores: Floats) -> tuple[tuple[Floats, int], Mask]:
        """Take the scores that follow; give the new state (the last scores, instants left) and the alarms."""
        past, left = (np.zeros(0), 0) if state is None else state
        whole = np.concatenate([past, scores])
        alarms = np.zeros(len(scores), bool)
        for number in range(len(scores)):
            end = len(past) + number + 1
            recent = whole[max(0, end - self.span) : end]
            if whole[end - 1] >= self.on or (left > 0 and float(recent.sum()) / len(recent) >= self.off):
                left = self.hold
            if left > 0:
                alarms[number] = True
                left -= 1
        return (whole[-self.span :], left), alarms
