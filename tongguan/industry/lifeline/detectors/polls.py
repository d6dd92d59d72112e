# SPDX-License-Identifier: Apache-2.0
"""Pure: what the lifeline detectors share: readings one by one, and polls of a group taken together.

Both keep the promise of ``detection.spi``: how readings are cut into batches changes nothing. Readings are
worked through in rounds in which each subject has one reading (or one poll), so every rule below is written
for arrays of subjects and sees the past only.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Final

import numpy as np

from tongguan.detection.contracts import (
    COLOURS,
    SECOND,
    Batch,
    Floats,
    Parameter,
    Reason,
    Settings,
    Slots,
    State,
    Times,
    Verdicts,
)
from tongguan.detection.grading import Graded, Ladder, climb, fresh, grading_parameters
from tongguan.detection.segments import order, risen, rounds

Measured = tuple[Slots, Times, Floats]
_NAN: Final = np.nan


def empty(slots: int, *names: str) -> State:
    """Give arrays of numbers not yet known."""
    return {name: np.full(slots, _NAN) for name in names}


def zeros(slots: int, *names: str) -> State:
    """Give arrays of zeros."""
    return {name: np.zeros(slots) for name in names}


def elapsed(state: State, slots: Slots, at: Times) -> Floats:
    """Give seconds since each subject was last asked (0 the first time), and remember this time."""
    before = state["asked"][slots]
    state["asked"][slots] = at
    return np.where(before >= 0, (at - before) / SECOND, 0.0)


def share(seconds: Floats, tau_s: float) -> Floats:
    """Give how far an exponential mean of that time constant moves in so many seconds."""
    return np.asarray(1.0 - np.exp(-seconds / tau_s))


def towards(mean: Floats, value: Floats, part: Floats, most: float | Floats = np.inf) -> Floats:
    """Move a mean towards a value by a share of the difference, of which at most ``most`` counts."""
    step = np.clip(value - mean, -np.asarray(most), most)
    return np.where(np.isnan(mean), value, np.where(np.isnan(value), mean, mean + part * step))


class _Judging(Graded, ABC):
    """Parameters of its own before those of the ladder; begins with the ladder's state and its own."""

    own: tuple[Parameter, ...] = ()
    reason: Reason = Reason.HIGH

    @abstractmethod
    def memory(self, slots: int, settings: Settings) -> State:
        """Give what it remembers besides the ladder."""

    def begin(self, slots: int, settings: Settings) -> State:
        """Give the state of subjects not yet heard."""
        return {**fresh(slots), "asked": np.full(slots, -1, np.int64), **self.memory(slots, settings)}

    def climbed(self, settings: Settings, state: State, found: list[Measured]) -> tuple[State, Verdicts]:
        """Put all rounds, which go forward in time within a slot, in order of slots; climb the ladder."""
        if not found:
            return state, Verdicts.none()
        slots, at, measured = (np.concatenate([one[n] for one in found]) for n in range(3))
        telling = ~np.isnan(measured)
        if not telling.all():
            slots, at, measured = slots[telling], at[telling], measured[telling]
        sorting = order(slots.astype(np.int64))
        return state, climb(
            Ladder.of(settings), state, slots[sorting], at[sorting], measured[sorting], self.reason
        )


class EachReading(_Judging):
    """A detector whose subject is one stream, asked at every reading."""

    @abstractmethod
    def measure(self, settings: Settings, state: State, slots: Slots, at: Times, values: Floats) -> Floats:
        """Give the measurement of each subject."""

    def step(self, settings: Settings, state: State, batch: Batch) -> tuple[State, Verdicts]:
        """Judge reading after reading."""
        found: list[Measured] = []
        for part, _ in rounds(batch, np.arange(len(batch), dtype=np.int64)):
            newer = part.at > state["asked"][part.slot]
            slots, at, value = part.slot[newer], part.at[newer], part.value[newer]
            found.append((slots, at, self.measure(settings, state, slots, at, value)))
        return self.climbed(settings, state, found)


class EachPoll(_Judging):
    """A detector whose subject is a group polled together every so many seconds (``every``).

    A poll is judged when all its parts are there, or as it is when the next one begins; a part that is
    missing is NaN. A reading that comes after its poll was judged is not looked at.
    """

    grouped = True

    def memory(self, slots: int, settings: Settings) -> State:
        """Give the poll that is being gathered."""
        return {
            "poll": np.full(slots, -1, np.int64),
            "moment": np.full(slots, -1, np.int64),
            "judged": np.ones(slots, np.bool_),
            "polled": np.full((slots, int(settings["parts"])), _NAN),
        }

    @abstractmethod
    def measure(self, settings: Settings, state: State, slots: Slots, at: Times, values: Floats) -> Floats:
        """Give the measurement of each subject from a poll, n × parts."""

    def step(self, settings: Settings, state: State, batch: Batch) -> tuple[State, Verdicts]:
        """Judge poll after poll."""
        found = [
            (slots, at, self.measure(settings, state, slots, at, values))
            for slots, at, values in _polls(state, batch, int(settings["every"] * SECOND))
        ]
        return self.climbed(settings, state, found)


def _polls(state: State, batch: Batch, every: int) -> Iterator[tuple[Slots, Times, Floats]]:
    """Yield polls that are complete or over, round by round; each subject at most once in each."""
    number = batch.at // every
    # Within a run polls may come mixed; those that go back are over and are left out.
    for part, _ in rounds(batch, risen(number, batch.starts)):
        mine = part.at // every
        slots = part.slots
        newest = mine[part.starts]
        opens = newest > state["poll"][slots]
        over = slots[opens & ~state["judged"][slots]]
        if len(over):
            yield over, state["moment"][over].copy(), state["polled"][over]
        opened = slots[opens]
        state["poll"][opened] = newest[opens]
        state["moment"][opened] = -1
        state["judged"][opened] = False
        state["polled"][opened] = _NAN
        fits = mine == state["poll"][part.slot]
        slot = part.slot[fits]
        state["polled"][slot, part.part[fits]] = part.value[fits]
        np.maximum.at(state["moment"], slot, part.at[fits])
        full = slots[~state["judged"][slots] & ~np.isnan(state["polled"][slots]).any(axis=1)]
        if len(full):
            state["judged"][full] = True
            yield full, state["moment"][full].copy(), state["polled"][full]


def poll_parameter() -> Parameter:
    """Give the parameter that says how often a group is polled."""
    return Parameter("every", "轮询间隔", "poll interval", "s", 1, 86_400, needed=True)


def ladder_parameters(unit: str) -> tuple[Parameter, ...]:
    """Give the ladder's parameters; limits are never below zero here."""
    return grading_parameters(unit, low=0.0)


def lowest(settings: Settings) -> float:
    """Give the limit of the lowest grade in use."""
    return min(float(np.min(settings[colour])) for colour in COLOURS if colour in settings)
