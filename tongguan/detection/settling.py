# SPDX-License-Identifier: Apache-2.0
"""Whether a support has settled: a strain or force that changed and stayed, apart from loads that pass.

A passing load also lifts the strain, for minutes, and lets it go. How far and how long loads do that is
learned from a load test on the sound bridge. A change is told at once when it is clearly larger than any
load's, or when it is smaller but stays longer than loads stay.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Loads:
    """What passing loads do: ``size`` in the stream's unit, ``stay`` in s, ``noise`` of a second's value."""

    size: float
    stay: int
    noise: float

    @classmethod
    def of(cls, seconds: Floats, quiet: int = 60) -> "Loads":
        """Learn from a load test on a sound bridge, one value a second; the first ``quiet`` are calm."""
        off = seconds - np.median(seconds[:quiet])
        noise = max(1.4826 * float(np.median(np.abs(np.diff(seconds)))) / np.sqrt(2), 1e-9)
        longest = run = 0
        for beyond in np.abs(off) > 6 * noise:
            run = run + 1 if beyond else 0
            longest = max(longest, run)
        return cls(float(np.quantile(np.abs(off), 0.999)), longest, noise)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much more than a load: ``factor`` of its size, or ``share`` of it for ``patience`` of its stay.

    ``span``: seconds over which medians are taken.
    """

    factor: float = 1.3
    share: float = 0.5
    patience: float = 2.0
    span: int = 20


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """The level to compare with (None: still being learned), the last seconds, how long it has been off."""

    level: float | None = None
    recent: Floats | None = None
    beyond: int = 0


def seconds(values: Floats, rate: int) -> Floats:
    """Give one median per second of values at ``rate`` per second; a broken last second is left out."""
    count = len(values) // rate
    return np.asarray(np.median(values[: count * rate].reshape(count, rate), axis=1))


def step(
    state: State, values: Floats, loads: Loads, limits: Limits, quiet: int = 60
) -> tuple[State, Floats, Mask]:
    """Judge the seconds that follow; give the new state, each second's change and whether it is told.

    The level to compare with is the median of the first ``quiet`` seconds, in which nothing is told.
    """
    recent = np.zeros(0) if state.recent is None else state.recent
    level, beyond = state.level, state.beyond
    change, told = np.zeros(len(values)), np.zeros(len(values), bool)
    small = max(limits.share * loads.size, 6 * loads.noise)
    for number, value in enumerate(values):
        recent = np.append(recent, value)[-max(quiet, limits.span) :]
        if level is None:
            if len(recent) == quiet:
                level = float(np.median(recent))
            continue
        change[number] = float(np.median(recent[-limits.span :])) - level
        beyond = beyond + 1 if abs(change[number]) >= small else 0
        clear = abs(change[number]) >= max(limits.factor * loads.size, 6 * loads.noise)
        told[number] = clear or beyond >= limits.patience * max(loads.stay, 1)
    return State(level, recent, beyond), change, told


def resting(values: Floats) -> float:
    """Give the level between loads that push one way: the middle of the lowest fifth of the seconds."""
    return float(np.quantile(values, 0.1))
