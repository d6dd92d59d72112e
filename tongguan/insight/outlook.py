# SPDX-License-Identifier: Apache-2.0
"""How many matters of a unit become late in a week, with bounds and in words. Pure.

An open matter becomes late in the week when it is due in it and still open then: its chance is what survival
history gives a matter of its age, by its item and by its unit. New ones come as the inflow is forecast, and
become late as often as new ones did. The bounds hold nine in ten; they are widened by how far past forecasts
were off.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongguan.forecasts.contracts import DAY_MS, Panel, Recipe
from tongguan.forecasts.learned import Learned
from tongguan.patterns.survival import Curve, curve, tally

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

#: Standard normal quantile of the bounds: nine in ten lie inside.
WIDE: Final = 1.6448536269514722
#: Ended matters before a curve of its own is heard.
HEARD: Final = 50
#: Days of history before the learned inflow is asked; below, the last week says the next.
LEARNS: Final = 120
WEEK: Final = 7
_LEAST: Final = 1e-4
_ROUND: Final = 50


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Ended and running matters: time used as a share of the limit, whether it ended, item and unit."""

    ratio: Floats
    ended: Mask
    item: Ints
    unit: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Odds:
    """Curves of the share of the limit used: of all, by item and by unit where enough have ended."""

    whole: Curve
    items: Mapping[int, Curve]
    units: Mapping[int, Curve]

    def late(self, age: Floats, item: Ints, unit: Ints) -> Floats:
        """Give the chance that open matters, of which this share of the limit is used, become late.

        Item and unit are put together as odds: how much quicker or slower than all each of them is.
        """
        limit = np.ones_like(age)
        whole = _odds(self.whole.late_given(age, limit))
        odds = whole.copy()
        for curves, column in ((self.items, item), (self.units, unit)):
            for key in np.unique(column).tolist():
                known = curves.get(key)
                if known is not None:
                    mine = column == key
                    odds[mine] *= _odds(known.late_given(age[mine], limit[mine])) / whole[mine]
        return np.where(age >= 1, 1.0, odds / (1 + odds))


def _odds(chance: Floats) -> Floats:
    held = np.clip(chance, _LEAST, 1 - _LEAST)
    return held / (1 - held)


def odds_of(past: Past) -> Odds:
    """Learn the curves; shares of the limit are rounded up to fiftieths."""
    ratio = np.ceil(past.ratio * _ROUND - 1e-9) / _ROUND
    return Odds(
        curve(tally(ratio, past.ended)),
        _each(ratio, past.ended, past.item),
        _each(ratio, past.ended, past.unit),
    )


def _each(ratio: Floats, ended: Mask, column: Ints) -> dict[int, Curve]:
    order = np.argsort(column, kind="stable")
    keys, begins = np.unique(column[order], return_index=True)
    found = {}
    for key, rows in zip(keys.tolist(), np.split(order, begins[1:]), strict=True):
        if ended[rows].sum() >= HEARD:
            found[key] = curve(tally(ratio[rows], ended[rows]))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Inflow:
    """New matters of each unit in the week: expected, with bounds that hold nine in ten; who said so."""

    value: Floats
    low: Floats
    high: Floats
    learned: bool


def inflow(daily: Floats, ahead: int) -> Inflow:
    """Forecast the week that ends ``ahead`` days after the last day of ``daily`` (days × units).

    The forecasts engine learns the sums of seven days with their season of a week; with less than ``LEARNS``
    days the last week says the next, with the bounds of a count that varies by chance.
    """
    if len(daily) < WEEK:
        flat = daily.mean(axis=0) * WEEK if len(daily) else np.zeros(daily.shape[1])
        return _by_chance(flat)
    sums = np.lib.stride_tricks.sliding_window_view(daily, WEEK, axis=0).sum(axis=-1)
    if len(daily) < LEARNS:
        return _by_chance(sums[-1])
    recipe = Recipe(
        horizons=(ahead,), lags=(0, 7, 14, 28), spans=(28,), season=WEEK, block=28, floor=0.0, rounds=60,
        leaves=15, least=30, rows=60_000, profile=False, recall=False, loss="squared_error",
    )  # fmt: skip
    panel = Panel(np.arange(len(sums), dtype=np.int64) * DAY_MS, sums.astype(np.float64))
    engine = Learned(recipe)
    engine.fit(panel.between(0, len(panel) - 1))
    engine.update(panel.between(len(panel) - 1, len(panel)))
    said = engine.predict()
    chance = _by_chance(said.value[0, 0])
    return Inflow(
        chance.value, np.minimum(said.low[0, 0], chance.low), np.maximum(said.high[0, 0], chance.high), True
    )


def _by_chance(value: Floats) -> Inflow:
    reach = WIDE * np.sqrt(np.maximum(value, 1.0))
    return Inflow(value, np.maximum(value - reach, 0.0), value + reach, False)


@dataclass(frozen=True, slots=True)
class Late:
    """Late matters of one unit's week: expected with bounds; of open ones and of new ones."""

    open_late: float
    new_late: float
    late: float
    low: float
    high: float


def late_sum(chances: Floats, coming: tuple[float, float, float], share: float, scale: float = 1.0) -> Late:
    """Add up the chances of open matters and of those to come.

    ``coming``: expected, low and high inflow; ``share`` of new ones that become late in the week. ``scale``:
    how many times wider the past asks the bounds to be (at least 1).
    """
    value, low, high = coming
    open_late, new_late = float(chances.sum()), share * value
    spread = (high - low) / (2 * WIDE)
    variance = float((chances * (1 - chances)).sum()) + new_late * (1 - share) + (share * spread) ** 2
    reach = WIDE * max(scale, 1.0) * float(np.sqrt(variance))
    late = open_late + new_late
    return Late(
        open_late, new_late, late, max(0.0, float(np.floor(late - reach))), float(np.ceil(late + reach))
    )


def widening(errors: Sequence[tuple[float, float]]) -> float:
    """Give by how much the bounds must be wider from past (miss, half width); 1 with fewer than twenty."""
    rows = [abs(miss) / half for miss, half in errors if half > 0]
    if len(rows) < 20:  # noqa: PLR2004 - fewer say nothing of one in ten
        return 1.0
    return max(1.0, float(np.quantile(rows, 0.9)))


def drivers(
    by_item: Sequence[tuple[str, int, float]], coming: float, usual_coming: float, *, open_load: int
) -> tuple[tuple[str, str], ...]:
    """Say why, the heaviest first: items by expected late ones (name, open, late), then the inflow."""
    found = [
        (
            f"{name}：到期 {count} 件，预计 {late:.1f} 件办不完",
            f"{name}: {count} come due, {late:.1f} expected late",
        )
        for name, count, late in sorted(by_item, key=lambda one: -one[2])[:3] if late >= 0.05  # noqa: PLR2004
    ]  # fmt: skip
    if usual_coming > 0 and abs(coming - usual_coming) >= max(1.0, 0.1 * usual_coming):
        more = 100 * (coming / usual_coming - 1)
        word = "多" if more > 0 else "少"
        zh = f"预计新增 {coming:.0f} 件，比近八周平均 {usual_coming:.0f} 件{word} {abs(more):.0f}%"
        en = f"{coming:.0f} new expected, {more:+.0f} % against the {usual_coming:.0f} of eight weeks"
        found.append((zh, en))
    if not found:
        found.append((f"在办 {open_load} 件，没有突出的原因", f"{open_load} open, nothing stands out"))
    return tuple(found)
