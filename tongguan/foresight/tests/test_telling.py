# SPDX-License-Identifier: Apache-2.0
"""Whatever was said and whatever came, the record says what happened to it, and tables keep their places."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tongguan.forecasts.api import Panel
from tongguan.foresight import learning, telling
from tongguan.foresight.testing import HOUR
from tongguan.series.contracts import HOUR_MS, Rolled
from tongguan.simulation import streets

numbers = st.integers(-1_000, 1_000)
known = st.none() | numbers


@given(st.lists(st.tuples(numbers, st.integers(0, 100), known, known, numbers), min_size=1, max_size=8))
def test_the_record_is_what_one_would_count_by_hand(rows):
    said, width, came, usual, still = (np.array(one, np.float64)[:, None] for one in zip(*rows, strict=True))
    told = {"value": said, "came": came, "low": said - width, "high": said + width, "usual": usual}
    found = telling.record(told, still[:, 0])
    judged = [row for row in rows if row[2] is not None]
    assert len(found) == bool(judged)
    for one in found:
        off = [abs(row[2] - row[0]) for row in judged]
        assert (one.horizon, one.hours) == (1, len(judged))
        assert np.isclose(one.mae, np.mean(off))
        assert np.isclose(one.still_mae, np.mean([abs(row[2] - row[4]) for row in judged]))
        week = [abs(row[2] - row[3]) for row in judged if row[3] is not None]
        assert (one.usual_mae is None) == (not week)
        inside = [row[0] - row[1] <= row[2] <= row[0] + row[1] for row in judged]
        assert np.isclose(one.held, np.mean(inside))


@given(
    st.lists(st.integers(1, 1_000), min_size=1, max_size=8, unique=True),
    st.lists(st.tuples(st.integers(0, 1_002), st.integers(-3, 12), st.integers(0, 2), numbers), max_size=30),
)
def test_sums_by_hour_stand_in_the_place_of_their_stream_and_hour(streams, told):
    sums = list({(stream, hour): (stream, hour, n, mean) for stream, hour, n, mean in told}.values())
    stream, hour, n, mean = (np.array([one[k] for one in sums]) for k in range(4))
    begin = 5 * HOUR_MS
    nothing = np.zeros(len(sums))
    rolled = Rolled(
        stream.astype(np.int64), begin + hour.astype(np.int64) * HOUR_MS, n.astype(np.int64), nothing,
        nothing, mean.astype(np.float64), nothing, nothing.astype(np.int64), nothing.astype(np.uint16),
    )  # fmt: skip
    table = learning.by_hour(rolled, streams, begin, 10)
    assert table.shape == (10, len(streams))
    wanted = {(one[1], one[0]): one[3] for one in sums if one[2] and 0 <= one[1] < 10}
    for row in range(10):
        for place, number in enumerate(streams):
            value = wanted.get((row, number))
            assert np.isnan(table[row, place]) if value is None else table[row, place] == value


def test_values_are_told_as_people_read_them():
    told = [telling.number(value) for value in (1234.5, 99.94, 0.03125, 0.0)]
    assert told == ["1,234", "99.9", "0.0312", "0"]


def test_no_value_is_told_outside_of_its_interval():
    at = HOUR + HOUR_MS * np.arange(-42 * 24, 0, dtype=np.int64)
    told = Panel(at, np.stack([streets.values(streets.SQUARE, place, 7, at) for place in (5, 9, 13)], axis=1))
    made = learning.taught(told.between(0, 35 * 24)).said(told.between(35 * 24, 42 * 24))
    assert (made.low >= 0).all()
    assert (made.low <= made.value).all()
    assert (made.value <= made.high).all()
