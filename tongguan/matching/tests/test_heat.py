# SPDX-License-Identifier: Apache-2.0
"""What makes a matter hot."""

import math

import pytest

from tongguan.matching.heat import HeatRule, Voice, heat_of

RULE = HeatRule()


def test_ten_people_are_hotter_than_one_who_tells_ten_times():
    many = [Voice(f"p{n}", n * 10.0) for n in range(10)]
    one = [Voice("p0", n * 10.0) for n in range(10)]
    assert heat_of(many, 90.0, RULE).heat == 11.0
    assert heat_of(one, 90.0, RULE).heat == 4.5


def test_one_who_never_stops_writing_makes_nothing_hotter():
    few = [Voice("p0", n * 10.0) for n in range(6)]
    fifty = [Voice("p0", n * 10.0) for n in range(50)]
    assert heat_of(fifty, 500.0, HeatRule(half_life=math.inf)).heat == 4.5
    assert heat_of(few, 500.0, HeatRule(half_life=math.inf)).heat == 4.5
    assert heat_of(fifty, 500.0, RULE).tellings == 50


def test_a_rush_is_hotter_than_the_same_tellings_over_a_year():
    rush = [Voice(f"p{n}", n / 2) for n in range(6)]
    slow = [Voice(f"p{n}", n * 60.0) for n in range(6)]
    assert heat_of(rush, 2.5, RULE).busiest == 6
    assert heat_of(slow, 300.0, RULE).busiest == 1
    assert heat_of(rush, 2.5, RULE).heat > heat_of(slow, 300.0, RULE).heat


def test_heat_halves_with_time_unless_an_archive_is_ranked():
    voices = [Voice("p", 0.0, votes=16)]
    assert heat_of(voices, 0.0, RULE).heat == 4.0
    assert heat_of(voices, 60.0, RULE).heat == 2.0
    assert heat_of(voices, 60.0, HeatRule(half_life=math.inf)).heat == 4.0
    assert heat_of(voices, 0.0, RULE, cohesion=0.5).heat == 2.0


def test_it_says_why():
    assert heat_of([Voice("a", 0.0, 3), Voice("b", 1.0)], 1.0, RULE).words() == (
        "2 人 2 次反映，3 票支持，最集中时一周 2 次"
    )


def test_a_matter_without_tellings_is_none():
    with pytest.raises(ValueError, match="tellings"):
        heat_of([], 0.0, RULE)
