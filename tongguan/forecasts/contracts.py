# SPDX-License-Identifier: Apache-2.0
"""What goes into a forecast and what comes out: panels of series on one regular grid of time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DAY_MS = 86_400_000
_TABLE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Series side by side on a regular grid of time.

    ``at``: n instants, milliseconds since 1970 (UTC), evenly spaced. ``values``: (n × series), NaN where
    nothing is known. ``beside``: other quantities of the same form (weather beside the air), known at ``at``
    and not before.
    """

    at: Ints
    values: Floats
    beside: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ValueError when columns differ in length or the instants are not evenly spaced."""
        for name, column in {"values": self.values, **self.beside}.items():
            if column.ndim != _TABLE or len(column) != len(self.at):
                raise ValueError(f"{name}: must be ({len(self.at)} × series), is {column.shape}")
        steps = np.diff(self.at)
        if len(steps) and (steps.min() <= 0 or steps.min() != steps.max()):
            raise ValueError("at: instants must be evenly spaced and rising")

    def __len__(self) -> int:
        """Give the number of instants."""
        return len(self.at)

    def between(self, begin: int, end: int) -> "Panel":
        """Give the rows from place ``begin`` up to, not with, ``end``."""
        return Panel(
            self.at[begin:end],
            self.values[begin:end],
            {name: column[begin:end] for name, column in self.beside.items()},
        )

    def followed_by(self, later: "Panel") -> "Panel":
        """Put later rows of the same series behind these; ValueError when a gap or an overlap would arise."""
        return Panel(
            np.concatenate([self.at, later.at]),
            np.concatenate([self.values, later.values]),
            {name: np.concatenate([column, later.beside[name]]) for name, column in self.beside.items()},
        )


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a learned forecaster looks at its series; every length is in steps of the grid.

    ``horizons``: how far ahead. ``lags``: which earlier values are looked at. ``spans``: mean, least and
    largest of the last so many. ``season``: length of a day (or the like) in steps. ``loss``: what the
    middle forecast is good at: ``absolute_error`` (the median) or ``squared_error`` (the mean).
    ``coverage``: share of truths an interval should hold. ``block``: length of the stretches of history held
    out by turns, from which the intervals are learned. ``offset_ms``: local clock minus UTC, for hours and
    weekdays. ``period_ms``: how long a season lasts: a day, or a week where weekdays differ.
    ``floor``: the least value there can be. ``rounds``: trees per horizon. ``profile``: whether
    the mean by hour, learned from history, is looked at. ``recall``: whether the value a season before the
    time meant is. ``rows``: how many are drawn to learn from at most, by ``seed``. ``linear``: ridge penalty
    of the linear companion that sees all series at once, None for trees alone. ``levels``: horizons at which
    the level is learned instead of the change: so far ahead that now says little. ``share``: of features
    each split draws from.
    """

    horizons: tuple[int, ...]
    lags: tuple[int, ...]
    spans: tuple[int, ...] = ()
    season: int = 24
    loss: Literal["absolute_error", "squared_error"] = "absolute_error"
    coverage: float = 0.9
    block: int = 168
    offset_ms: int = 0
    period_ms: int = DAY_MS
    floor: float = -np.inf
    rounds: int = 200
    leaves: int = 31
    rate: float = 0.08
    least: int = 50
    profile: bool = True
    recall: bool = True
    rows: int = 400_000
    levels: tuple[int, ...] = ()
    linear: float | None = None
    share: float = 1.0
    seed: int = 7


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """What is expected ``horizons`` steps after ``at``; arrays are (origins × horizons × series)."""

    at: Ints
    horizons: tuple[int, ...]
    value: Floats
    low: Floats
    high: Floats


class Forecaster(Protocol):
    """Learns from history, takes what happens, says what comes, and keeps count of how right it was."""

    def fit(self, history: Panel) -> None:
        """Learn from history, all of it past."""
        ...

    def update(self, rows: Panel) -> None:
        """Take the rows that follow; forecasts that have come due are counted."""
        ...

    def predict(self) -> Forecast:
        """Say what comes after the last row taken (one origin)."""
        ...
