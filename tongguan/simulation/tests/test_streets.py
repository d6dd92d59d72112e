# SPDX-License-Identifier: Apache-2.0
"""People and cars have their hours and weekdays, and any stretch of time tells what the whole tells."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tongguan.simulation import streets

HOUR = 3_600_000
#: Monday, 31 August 2026, midnight in China.
MONDAY = 1_788_105_600_000
WEEK = MONDAY + streets.STEP * np.arange(7 * 96, dtype=np.int64)


@given(st.integers(0, 600), st.integers(1, 70), st.integers(0, 50))
def test_any_stretch_tells_what_the_whole_tells(begin, steps, place):
    whole = streets.values(streets.SQUARE, place, 7, WEEK)
    part = streets.values(streets.SQUARE, place, 7, WEEK[begin : begin + steps])
    assert np.array_equal(part, whole[begin : begin + steps])


def test_exits_peak_on_workdays_squares_at_weekends_and_roads_slow_down():
    at = {"eight": MONDAY + 8 * HOUR, "three": MONDAY + 3 * HOUR}
    weeks = 7 * 24 * HOUR * np.arange(8)
    monday = {name: one + weeks for name, one in at.items()}
    saturday = monday["eight"] + 5 * 24 * HOUR

    def mean(course, moments):
        return streets.values(course, 1, 7, moments).mean()

    assert mean(streets.EXIT, monday["eight"]) > 2 * mean(streets.EXIT, saturday)
    assert mean(streets.EXIT, monday["three"]) < 0.05 * mean(streets.EXIT, monday["eight"])
    evening = 12 * HOUR
    assert mean(streets.SQUARE, saturday + evening) > 1.2 * mean(streets.SQUARE, monday["eight"] + evening)
    assert mean(streets.SPEED, monday["eight"]) < 0.7 * mean(streets.SPEED, monday["three"])
    assert mean(streets.ROAD, monday["eight"]) > 3 * mean(streets.ROAD, monday["three"])
