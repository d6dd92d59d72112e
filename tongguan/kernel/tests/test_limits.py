# SPDX-License-Identifier: Apache-2.0
"""Limits as cities write them."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.kernel.errors import Invalid
from tongguan.kernel.limits import parse_limit
from tongguan.kernel.worktime import Limit, LimitUnit

values = st.decimals(Decimal("0.01"), Decimal(9999), places=2)


@given(values, st.sampled_from(LimitUnit))
def test_what_a_limit_says_reads_back_as_the_same_limit(value, unit):
    parsed = parse_limit(Limit(value, unit).zh())
    assert parsed is not None
    assert (parsed.limit.value, parsed.limit.unit, parsed.note) == (value, unit, "")


@given(values, st.sampled_from(LimitUnit), st.lists(st.sampled_from(" \t\u3000"), max_size=3))
def test_blanks_full_width_digits_and_counters_do_not_matter(value, unit, blanks):
    plain = Limit(value, unit).zh()
    wide = plain.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
    number = "".join(c for c in plain if c in "0123456789.")
    counted = number + "个" + plain.removeprefix(number)
    gap = "".join(blanks)
    assert parse_limit(gap + wide + gap) == parse_limit(plain) == parse_limit(gap.join(counted))


@given(st.text(max_size=80))
def test_any_other_text_is_refused_or_empty_but_never_breaks(text):
    outcome = "read"
    try:
        parse_limit(text)
    except Invalid as refusal:
        outcome = f"{refusal.code} {refusal.field}"
    assert outcome in {"read", "limit.unreadable limit"}


@pytest.mark.parametrize(
    ("text", "value", "unit", "note"),
    [
        ("2紧急工作时", 2, LimitUnit.URGENT_WORK_HOUR, ""),
        ("4小时", 4, LimitUnit.WORK_HOUR, ""),
        ("1天", 1, LimitUnit.WORK_DAY, ""),
        ("15天", 15, LimitUnit.WORK_DAY, ""),
        ("15 个工作日内", 15, LimitUnit.WORK_DAY, ""),
        ("1紧急工作时制止", 1, LimitUnit.URGENT_WORK_HOUR, "制止"),
        ("3 自然日（含节假日）", 3, LimitUnit.NATURAL_DAY, "含节假日"),
        ("半天", Decimal("0.5"), LimitUnit.WORK_DAY, ""),
        ("两小时", 2, LimitUnit.WORK_HOUR, ""),
        ("十五个工作日", 15, LimitUnit.WORK_DAY, ""),
        ("二十天", 20, LimitUnit.WORK_DAY, ""),
        ("一百二十天", 120, LimitUnit.WORK_DAY, ""),
    ],
)
def test_reads_what_is_found_in_cities_tables(text, value, unit, note):
    parsed = parse_limit(text)
    assert parsed is not None
    assert (parsed.limit, parsed.note) == (Limit(Decimal(value), unit), note)


def test_a_city_may_mean_natural_time_by_bare_words():
    hours = parse_limit("4小时", hour=LimitUnit.NATURAL_HOUR)
    days = parse_limit("1天", day=LimitUnit.NATURAL_DAY)
    assert hours is not None
    assert days is not None
    assert (hours.limit.unit, days.limit.unit) == (LimitUnit.NATURAL_HOUR, LimitUnit.NATURAL_DAY)


@pytest.mark.parametrize("text", ["", "  ", "\u3000"])
def test_no_text_is_no_limit(text):
    assert parse_limit(text) is None


@pytest.mark.parametrize(
    "text",
    ["尽快", "1-3天", "0天", "天", "3", "-1天", "1天2小时", "1.234天", "99999天", "1e3天", "十十天", "3周"],
)
def test_what_would_be_a_guess_is_refused_with_an_example(text):
    with pytest.raises(Invalid) as refused:
        parse_limit(text)
    assert refused.value.zh == (
        f"时限“{text}”无法识别，应为数字加单位，如 2紧急工作时、4小时、1天、15个工作日"
    )


@pytest.mark.shared
def test_every_limit_of_a_real_city_table_is_read(shared: Path):
    path = shared / "data/cityguard_standard/filing_standard.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        texts = [row["处置时限"] for row in csv.DictReader(file)]
    parsed = [parse_limit(text) for text in texts]
    assert len(parsed) == 519
    assert all(p is not None for p in parsed)
    assert {p.note for p in parsed if p} == {"", "制止"}
