# SPDX-License-Identifier: Apache-2.0
"""Every detector of single streams says what its plain-Python twin says, however readings are cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.detection.batches import Index
from tongguan.detection.contracts import Batch
from tongguan.detection.settings import ready
from tongguan.detection.spi import detectors
from tongguan.detection.states import packed, unpacked
from tongguan.detection.tests import measures
from tongguan.detection.tests.frames import STREAMS, cuts, listed, readings, run, timed
from tongguan.detection.tests.oracle import Ladder

FLAT = {"blue": 10.0, "red": 25.0, "tolerance": 1.0, "gap": 30.0}
FAST = {"window": 60.0, "yellow": 3.0, "red": 9.0, "band": 1.0, "side": "rise", "yellow_after": 20.0}
SUMS = {"every": 30.0, "learn": 5.0, "slack": 0.5, "floor": 0.5, "relearn": 3.0, "blue": 2.0, "red": 6.0}
PAGE = {"every": 30.0, "learn": 5.0, "delta": 2.0, "relearn": 2.0, "blue": 2.0, "red": 6.0}
WEEKLY = {"weeks": 1.0, "floor": 0.5, "zone": 8.0, "blue": 2.0, "red": 5.0}
EACH = [
    ("flat_line", FLAT, measures.flat_line, 1000),
    ("rate", FAST, measures.rate, 2000),
    ("rate", FAST | {"side": "either"}, measures.rate, 7000),
    ("cusum", SUMS, measures.cusum, 3000),
    ("page_hinkley", PAGE, measures.page_hinkley, 3000),
    ("season", WEEKLY, measures.season, 56 * 3_600_000),
]
named = pytest.mark.parametrize(("code", "chosen", "measure", "step"), EACH, ids=[one[0] for one in EACH])


def expected(chosen, measure, told):
    ladder = Ladder(
        {key: value for key, value in chosen.items() if not (measure is measures.flat_line and key == "gap")}
    )
    hears = {stream: measure(chosen) for stream in STREAMS}
    seen: dict[int, int] = {}
    for stream, at, value in told:
        if stream in hears and at > seen.get(stream, -1):
            seen[stream] = at
            for when, measured in hears[stream](at, value):
                ladder.hear(STREAMS.index(stream), when, measured)
    return sorted((*one[:4], round(one[4], 6)) for one in ladder.said)


def rounded(said):
    return sorted((*one[:4], round(one[4], 6)) for one in said)


@named
@settings(max_examples=40)
@given(drawn=readings, cut=cuts)
def test_it_says_what_one_reading_at_a_time_says(code, chosen, measure, step, drawn, cut):
    told = timed(drawn, step)
    chosen = ready(detectors.get(code), chosen)
    wanted = expected(chosen, measure, told)
    assert rounded(run(code, dict(chosen), told, [])) == wanted
    assert rounded(run(code, dict(chosen), told, cut)) == wanted


@named
def test_it_finds_something_in_a_long_story(code, chosen, measure, step):
    """The property above is not kept by silence alone."""
    chance = np.random.default_rng(7)
    told, at = [], 10**9
    for n in range(900):
        at += step
        level = 9.0 if n % 300 > 250 else 1.0
        told.append((3, at, 4.0 if n % 300 < 30 else round(level + float(chance.normal()), 1)))
    chosen = ready(detectors.get(code), chosen)
    said = rounded(run(code, dict(chosen), told, [10, 400, 777]))
    assert said
    assert said == expected(chosen, measure, told)
    assert {one[2] for one in said} >= {0, 4}


SILENCE = {"blue": 60.0, "orange": 600.0}


def silence():
    detector = detectors.get("no_data")
    chosen = ready(detector, SILENCE)
    return detector, chosen, detector.begin(2, chosen)


def test_silence_is_raised_by_time_and_lowered_by_the_first_reading():
    detector, chosen, state = silence()
    state, first = detector.step(chosen, state, Batch.of([0], [1_000_000], [1.0]))
    state, soon = detector.tick(chosen, state, 1_030_000)
    assert (len(first), len(soon)) == (0, 0)
    state, blue = detector.tick(chosen, state, 1_060_000)
    assert listed(blue) == [(0, 1_060_000, 1, 0, 60.0)]
    state, orange = detector.tick(chosen, unpacked(packed(state)), 1_700_000)
    assert listed(orange) == [
        (0, 1_700_000, 3, 1, 700.0),
        (1, 1_700_000, 3, 0, 670.0),
    ]  # never heard: since first tick
    state, back = detector.step(chosen, state, Batch.of([0, 0], [1_699_000, 1_699_500], [1.0, 1.0]))
    assert listed(back) == [(0, 1_700_001, 0, 3, 0.0)]
    _, quiet = detector.tick(chosen, state, 1_701_000)
    assert len(quiet) == 0


def test_a_clock_that_goes_back_raises_nothing():
    detector, chosen, state = silence()
    state, _ = detector.tick(chosen, state, 1_000_000)
    state, said = detector.tick(chosen, state, 900_000)
    assert len(said) == 0


def test_a_nights_leak_does_not_become_the_usual():
    told, at = [], 0
    for hour in range(168 * 8):
        for minute in (0, 20, 40):
            at = hour * 3_600_000 + minute * 60_000
            usual = 10.0 + hour % 24 + (minute - 20) / 20
            told.append((3, at, usual + (30.0 if hour >= 168 * 5 and hour % 24 == 2 else 0.0)))
    said = run("season", {"weeks": 3.0, "red": 5.0, "red_clear": 600.0}, told, [100, 2000])
    weeks = {at // (168 * 3_600_000) for _, at, grade, *_ in said if grade == 4}
    assert weeks == {5, 6, 7}


@given(st.integers(1, 5))
@settings(max_examples=5)
def test_a_step_change_is_found_within_steps_of_its_size(size):
    chance = np.random.default_rng(size)
    values = [*chance.normal(size=200), *(chance.normal(size=60) + size)]
    told = [(3, 60_000 * n, float(value)) for n, value in enumerate(values)]
    said = run("cusum", {"learn": 100, "red": 8.0, "side": "up"}, told, [])
    first = min(at // 60_000 for _, at, grade, *_ in said if grade == 4)
    assert 200 < first <= 200 + 12 / (size - 0.5) + 8


@given(readings, cuts)
@settings(max_examples=30)
def test_numbers_far_apart_are_found_as_numbers_close_together_are(drawn, cut):
    told, far = timed(drawn), 10**14
    apart = [(stream * far, at, value) for stream, at, value in told]
    index = Index.of_streams([stream * far for stream in STREAMS])
    assert index.table is None
    limits = {"red": 5.0, "blue": 2.0}
    assert run("threshold", limits, apart, cut, index) == run("threshold", limits, told, cut)
