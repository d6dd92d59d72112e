# SPDX-License-Identifier: Apache-2.0
"""A limit replayed on history equals judging clock by clock; what is proposed keeps within its bounds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tongguan.insight.proposing import STEPS, Bound, History, Terms, consider, minutes_of
from tongguan.insight.whatif import Clocks, play, what_if
from tongguan.kernel.worktime import Calendar, Limit, LimitUnit
from tongguan.patterns.survival import tally

CALENDAR = Calendar()
MONDAY = datetime(2026, 8, 3, tzinfo=UTC)
CLOCK = st.tuples(st.integers(0, 20_000), st.integers(0, 20_000), st.integers(0, 2), st.booleans())
UNIT = st.sampled_from(list(LimitUnit))


def counted(rows, unit):
    """Clocks that began so many minutes after a Monday and took so many open minutes."""
    begins = [MONDAY + timedelta(minutes=begin) for begin, *_ in rows]
    ends = [at + timedelta(minutes=row[1]) for at, row in zip(begins, rows, strict=True)]
    minutes = [CALENDAR.elapsed(a, b, unit).total_seconds() / 60 for a, b in zip(begins, ends, strict=True)]
    clocks = Clocks(
        np.array(minutes), np.array([row[2] for row in rows]), np.array([row[3] for row in rows], bool),
        np.array([row[0] // 10_080 for row in rows]), np.array([row[0] % 3 for row in rows]),
    )  # fmt: skip
    return begins, ends, clocks


@given(st.lists(CLOCK, min_size=1, max_size=20), UNIT, st.integers(1, 6))
@settings(deadline=None)
def test_a_replay_equals_the_calendars_due_times_row_by_row(rows, unit, value):
    begins, ends, clocks = counted(rows, unit)
    limit = Limit(value, unit)
    known = late = 0
    for begin, end, (_, _, extensions, ended) in zip(begins, ends, rows, strict=True):
        due = CALENDAR.add(begin, CALENDAR.amount(limit) * (1 + extensions), unit)
        is_late = CALENDAR.elapsed(due, end, unit) > timedelta(0)
        late += is_late
        known += ended or is_late
    played = play(clocks, minutes_of(limit, CALENDAR))
    assert (played.known, played.known - played.in_time) == (known, late)


@given(st.lists(CLOCK, min_size=1, max_size=20), st.integers(1, 600), st.integers(1, 600))
@settings(deadline=None)
def test_another_limit_moves_as_many_as_it_makes_late_and_spares(rows, now, then):
    _, _, clocks = counted(rows, LimitUnit.NATURAL_HOUR)
    ended = Clocks(clocks.minutes, clocks.extensions, np.ones(len(clocks), bool), clocks.week, clocks.unit)
    found = what_if(ended, now, then)
    assert found.then.in_time - found.now.in_time == found.spared - found.newly_late
    assert found.pressed_minutes >= 0
    if then >= now:
        assert found.newly_late == 0


@given(
    st.lists(st.tuples(st.integers(1, 6000), st.booleans()), min_size=0, max_size=80),
    UNIT,
    st.integers(0, 8),
    st.integers(0, 10),
    st.integers(1, 12),
)
@settings(deadline=None)
def test_what_is_proposed_is_a_step_within_the_standard_and_never_from_too_few(
    rows, unit, place, most, weeks
):
    steps = STEPS[unit]
    limit = Limit(Decimal(str(steps[place % len(steps)])), unit)
    bound = Bound(Limit(Decimal(str(steps[most % len(steps)])), unit), "条款")
    assume(minutes_of(limit, CALENDAR) <= minutes_of(bound.limit, CALENDAR))
    counted_rows = tally(
        np.array([at for at, _ in rows], float), np.array([ended for _, ended in rows], bool)
    )
    terms = Terms(cases=20, class_cases=5, weeks=4)
    said = consider(History(limit, {"department": counted_rows}, weeks), terms, bound, CALENDAR)
    if counted_rows.ends < terms.cases or weeks < terms.weeks:
        assert said.verdict == "few"
    if said.proposed is None:
        assert said.verdict in {"few", "keep", "bound"}
        return
    assert float(said.proposed.value) in steps
    minutes = minutes_of(said.proposed, CALENDAR)
    assert minutes <= minutes_of(bound.limit, CALENDAR)
    assert (minutes < minutes_of(limit, CALENDAR)) is (said.verdict == "tighter")
    if said.verdict == "tighter":
        assert said.done_then is not None
        assert said.done_then[1] >= terms.target
    assert said.reasons
