# SPDX-License-Identifier: Apache-2.0
"""Deadlines: exact over holidays and make-up days, moved only by suspensions and extensions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tongguan.kernel.testing import BEIJING, MinuteByMinute
from tongguan.kernel.worktime import Calendar, Limit, LimitUnit
from tongguan.limits.deadlines import (
    History,
    Pause,
    allowance,
    due_at,
    measure,
    moment,
    moments,
    remaining,
    spent,
)
from tongguan.people.testing import shipped_days

DAYS = shipped_days()
CITY = Calendar(
    holidays=[day for day, kind in DAYS.items() if kind == "holiday"],
    makeup=[day for day, kind in DAYS.items() if kind == "makeup_workday"],
)
SLOW = MinuteByMinute(CITY.definition)
WORKING = {LimitUnit.WORK_HOUR, LimitUnit.WORK_DAY}


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING).astimezone(UTC)


def limit(value: str | int, unit: str) -> Limit:
    return Limit(Decimal(value), LimitUnit(unit))


@pytest.mark.parametrize(
    ("start", "value", "unit", "due"),
    [
        # Spring Festival 2026: Saturday the 14th of February is worked, 15th to 23rd are off
        ("2026-02-13 16:00", 1, "work_day", "2026-02-14 16:00"),
        ("2026-02-13 16:00", 2, "work_day", "2026-02-24 16:00"),
        ("2026-02-14 17:30", 4, "work_hour", "2026-02-24 11:30"),
        ("2026-02-18 03:00", 2, "urgent_work_hour", "2026-02-18 05:00"),
        ("2026-02-27 17:00", 5, "work_hour", "2026-02-28 12:00"),
        ("2026-02-14 12:30", 1, "natural_day", "2026-02-15 12:30"),
        # National Day 2026: 1st to 7th of October off; Sundays 20 September, Saturday 10 October worked
        ("2026-09-30 16:00", 4, "work_hour", "2026-10-08 10:00"),
        ("2026-09-30 18:00", 1, "work_day", "2026-10-08 18:00"),
        ("2026-10-09 09:00", 2, "work_day", "2026-10-12 09:00"),
        ("2026-09-19 10:00", 1, "work_hour", "2026-09-20 09:00"),
        ("2026-10-01 23:30", 1, "urgent_work_day", "2026-10-02 23:30"),
    ],
)
def test_due_times_around_the_long_holidays_of_2026(start, value, unit, due):
    found = due_at(History(at(start)), limit(value, unit), CITY)
    assert found == at(due)
    assert found == SLOW.due_at(at(start), limit(value, unit))


def test_a_suspension_over_national_day_leaves_what_was_left():
    four_hours = limit(4, "work_hour")
    lasting = History(at("2026-09-29 15:00"), (Pause(at("2026-09-29 17:00")),))
    assert due_at(lasting, four_hours, CITY) is None
    assert remaining(lasting, four_hours, CITY, at("2026-10-05 10:00")) == timedelta(hours=2)
    ended = History(at("2026-09-29 15:00"), (Pause(at("2026-09-29 17:00"), at("2026-10-10 11:00")),))
    assert due_at(ended, four_hours, CITY) == at("2026-10-10 15:00")
    assert spent(ended, LimitUnit.WORK_HOUR, CITY, at("2026-10-10 11:30")) == timedelta(hours=2, minutes=30)


def test_an_extension_adds_the_original_limit_to_the_current_due_time():
    one_day = limit(1, "work_day")
    assert due_at(History(at("2026-02-13 10:00")), one_day, CITY) == at("2026-02-14 10:00")
    assert due_at(History(at("2026-02-13 10:00"), extensions=1), one_day, CITY) == at("2026-02-24 10:00")
    assert due_at(History(at("2026-02-13 10:00"), extensions=2), one_day, CITY) == at("2026-02-25 10:00")


def test_ending_on_a_free_day_after_the_due_time_is_late_without_costing_working_time():
    history = History(at("2026-09-30 14:00"), stopped=at("2026-10-03 09:00"))
    read = measure(history, limit(4, "work_hour"), CITY, at("2026-10-20 00:00"))
    assert (read.due_at, read.overdue, read.remaining) == (at("2026-09-30 18:00"), True, timedelta())
    on_time = History(at("2026-09-30 14:00"), stopped=at("2026-09-30 18:00"))
    assert measure(on_time, limit(4, "work_hour"), CITY, at("2026-10-20 00:00")).overdue is False


def test_without_a_limit_a_clock_only_measures():
    read = measure(History(at("2026-10-01 00:00")), None, CITY, at("2026-10-02 01:00"))
    assert (read.due_at, read.elapsed, read.remaining, read.overdue) == (
        None,
        timedelta(hours=25),
        None,
        False,
    )


def test_moments_of_the_ladder_lie_in_working_time():
    history = History(at("2026-09-30 16:00"))
    shares = (Fraction(1, 2), Fraction(4, 5), Fraction(1), Fraction(5, 4), Fraction(2))
    assert moments(history, limit(4, "work_hour"), CITY, shares) == (
        at("2026-09-30 18:00"),
        at("2026-10-08 09:12"),
        at("2026-10-08 10:00"),
        at("2026-10-08 11:00"),
        at("2026-10-08 16:00"),
    )


def test_a_lasting_suspension_hides_the_moments_after_it():
    history = History(at("2026-09-30 08:00"), (Pause(at("2026-09-30 14:30")),))
    shares = (Fraction(1, 2), Fraction(4, 5), Fraction(1))
    assert moments(history, limit(1, "work_day"), CITY, shares) == (at("2026-09-30 12:00"),)


@pytest.mark.parametrize(
    "bad",
    [
        {"pauses": (Pause(at("2026-01-01 07:00"), None),)},
        {"pauses": (Pause(at("2026-01-02 07:00")), Pause(at("2026-01-03 07:00")))},
        {"pauses": (Pause(at("2026-01-02 07:00"), at("2026-01-02 06:00")),)},
        {"stopped": at("2025-12-31 07:00")},
        {"extensions": -1},
    ],
)
def test_impossible_histories_are_refused(bad):
    with pytest.raises(ValueError):
        History(at("2026-01-01 08:00"), **bad)


starts = st.integers(0, 200 * 24 * 60).map(lambda m: at("2026-01-20 00:00") + timedelta(minutes=m))
limits = st.one_of(
    st.builds(lambda v: Limit(v, LimitUnit.WORK_HOUR), st.integers(1, 12).map(Decimal)),
    st.builds(lambda v: Limit(v, LimitUnit.WORK_DAY), st.sampled_from(["0.5", "1", "2"]).map(Decimal)),
    st.builds(lambda v: Limit(v, LimitUnit.URGENT_WORK_HOUR), st.integers(1, 8).map(Decimal)),
    st.builds(lambda v: Limit(v, LimitUnit.NATURAL_DAY), st.sampled_from(["0.25", "1"]).map(Decimal)),
)


@st.composite
def histories(draw):
    start = draw(starts)
    edge, pauses = start, []
    for _ in range(draw(st.integers(0, 2))):
        begin = edge + timedelta(minutes=draw(st.integers(0, 2000)))
        edge = begin + timedelta(minutes=draw(st.integers(0, 6000)))
        pauses.append(Pause(begin, edge))
    return History(start, tuple(pauses), draw(st.integers(0, 2)))


def slow_due(history: History, limit: Limit) -> datetime:
    """Walk minute by minute, skipping suspended ones, until the time allowed is used up."""
    left = SLOW.amount(limit) * (1 + history.extensions)
    minute = history.started
    while True:
        held = any(p.at <= minute < p.until for p in history.pauses)
        if not held and (limit.unit not in WORKING or SLOW.works_at(minute)):
            if left <= timedelta(minutes=1):
                return minute + left
            left -= timedelta(minutes=1)
        minute += timedelta(minutes=1)


@settings(max_examples=60, deadline=None)
@given(histories(), limits)
def test_due_times_equal_the_minute_by_minute_reference(history, limit):
    assert due_at(history, limit, CITY) == slow_due(history, limit)


@settings(max_examples=200, deadline=None)
@given(starts, limits, st.integers(0, 5000), st.integers(0, 20000))
def test_pause_and_resume_conserve_what_was_left(start, limit, after, length):
    paused = start + timedelta(minutes=after)
    plain = due_at(History(start), limit, CITY)
    assume(paused < plain)
    resumed = paused + timedelta(minutes=length)
    left = remaining(History(start, (Pause(paused),)), limit, CITY, resumed)
    assert left == remaining(History(start), limit, CITY, paused)
    due = due_at(History(start, (Pause(paused, resumed),)), limit, CITY)
    assert CITY.elapsed(resumed, due, limit.unit) == left
    assert due >= plain


@settings(max_examples=200, deadline=None)
@given(histories(), limits)
def test_an_extension_adds_exactly_one_original_limit(history, limit):
    longer = History(history.started, history.pauses, history.extensions + 1)
    assert allowance(longer, limit, CITY) - allowance(history, limit, CITY) == CITY.amount(limit)
    due, later = due_at(history, limit, CITY), due_at(longer, limit, CITY)
    if all(p.until <= due for p in history.pauses):
        assert later == CITY.due_at(due, limit)
    assert spent(longer, limit.unit, CITY, later) == spent(history, limit.unit, CITY, due) + CITY.amount(
        limit
    )


@settings(max_examples=100, deadline=None)
@given(
    histories(),
    limits,
    st.fractions(Fraction(1, 10), Fraction(3)),
    st.fractions(Fraction(1, 10), Fraction(3)),
)
def test_moments_rise_with_their_share_and_what_has_run_is_the_share(history, limit, one, other):
    early, late = sorted((one, other))
    first, second = (moment(history, limit, CITY, share) for share in (early, late))
    assert first <= second
    micros = allowance(history, limit, CITY) // timedelta(microseconds=1)
    assert spent(history, limit.unit, CITY, first) // timedelta(microseconds=1) == (
        micros * early.numerator // early.denominator
    )
