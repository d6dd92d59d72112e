# SPDX-License-Identifier: Apache-2.0
"""Forecasts of daily counts: level, weekday and time of the year per series, intervals of whole numbers.

Counts of matters are small and scatter more than Poisson's law says; trees over lags have little to learn
from them. The level is an exponentially weighted mean whose memory is chosen per horizon by what would have
been said best on history; the interval is a negative binomial one whose scatter is what those forecasts
missed by, and follows what comes true (adaptive conformal inference, Gibbs and Candès 2021).
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

from tongguan.forecasts.contracts import DAY_MS, Floats, Forecast, Ints, Panel
from tongguan.forecasts.naive import seasonal
from tongguan.forecasts.record import Record

WEEK: Final = 7
#: Days after which what was is half forgotten; which fits is told by history.
_MEMORIES: Final = (2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0)
#: A weekday of one series leans on that of all as if so many usual weeks of it had been seen besides.
_WEEKS: Final = 8.0
#: The time of the year is looked at when there are more days than this, and leans towards none.
_YEAR: Final = 365.25
_LONG: Final = 540
_PENALTY: Final = 30.0
_PACE: Final = 0.02
_LEAST: Final = 1e-3
_FALLBACK: Final = 0.25


@dataclass(frozen=True, slots=True)
class Daily:
    """How daily counts are forecast. ``coverage``: share of truths an interval should hold.

    ``offset_ms``: local clock minus UTC, for weekdays. ``loss``: what the middle forecast is good at:
    ``squared_error`` (the mean, which adds up) or ``absolute_error`` (the median).
    """

    horizons: tuple[int, ...] = (1, 7, 14)
    coverage: float = 0.9
    offset_ms: int = 0
    loss: Literal["absolute_error", "squared_error"] = "squared_error"


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What history told: factors by weekday (7 × series), waves of the year (4 × series), memories."""

    weekday: Floats
    year: Floats
    memory: Floats
    scatter: Floats


class Counts:
    """A :class:`~tongguan.forecasts.contracts.Forecaster` of daily counts; the grid's step must be a day."""

    def __init__(self, recipe: Daily | None = None) -> None:
        """Take the recipe; nothing is known yet."""
        self.recipe = recipe or Daily()
        self.record = Record(self.recipe.horizons)
        self._past: Panel | None = None
        self._told: _Told | None = None
        self._last: Forecast | None = None
        self._miss: Floats = np.array([])

    def fit(self, history: Panel) -> None:
        """Learn from history; the record begins anew. ValueError for a grid that is not daily."""
        if len(history) > 1 and int(history.at[1] - history.at[0]) != DAY_MS:
            raise ValueError("at: one row per day")
        weekday = _weekdays(history, self.recipe)
        year = _years(history, weekday, self.recipe)
        bare = _Told(weekday, year, np.array([]), np.array([]))
        calm = history.values / self._usual(bare, history.at)
        levels = np.stack([_level(calm, memory) for memory in _MEMORIES])
        memory, scatter = [], []
        for horizon in self.recipe.horizons:
            truth = _later(history.values, horizon)
            usual = _later(self._usual(bare, history.at), horizon)
            begin = min(4 * WEEK, len(history) // 3)
            said = levels * usual
            off = [_deviance(truth[begin:], one[begin:]) for one in said]
            memory.append(_MEMORIES[int(np.argmin(off))])
            scatter.append(_scatter(truth[begin:], said[int(np.argmin(off))][begin:]))
        self._told = _Told(weekday, year, np.array(memory), np.array(scatter))
        self._miss = np.full(len(self.recipe.horizons), 1 - self.recipe.coverage)
        self._past = history
        self.record = Record(self.recipe.horizons)

    def hindcast(self, rows: Panel) -> Forecast:
        """Take the rows that follow and give the forecast made at each of them, in one go."""
        if self._past is None or self._told is None:
            raise ValueError("fit first")
        whole = self._past.followed_by(rows)
        begin, step = len(self._past), DAY_MS
        value = self._middle(whole)[begin:]
        usual = seasonal(whole, self.recipe.horizons, WEEK)[begin:]
        low, high = np.empty_like(value), np.empty_like(value)
        for origin in range(len(rows)):
            self._learn_from(self.record.arrived(int(rows.at[origin]), rows.values[origin]))
            low[origin], high[origin] = self._between(value[origin])
            value[origin] = self._said(value[origin])
            self.record.said(
                int(rows.at[origin]), step, value[origin], low[origin], high[origin], usual[origin]
            )
        self._past = whole
        return Forecast(rows.at, self.recipe.horizons, value, low, high)

    def update(self, rows: Panel) -> None:
        """Take the rows that follow, make their forecasts and count those that have come due."""
        self._last = self.hindcast(rows)

    def predict(self) -> Forecast:
        """Say what comes after the last row taken (the history's last before :meth:`update`)."""
        if self._past is None:
            raise ValueError("fit first")
        if self._last is not None:
            last = self._last
            return Forecast(last.at[-1:], last.horizons, last.value[-1:], last.low[-1:], last.high[-1:])
        value = self._middle(self._past)[-1:]
        low, high = self._between(value[0])
        value[0] = self._said(value[0])
        return Forecast(self._past.at[-1:], self.recipe.horizons, value, low[None], high[None])

    def _usual(self, told: _Told, at: Ints) -> Floats:
        """Give how much of the level each day gets by weekday and time of the year."""
        wave = np.exp(_waves(at) @ told.year)
        return np.asarray(np.maximum(told.weekday[_weekday(at, self.recipe)] * wave, _LEAST))

    def _middle(self, panel: Panel) -> Floats:
        """Give what is expected from every row: (rows × horizons × series)."""
        told = self._told
        if told is None:
            raise ValueError("fit first")
        calm = panel.values / self._usual(told, panel.at)
        found = []
        for horizon, memory in zip(self.recipe.horizons, told.memory, strict=True):
            found.append(_level(calm, float(memory)) * self._usual(told, panel.at + horizon * DAY_MS))
        return np.stack(found, axis=1)

    def _said(self, mean: Floats) -> Floats:
        """Give what is said of one origin's expected values: themselves, or the median."""
        return mean if self.recipe.loss == "squared_error" else self._quantile(mean, np.array(0.5))

    def _between(self, mean: Floats) -> tuple[Floats, Floats]:
        """Give the interval of one origin's (horizons × series) expected values."""
        miss = self._miss[:, None] / 2
        return self._quantile(mean, miss), self._quantile(mean, 1 - miss)

    def _quantile(self, mean: Floats, share: Floats) -> Floats:
        if self._told is None:
            raise ValueError("fit first")
        size = 1 / np.maximum(self._told.scatter, 1e-4)
        return np.asarray(nbinom.ppf(share, size, size / (size + np.maximum(mean, _LEAST))))

    def _learn_from(self, held: Floats) -> None:
        """Widen or narrow by the shares of truths the due intervals held (NaN: nothing came due)."""
        due = ~np.isnan(held)
        aim = 1 - self.recipe.coverage
        self._miss[due] += _PACE * (aim - (1 - held[due]))
        self._miss = np.clip(self._miss, 0.002, 0.6)


def _weekday(at: Ints, recipe: Daily) -> NDArray[np.int64]:
    return np.asarray((at + recipe.offset_ms) // DAY_MS % WEEK)


def _weekdays(history: Panel, recipe: Daily) -> Floats:
    place = _weekday(history.at, recipe)
    values = np.nan_to_num(history.values)
    total = np.zeros((WEEK, values.shape[1]))
    np.add.at(total, place, values)
    number = np.zeros((WEEK, values.shape[1]))
    np.add.at(number, place, ~np.isnan(history.values))
    mean = np.maximum(total.sum(0) / np.maximum(number.sum(0), 1), _LEAST)
    whole = total.sum(1) / np.maximum((number * mean).sum(1), _LEAST)
    common = np.where(number.sum(1) > 0, whole, 1.0)[:, None]
    factor = (total + _WEEKS * mean * common) / ((number + _WEEKS) * mean)
    return np.asarray(factor / factor.mean(0))


def _waves(at: Ints) -> Floats:
    turn = 2 * np.pi * (at / DAY_MS) / _YEAR
    return np.stack([np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn)], axis=1)


def _years(history: Panel, weekday: Floats, recipe: Daily) -> Floats:
    """Give the waves of the year of each series, leaning towards those of all, and these towards none."""
    series = history.values.shape[1]
    if len(history) < _LONG:
        return np.zeros((4, series))
    calm = history.values / weekday[_weekday(history.at, recipe)]
    weeks = len(calm) // WEEK
    sums = np.nansum(calm[-weeks * WEEK :].reshape(weeks, WEEK, series), axis=1)
    at = history.at[-weeks * WEEK :].reshape(weeks, WEEK).mean(1)
    common = _ridge(at, sums.sum(1, keepdims=True), np.zeros((4, 1)))
    return _ridge(at, sums, np.repeat(common, series, axis=1))


def _ridge(at: Floats, sums: Floats, towards: Floats) -> Floats:
    """Fit waves to the logarithm of weekly sums, a straight line beside them."""
    waves = _waves(at.astype(np.int64))
    line = np.stack([np.ones(len(at)), np.linspace(-1, 1, len(at))], axis=1)
    table = np.concatenate([waves, line], axis=1)
    aim = np.log(sums + 0.5) - waves @ towards
    penalty = np.diag([_PENALTY] * 4 + [1e-6] * 2)
    return np.asarray((np.linalg.solve(table.T @ table + penalty, table.T @ aim))[:4] + towards)


def _level(calm: Floats, memory: float) -> Floats:
    """Give the weighted mean of the days up to each, half as much weight every ``memory`` days."""
    keep = 0.5 ** (1 / memory)
    total, weight = np.zeros(calm.shape[1]), np.zeros(calm.shape[1])
    found = np.empty_like(calm)
    for row, values in enumerate(calm):
        there = ~np.isnan(values)
        total = keep * total + np.where(there, values, 0.0)
        weight = keep * weight + there
        found[row] = total / np.maximum(weight, 1e-9)
    return found


def _later(values: Floats, steps: int) -> Floats:
    moved = np.full_like(values, np.nan)
    if steps < len(values):
        moved[:-steps] = values[steps:]
    return moved


def _deviance(truth: Floats, said: Floats) -> float:
    """Give the mean Poisson deviance: what makes the mean of a count the best thing to say."""
    seen = ~np.isnan(truth)
    y, mean = truth[seen], np.maximum(said[seen], _LEAST)
    if not len(y):
        return 0.0
    return float(2 * (np.where(y > 0, y * np.log(np.maximum(y, _LEAST) / mean), 0.0) - (y - mean)).mean())


def _scatter(truth: Floats, said: Floats) -> Floats:
    """Give the negative binomial scatter per series, leaning on all: variance = mean + scatter · mean²."""
    seen = ~np.isnan(truth)
    mean = np.where(seen, said, 0.0)
    over = np.where(seen, (truth - said) ** 2 - said, 0.0).sum(0)
    square = (mean**2).sum(0)
    common = max(float(over.sum() / square.sum()) if square.sum() > 0 else _FALLBACK, 0.0)
    lean = 30 * np.maximum(square / np.maximum(seen.sum(0), 1), _LEAST)
    return np.asarray(np.maximum((over + lean * common) / (square + lean), 1e-4))
