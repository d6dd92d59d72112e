# SPDX-License-Identifier: Apache-2.0
"""The calendar engine against a minute-by-minute reader, the law's day table, and its own algebra."""

import csv
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import chinese_calendar
import numpy as np
import pytest
from chinese_calendar import is_workday
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.kernel.testing import BEIJING, MinuteByMinute
from tongguan.kernel.worktime import (
    Calendar,
    Limit,
    LimitUnit,
    ordinary_week,
    shifts_from_text,
    to_datetimes,
    to_instants,
)

DATA = Path(__file__).resolve().parents[2] / "people" / "data" / "cn_days_2004_2026.csv"
with DATA.open(encoding="utf-8", newline="") as _file:
    _rows = list(csv.DictReader(_file))
HOLIDAYS = [date.fromisoformat(r["date"]) for r in _rows if r["kind"] == "holiday"]
MAKEUP = [date.fromisoformat(r["date"]) for r in _rows if r["kind"] == "makeup_workday"]

CITY = Calendar(holidays=HOLIDAYS, makeup=MAKEUP)
NIGHT = Calendar(
    week=[[(time(6), time(14)), (time(22), time(6))]] * 5 + [[(time(9), time(13))], []],
    holidays=HOLIDAYS,
    makeup=MAKEUP,
)
ROUND_THE_CLOCK = Calendar(week=[[(time(0), time(0))]] * 7)
CALENDARS = {"city": CITY, "night": NIGHT, "round the clock": ROUND_THE_CLOCK}

WORKING = (LimitUnit.WORK_HOUR, LimitUnit.WORK_DAY)
# Around every public holiday and make-up day, where mistakes live, and anywhere else.
near_special = st.builds(
    lambda day, shift, micros: (
        datetime(day.year, day.month, day.day, tzinfo=BEIJING) + timedelta(days=shift, microseconds=micros)
    ),
    st.sampled_from(HOLIDAYS + MAKEUP),
    st.integers(-3, 3),
    st.one_of(
        st.integers(0, 86_399_999_999),
        st.sampled_from([h * 3_600_000_000 for h in (0, 6, 8, 12, 14, 18, 22)]),
    ),
)
anywhere = st.datetimes(datetime(2004, 1, 1), datetime(2026, 10, 1), timezones=st.just(BEIJING))  # noqa: DTZ001 - bounds are naive
starts = st.one_of(near_special, anywhere)
calendars = st.sampled_from(sorted(CALENDARS))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def hours(value, unit=LimitUnit.WORK_HOUR):
    return Limit(value, unit)


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        # 2026-11-23 is a Monday
        ("2026-11-23 09:00", hours(2), "2026-11-23 11:00"),
        ("2026-11-23 11:00", hours(2), "2026-11-23 15:00"),  # over lunch
        ("2026-11-23 17:00", hours(2), "2026-11-24 09:00"),  # over night
        ("2026-11-23 08:00", hours(4), "2026-11-23 12:00"),  # exactly at the shift's end: that instant
        ("2026-11-23 12:30", hours(1), "2026-11-23 15:00"),  # begins in the break
        ("2026-11-21 10:00", hours(1), "2026-11-23 09:00"),  # begins on Saturday
        ("2026-11-21 10:00", hours(0), "2026-11-21 10:00"),  # nothing to count
        ("2026-11-23 10:00", hours(1, LimitUnit.WORK_DAY), "2026-11-24 10:00"),
        ("2026-11-20 10:00", hours(1, LimitUnit.WORK_DAY), "2026-11-23 10:00"),  # Friday to Monday
        ("2026-09-30 16:00", hours(4), "2026-10-08 10:00"),  # over the National Day week
        ("2025-09-26 16:00", hours(4), "2025-09-28 10:00"),  # Friday to a make-up Sunday
        ("2026-02-14 10:00", hours(1), "2026-02-14 11:00"),  # a make-up Saturday
        ("2026-11-21 23:00", hours(2, LimitUnit.URGENT_WORK_HOUR), "2026-11-22 01:00"),
        ("2026-10-01 09:30", hours(2, LimitUnit.URGENT_WORK_DAY), "2026-10-03 09:30"),
        ("2026-10-01 09:30", hours(24, LimitUnit.NATURAL_HOUR), "2026-10-02 09:30"),
        ("2026-10-01 09:30", hours(7, LimitUnit.NATURAL_DAY), "2026-10-08 09:30"),
        ("2026-11-23 09:00:00.000001", hours(Decimal("0.5")), "2026-11-23 09:30:00.000001"),
    ],
)
def test_officials_examples(start, limit, due):
    assert CITY.due_at(at(start), limit) == at(due)


@settings(max_examples=250, deadline=None)
@given(calendars, starts, st.decimals(0, 60, places=3), st.sampled_from(list(LimitUnit)))
def test_due_is_what_a_minute_by_minute_reader_finds(name, start, value, unit):
    calendar = CALENDARS[name]
    limit = Limit(value / 8 if unit is LimitUnit.WORK_DAY else value, unit)
    assert calendar.due_at(start, limit) == MinuteByMinute(calendar.definition).due_at(start, limit)


@settings(max_examples=100, deadline=None)
@given(calendars, starts, st.timedeltas(timedelta(0), timedelta(days=14)))
def test_elapsed_is_what_a_minute_by_minute_reader_counts(name, start, gap):
    calendar = CALENDARS[name]
    counted = calendar.elapsed(start, start + gap, LimitUnit.WORK_HOUR)
    assert counted == MinuteByMinute(calendar.definition).worked(start, start + gap)
    assert calendar.elapsed(start + gap, start, LimitUnit.WORK_HOUR) == -counted


amounts = st.timedeltas(timedelta(0), timedelta(days=40))
units = st.sampled_from(list(LimitUnit))


@settings(deadline=None)
@given(calendars, starts, amounts, amounts, units)
def test_counting_in_two_parts_is_counting_at_once(name, start, first, second, unit):
    calendar = CALENDARS[name]
    both = calendar.add(start, first + second, unit)
    assert calendar.add(calendar.add(start, first, unit), second, unit) == both


@settings(deadline=None)
@given(calendars, starts, amounts, amounts, units)
def test_more_time_or_a_later_start_is_never_due_earlier(name, start, first, second, unit):
    calendar = CALENDARS[name]
    assert calendar.add(start, first, unit) <= calendar.add(start, first + second, unit)
    assert calendar.add(start, first, unit) <= calendar.add(start + second, first, unit)


@settings(deadline=None)
@given(calendars, starts, amounts, units)
def test_elapsed_undoes_due_and_remaining_resumes(name, start, amount, unit):
    calendar = CALENDARS[name]
    due = calendar.add(start, amount, unit)
    assert calendar.elapsed(start, due, unit) == amount
    assert calendar.remaining(start, due, unit) == amount
    assert calendar.remaining(due + timedelta(days=1), due, unit) == timedelta(0)


@settings(deadline=None)
@given(calendars, starts, amounts)
def test_working_time_ends_where_something_was_worked(name, start, amount):
    calendar = CALENDARS[name]
    due = calendar.add_working(start, amount)
    if amount:
        assert calendar.is_working(due - timedelta(microseconds=1))


@settings(max_examples=50, deadline=None)
@given(
    calendars,
    st.lists(st.tuples(starts, st.decimals(0, 90, places=2), units), min_size=1, max_size=30),
)
def test_many_at_once_are_the_same_as_one_by_one(name, rows):
    calendar = CALENDARS[name]
    limits = [Limit(value, unit) for _, value, unit in rows]
    due = calendar.due_at_many(to_instants(start for start, _, _ in rows), limits)
    one_by_one = [calendar.due_at(start, limit) for (start, _, _), limit in zip(rows, limits, strict=True)]
    assert to_datetimes(due) == one_by_one
    same = calendar.due_at_many(to_instants(start for start, _, _ in rows), limits[0])
    assert to_datetimes(same) == [calendar.due_at(start, limits[0]) for start, _, _ in rows]


@settings(max_examples=50, deadline=None)
@given(calendars, st.lists(starts, max_size=30), starts, units)
def test_many_ages_at_once_are_the_same_as_one_by_one(name, begun, end, unit):
    calendar = CALENDARS[name]
    ages = calendar.elapsed_many(to_instants(begun), end, unit)
    assert ages.tolist() == [calendar.elapsed(start, end, unit) for start in begun]


def test_an_hour_is_an_hour_on_every_day_of_the_year():
    """No daylight saving: what counts as plain time never jumps."""
    for day in range(366):
        start = datetime(2024, 1, 1, 1, 30, tzinfo=UTC) + timedelta(days=day)
        assert ROUND_THE_CLOCK.add_working(start, timedelta(hours=24)) == start + timedelta(hours=24)


def test_working_days_are_those_of_the_second_source_for_every_year_it_knows():
    known = sorted({day.year for day in chinese_calendar.holidays})
    assert (known[0], known[-1]) == (2004, 2026)
    day, wrong = date(2004, 1, 1), []
    while day <= date(2026, 12, 31):
        if CITY.is_working(datetime.combine(day, time(9), tzinfo=BEIJING)) != is_workday(day):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


def test_a_night_shift_belongs_to_the_evening_it_begins():
    # Wednesday 2026-09-30 22:00 works into the holiday's morning; the holiday's own evening does not.
    assert NIGHT.is_working(at("2026-10-01 05:59"))
    assert not NIGHT.is_working(at("2026-10-01 06:00"))
    assert not NIGHT.is_working(at("2026-10-01 22:00"))
    # A day is 16 hours here: two shifts of the five like days, not Saturday's four hours.
    assert NIGHT.day == timedelta(hours=16)
    assert NIGHT.due_at(at("2026-11-23 22:00"), hours(9)) == at("2026-11-24 07:00")


def test_days_are_told_in_the_unit_of_the_limit():
    assert CITY.in_units(timedelta(hours=12), LimitUnit.WORK_DAY) == 1.5
    assert CITY.in_units(timedelta(hours=12), LimitUnit.NATURAL_DAY) == 0.5
    assert CITY.amount(hours(3, LimitUnit.WORK_DAY)) == timedelta(hours=24)


def test_an_unknown_year_counts_by_weekday_and_says_so():
    assert CITY.knows(2026)
    assert not CITY.knows(2027)
    assert CITY.due_at(at("2027-10-01 09:00"), hours(2)) == at("2027-10-01 11:00")  # a Friday


@pytest.mark.parametrize(
    ("limit", "zh"),
    [
        (Limit(2, LimitUnit.URGENT_WORK_HOUR), "2紧急工作时"),
        (Limit(Decimal("7.0"), LimitUnit.WORK_DAY), "7工作日"),
        (Limit(20, LimitUnit.WORK_DAY), "20工作日"),
        (Limit(0.5, LimitUnit.NATURAL_HOUR), "0.5自然小时"),
    ],
)
def test_limits_read_as_officials_write_them(limit, zh):
    assert limit.zh() == zh


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf"), Decimal("-0.1")])
def test_a_limit_is_a_number_of_at_least_zero(value):
    with pytest.raises(ValueError, match="at least zero"):
        Limit(value, LimitUnit.WORK_HOUR)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"week": [[(time(8), time(12))]]}, "seven days"),
        ({"week": [[]] * 7}, "no working time"),
        ({"shifts": [(time(8), time(12)), (time(11), time(13))]}, "overlap"),
        ({"shifts": [(time(8, 0, 30), time(12))]}, "whole minutes"),
        ({"holidays": [date(2026, 1, 1)], "makeup": [date(2026, 1, 1)]}, "both holiday and make-up"),
    ],
)
def test_what_is_no_calendar_is_refused_in_words(arguments, words):
    with pytest.raises(ValueError, match=words):
        Calendar(**arguments)


def test_times_outside_of_the_table_and_naive_times_are_refused():
    with pytest.raises(ValueError, match="1992-2099"):
        CITY.due_at(datetime(1991, 6, 1, tzinfo=UTC), hours(1))
    with pytest.raises(ValueError, match="1992-2099"):
        CITY.due_at(datetime(2099, 12, 30, tzinfo=UTC), hours(100))
    with pytest.raises(ValueError, match="1992-2099"):
        CITY.due_at_many(to_instants([datetime(2099, 12, 30, tzinfo=UTC)]), hours(100))
    with pytest.raises(ValueError, match="1992-2099"):
        CITY.due_at_many(to_instants([datetime(1991, 6, 1, tzinfo=UTC)]), hours(1))
    with pytest.raises(ValueError, match="1992-2099"):
        CITY.elapsed_many(
            to_instants([datetime(1991, 6, 1, tzinfo=UTC)]),
            datetime(2026, 1, 1, tzinfo=UTC),
            LimitUnit.WORK_HOUR,
        )
    with pytest.raises(ValueError, match="9999"):
        CITY.due_at(datetime(2026, 1, 1, tzinfo=UTC), hours(10**9, LimitUnit.NATURAL_DAY))
    with pytest.raises(ValueError, match="aware"):
        CITY.due_at(datetime(2026, 1, 1), hours(1))  # noqa: DTZ001 - the mistake meant
    with pytest.raises(ValueError, match="never negative"):
        CITY.add_working(at("2026-11-23 09:00"), timedelta(hours=-1))
    with pytest.raises(ValueError, match="2 starts but 1 limits"):
        CITY.due_at_many(np.zeros(2, dtype="datetime64[us]"), [hours(1)])


def test_equal_definitions_are_equal_calendars():
    assert Calendar(holidays=HOLIDAYS, makeup=MAKEUP) == CITY
    assert hash(Calendar(holidays=HOLIDAYS, makeup=MAKEUP)) == hash(CITY)
    assert Calendar() != CITY


def test_shifts_are_read_from_text():
    assert shifts_from_text([["08:00", "12:00"], ["14:00", "24:00"]]) == (
        (time(8), time(12)),
        (time(14), time(0)),
    )
    assert ordinary_week()[5] == ()
    with pytest.raises(ValueError, match="begin and an end"):
        shifts_from_text([["08:00"]])
