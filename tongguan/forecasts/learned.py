# SPDX-License-Identifier: Apache-2.0
"""A forecaster learned from history: boosted trees on lags, neighbours and the clock, with intervals.

The change from now to then is learned, one model per horizon for all series of a panel. Intervals come from
stretches of history the trees have not seen, wider where larger values are forecast (conformal by level),
and are widened or narrowed by what has come true since (adaptive conformal inference, Gibbs and Candès 2021).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from tongguan.forecasts.contracts import Floats, Forecast, Panel, Recipe
from tongguan.forecasts.features import Known, ahead, back, bridged, columns, known
from tongguan.forecasts.linear import Linear
from tongguan.forecasts.naive import seasonal
from tongguan.forecasts.record import Record

Tables = NDArray[np.float32]
Mask = NDArray[np.bool_]

#: Levels of the forecast value between which the width of intervals is learned separately.
LEVELS = 8
#: How fast intervals follow what comes true.
PACE = 0.02
#: Every so-manieth block of history teaches the intervals, not the trees.
HELD = 5
#: A level with fewer residuals is told by all of them.
FEW = 20


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """How far truths lay from forecasts: residuals, sorted, by level of the forecast."""

    edges: Floats
    residuals: tuple[Floats, ...]

    def quantile(self, value: Floats, share: float) -> Floats:
        """Give for each forecast value the residual below which ``share`` of the truths lay."""
        place = np.searchsorted(self.edges, value)
        return np.array([within(residuals, share) for residuals in self.residuals])[place]


def within(residuals: Floats, share: float) -> float:
    """Give the quantile of sorted residuals, between two of them in proportion."""
    place = min(max(share, 0.0), 1.0) * (len(residuals) - 1)
    low = int(place)
    high = min(low + 1, len(residuals) - 1)
    return float(residuals[low] + (place - low) * (residuals[high] - residuals[low]))


def spread(value: Floats, residual: Floats) -> Spread:
    """Learn the residuals by level of the forecast."""
    edges = np.quantile(value, np.linspace(0, 1, LEVELS + 1)[1:-1])
    place = np.searchsorted(edges, value)
    whole = np.sort(residual)
    parts = [np.sort(residual[place == level]) for level in range(LEVELS)]
    return Spread(edges, tuple(part if len(part) >= FEW else whole for part in parts))


def mixed(truth: Floats, first: Floats, second: Floats, *, squared: bool) -> float:
    """Give the share of the second guess, in tenths, with which the mixture of both errs least."""
    shares = np.linspace(0.0, 1.0, 11)
    off = [truth - (1 - share) * first - share * second for share in shares]
    errors = [float((o**2).mean() if squared else np.abs(o).mean()) for o in off]
    return float(shares[int(np.argmin(errors))])


class Learned:
    """A :class:`~tongguan.forecasts.contracts.Forecaster` by boosted trees.

    ``near``: (series × series) weights of neighbours, where there are any.
    """

    def __init__(self, recipe: Recipe, near: Floats | None = None) -> None:
        """Take the recipe; nothing is known yet."""
        self.recipe = recipe
        self.near = near
        self.record = Record(recipe.horizons)
        self._past: Panel | None = None
        self._known: Known | None = None
        self._trees: list[HistGradientBoostingRegressor] = []
        self._spreads: list[Spread] = []
        self._lines: list[Linear | None] = []
        self._shares: list[float] = []
        self._last: Forecast | None = None
        self._miss: Floats = np.array([])

    @property
    def reach(self) -> int:
        """Give how many rows before the origin are looked at."""
        recipe = self.recipe
        return max(*recipe.lags, *recipe.spans, recipe.season * recipe.recall) + max(recipe.horizons) + 8

    def fit(self, history: Panel) -> None:
        """Learn from history; the record begins anew."""
        recipe = self.recipe
        self._known = known(history, recipe, self.near)
        base = columns(history, self._known, recipe)
        now = bridged(history.values)
        blocks = np.arange(len(history)) // recipe.block
        # A short history has few blocks: one of it is held all the same.
        held = blocks % HELD == min(HELD - 1, int(blocks[-1]) // 2)
        self._trees, self._spreads, self._lines, self._shares = [], [], [], []
        for horizon in recipe.horizons:
            more = ahead(history, self._known, recipe, horizon, learning=True)
            table = np.stack(base + more, axis=-1).astype(np.float32)
            change = back(history.values, -horizon) - now
            there = ~np.isnan(change)
            kept = there & held[:, None]
            # So far ahead that now says little: the level itself is learned.
            origin = np.zeros_like(now) if horizon in recipe.levels else now
            aim = back(history.values, -horizon) - origin
            guess = self._grown(table, aim, there & ~held[:, None]).predict(table[kept])
            guess += origin[kept] - now[kept]
            share = 0.0
            if recipe.linear is not None:
                other = self._drawn(history, horizon, ~held).change(history.values)[kept]
                share = mixed(change[kept], guess, other, squared=recipe.loss == "squared_error")
                guess = (1 - share) * guess + share * other
            self._spreads.append(spread(now[kept] + guess, change[kept] - guess))
            # What is held back teaches intervals and shares; then everything teaches the middle.
            self._trees.append(self._grown(table, aim, there))
            self._lines.append(self._drawn(history, horizon, np.ones_like(held)) if share else None)
            self._shares.append(share)
        self._miss = np.full(len(recipe.horizons), 1 - recipe.coverage)
        self._past = history.between(max(len(history) - self.reach, 0), len(history))
        self.record = Record(recipe.horizons)

    def _drawn(self, history: Panel, horizon: int, rows: Mask) -> Linear:
        """Draw the linear companion of one horizon from those rows."""
        if self._known is None or self.recipe.linear is None:
            raise ValueError("nothing known yet")
        line = Linear(self._known, self.recipe.linear)
        line.fit(history.values, horizon, rows)
        return line

    def _grown(self, table: Tables, aim: Floats, rows: Mask) -> HistGradientBoostingRegressor:
        """Grow the trees of one horizon from those rows, at most as many as the recipe says."""
        recipe = self.recipe
        chosen = np.flatnonzero(rows.ravel())
        if len(chosen) > recipe.rows:
            chosen = np.sort(np.random.default_rng(recipe.seed).choice(chosen, recipe.rows, replace=False))
        return HistGradientBoostingRegressor(
            loss=recipe.loss,
            max_iter=recipe.rounds,
            max_leaf_nodes=recipe.leaves,
            learning_rate=recipe.rate,
            min_samples_leaf=recipe.least,
            max_features=recipe.share,
            l2_regularization=1.0,
            early_stopping=False,
            random_state=recipe.seed,
        ).fit(table.reshape(-1, table.shape[-1])[chosen], aim.ravel()[chosen])

    def _middle(self, panel: Panel, begin: int) -> Floats:
        """Give the forecast values from the origins ``begin`` on: (origins × horizons × series)."""
        if self._known is None:
            raise ValueError("fit first")
        base = [column[begin:] for column in columns(panel, self._known, self.recipe)]
        now = bridged(panel.values)[begin:]
        found = []
        for number, horizon in enumerate(self.recipe.horizons):
            more = [column[begin:] for column in ahead(panel, self._known, self.recipe, horizon)]
            table = np.stack(base + more, axis=-1).astype(np.float32)
            change = self._trees[number].predict(table.reshape(-1, table.shape[-1])).reshape(now.shape)
            if horizon in self.recipe.levels:
                change -= now
            line, share = self._lines[number], self._shares[number]
            if line is not None:
                change = (1 - share) * change + share * line.change(panel.values)[begin:]
            found.append(np.maximum(now + change, self.recipe.floor))
        return np.stack(found, axis=1)

    def _between(self, value: Floats, miss: Floats) -> tuple[Floats, Floats]:
        """Give the interval of one origin's (horizons × series) values at each horizon's share of misses."""
        low, high = np.empty_like(value), np.empty_like(value)
        for number, told in enumerate(self._spreads):
            low[number] = value[number] + told.quantile(value[number], miss[number] / 2)
            high[number] = value[number] + told.quantile(value[number], 1 - miss[number] / 2)
        # Where the truths lay on one side only, the interval still reaches the value that is told.
        low, high = np.minimum(low, value), np.maximum(high, value)
        return np.maximum(low, self.recipe.floor), np.maximum(high, self.recipe.floor)

    def hindcast(self, rows: Panel, *, alone: bool = False) -> Forecast:
        """Take the rows that follow and give the forecast made at each of them, in one go.

        The forecasts are those that :meth:`update` and :meth:`predict` would have given row by row. With
        ``alone`` nothing before these rows is looked at (they need not follow the history).
        """
        if self._past is None:
            raise ValueError("fit first")
        whole = rows if alone else self._past.followed_by(rows)
        begin = len(whole) - len(rows)
        value = self._middle(whole, begin)
        usual = seasonal(whole, self.recipe.horizons, self.recipe.season)[begin:]
        low, high = np.empty_like(value), np.empty_like(value)
        for origin in range(len(rows)):
            self._learn_from(self.record.arrived(int(rows.at[origin]), rows.values[origin]))
            low[origin], high[origin] = self._between(value[origin], self._miss)
            step = int(whole.at[1] - whole.at[0])
            self.record.said(
                int(rows.at[origin]), step, value[origin], low[origin], high[origin], usual[origin]
            )
        self._past = whole.between(max(len(whole) - self.reach, 0), len(whole))
        return Forecast(rows.at, self.recipe.horizons, value, low, high)

    def _learn_from(self, held: Floats) -> None:
        """Widen or narrow by the shares of truths the due intervals held (NaN: nothing came due)."""
        due = ~np.isnan(held)
        aim = 1 - self.recipe.coverage
        self._miss[due] += PACE * (aim - (1 - held[due]))
        self._miss = np.clip(self._miss, 0.002, 0.8)

    def update(self, rows: Panel) -> None:
        """Take the rows that follow, make their forecasts and count those that have come due."""
        self._last = self.hindcast(rows)

    def predict(self) -> Forecast:
        """Say what comes after the last row taken; ValueError before :meth:`update`."""
        last = self._last
        if last is None:
            raise ValueError("update first")
        return Forecast(last.at[-1:], last.horizons, last.value[-1:], last.low[-1:], last.high[-1:])
