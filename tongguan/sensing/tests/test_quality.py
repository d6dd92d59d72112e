# SPDX-License-Identifier: Apache-2.0
"""Quality: what is said of a reading, and that whole columns are judged as single readings would be."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.kernel.frames import Frame, Quality
from tongguan.sensing.contracts import Declared, Policy
from tongguan.sensing.quality import Judge, Register
from tongguan.sensing.tests.oracle import PlainJudge

NOW = 1_772_380_800_000
TIGHT = Policy(
    ahead_ms=2_000,
    late_ms=5_000,
    flood_window_ms=3_000,
    flood_factor=2,
    flood_floor=2,
    flood_undeclared=4,
    flood_burst=5,
    flood_sample=3,
)
#: (stream, low, high, ms between readings, ms until stuck)
DECLARED = [
    (1, 0.0, 5.0, 1_000, 2_000),
    (2, None, 3.0, 4_000, 0),
    (3, None, None, 0, 1_000),
    (4, None, None, 0, 0),
]

moments = st.integers(-9_000, 4_000)
values = st.sampled_from([0.0, 1.0, 1.0, 1.0, 4.0, 6.0, -0.5, math.nan, math.inf])
marks = st.sampled_from([0, 0, int(Quality.WRONG_UNIT), int(Quality.BACKFILLED)])
reading = st.tuples(st.integers(1, 5), moments, values, marks)
#: Frames with how far our clock has gone on (or back: it was set) before each.
frames = st.lists(st.tuples(st.integers(-2_000, 5_000), st.lists(reading, max_size=14)), max_size=8)


def declared(rows=DECLARED):
    return Declared.of(
        [(n, low, high, every / 1000) for n, low, high, every, _ in rows], [s / 1000 for *_, s in rows]
    )


def judged(judge, register, rows, heard):
    frame = Frame.of(*zip(*rows, strict=True)) if rows else Frame.of([], [], [])
    return judge.judge(frame, np.full(len(frame), heard), register.of(frame.stream))


@settings(max_examples=100, deadline=None)
@given(told=frames)
def test_columns_are_judged_as_readings_one_by_one_would_be(told):
    judge, register, plain = Judge(TIGHT), Register(declared()), PlainJudge(TIGHT, DECLARED)
    heard = NOW
    for gone, rows in told:
        heard += gone
        rows = [(stream, heard + moment, value, bits) for stream, moment, value, bits in rows]  # noqa: PLW2901
        done = judged(judge, register, rows, heard)
        expected = [plain.judge(*row, heard) for row in rows]
        assert list(zip(done.frame.quality.tolist(), done.stays.tolist(), strict=True)) == expected


def test_nothing_is_said_of_a_plain_reading_and_streams_nobody_declared_have_no_limits():
    judge, register = Judge(Policy()), Register(None)
    done = judged(judge, register, [(1, NOW, 1e12, 0), (2, NOW, -5.0, 0)], NOW)
    assert done.frame.quality.tolist() == [0, 0]
    assert register.known(np.array([77])).all()
    assert Register(declared()).known(np.array([1, 77])).tolist() == [True, False]


def test_a_device_that_sends_ten_thousand_times_its_rate_harms_nobody_else():
    policy = Policy()
    judge, register = (
        Judge(policy),
        Register(declared([(1, None, None, 1_000, 0), (2, None, None, 1_000, 0)])),
    )
    rows = [(1, NOW + n // 10, float(n), 0) for n in range(100_000)] + [
        (2, NOW, 1.0, 0),
        (2, NOW + 1_000, 1.0, 0),
    ]
    done = judged(judge, register, rows, NOW)
    assert done.stays[-2:].tolist() == [True, True]
    assert done.frame.quality[-2:].tolist() == [0, 0]
    allowed = 100  # ten times the declared rate of one a second, for ten seconds
    assert int(done.stays[:100_000].sum()) == allowed + math.ceil((100_000 - allowed) / policy.flood_sample)
    (row,) = judge.floods()
    assert (row.stream, row.excess, row.kept) == (1, 99_900, 999)
    later = judged(judge, register, [(1, NOW + 20_000, 1.0, 0)], NOW + 20_000)
    assert later.frame.quality.tolist() == [0]


def test_a_device_that_catches_up_after_an_outage_loses_nothing():
    judge, register = Judge(Policy()), Register(declared([(1, None, None, 1_000, 0)]))
    kept = [(1, NOW - 1_000 * n, float(n), 0) for n in range(6 * 3_600, 0, -1)]
    assert judged(judge, register, kept, NOW).stays.all()
    assert judge.floods() == []


def test_whatever_times_a_device_makes_up_it_is_bounded():
    judge, register = Judge(Policy()), Register(declared([(1, None, None, 1_000, 0)]))
    made_up = [(1, NOW - 10_000 * n, 1.0, 0) for n in range(200_000)]
    assert int(judged(judge, register, made_up, NOW).stays.sum()) == 100_000 + 1_000


def test_what_is_filled_in_later_is_no_flood_and_takes_no_room_of_what_comes():
    judge, register = Judge(Policy()), Register(declared([(1, None, None, 60_000, 0)]))
    past = [(1, NOW - 86_400_000, 1.0, int(Quality.BACKFILLED))] * 150_000
    assert judged(judge, register, past, NOW).stays.all()
    assert judged(judge, register, [(1, NOW, 1.0, 0)], NOW).frame.quality.tolist() == [0]


def test_a_restarted_judge_goes_on_from_the_newest_reading():
    judge, register = Judge(Policy()), Register(declared())
    judge.restore(Frame.of([4], [NOW], [1.0]))
    assert judged(judge, register, [(4, NOW - 1, 2.0, 0), (4, NOW, 1.0, 0)], NOW).frame.quality.tolist() == [
        8,
        0,
    ]
