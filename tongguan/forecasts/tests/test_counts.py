# SPDX-License-Identifier: Apache-2.0
"""Daily counts are forecast from what came before, with intervals that hold what they promise."""

import numpy as np
import pytest

from tongguan.forecasts.api import Counts, Daily, Panel
from tongguan.forecasts.contracts import DAY_MS

WEEK = np.tile([1.3, 1.2, 1.1, 1.0, 1.0, 0.7, 0.7], 60)


def panel(days=400, seed=1):
    rng = np.random.default_rng(seed)
    level = np.array([4.0, 20.0])
    values = rng.negative_binomial(8, 8 / (8 + WEEK[:days, None] * level)).astype(float)
    return Panel(np.arange(days, dtype=np.int64) * DAY_MS, values)


def test_counts_beat_last_week_and_intervals_hold_what_they_promise():
    whole = panel()
    forecaster = Counts(Daily(horizons=(1, 7)))
    forecaster.fit(whole.between(0, 250))
    forecaster.update(whole.between(250, 400))
    for figures in forecaster.record.figures().values():
        assert figures["skill"] > 0.15
        assert 0.85 <= figures["coverage"] <= 0.98


def test_what_comes_later_does_not_change_what_was_said():
    whole = panel()
    other = Panel(whole.at, whole.values.copy())
    other.values[300:] = 99
    said = []
    for one in (whole, other):
        forecaster = Counts()
        forecaster.fit(one.between(0, 250))
        said.append(forecaster.hindcast(one.between(250, 400)).value[:50])
    assert np.array_equal(*said)


def test_the_median_is_said_where_absolute_errors_count_and_the_mean_adds_up():
    whole = panel()
    said = []
    for loss in ("absolute_error", "squared_error"):
        forecaster = Counts(Daily(horizons=(1,), loss=loss))
        forecaster.fit(whole)
        said.append(forecaster.predict())
    assert (said[0].value == np.round(said[0].value)).all()
    assert (said[0].value <= said[1].value + 1).all()
    assert (said[1].low <= said[1].high).all()


def test_other_steps_than_days_are_refused():
    with pytest.raises(ValueError, match="one row per day"):
        Counts().fit(Panel(np.arange(5, dtype=np.int64) * 3_600_000, np.ones((5, 1))))
