# SPDX-License-Identifier: Apache-2.0
"""Codes of divisions and unit grids."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.kernel.codes import next_prefix
from tongguan.kernel.errors import Invalid
from tongguan.places.codes import (
    GridStandard,
    division_code,
    level_of,
    map_grid,
    parent_of,
    parse_grid,
    street_kind,
)

parts = st.tuples(
    st.integers(11, 65), st.integers(1, 99), st.integers(1, 99), st.integers(1, 599), st.integers(1, 999)
)


@given(parts, st.sampled_from([2, 4, 6, 9, 12]))
def test_a_code_survives_its_padded_forms(numbers, length):
    code = "{:02d}{:02d}{:02d}{:03d}{:03d}".format(*numbers)[:length]
    assert division_code(code) == code
    assert division_code(f" {code.ljust(12, '0')} ") == code
    if length <= 6:
        assert division_code(code.ljust(6, "0")) == code


@given(parts)
def test_every_parent_is_a_prefix_and_the_line_ends_at_a_province(numbers):
    code, line = "{:02d}{:02d}{:02d}{:03d}{:03d}".format(*numbers), []
    while code:
        line.append(level_of(code))
        parent = parent_of(code)
        assert code.startswith(parent)
        above = next_prefix(parent)
        assert not parent or (parent <= code and (above is None or code < above))
        code = parent
    assert line == ["community", "street", "district", "city", "province"]


@given(parts, st.integers(1, 999))
def test_a_grid_code_is_its_community_and_number(numbers, number):
    community = "{:02d}{:02d}{:02d}{:03d}{:03d}".format(*numbers)
    parsed = parse_grid(f"{community}{number:03d}")
    assert (parsed.community, parsed.number, str(parsed)) == (community, number, f"{community}{number:03d}")


@given(parts, st.integers(1, 99))
def test_codes_of_2005_get_a_third_digit_and_of_2013_stay(numbers, number):
    community = "{:02d}{:02d}{:02d}{:03d}{:03d}".format(*numbers)
    assert map_grid(f"{community}{number:02d}", GridStandard.Y2005) == f"{community}0{number:02d}"
    assert map_grid(f"{community}{number:03d}", GridStandard.Y2013) == f"{community}{number:03d}"


def test_the_longest_recoded_prefix_wins():
    recoded = {"310103": "310101", "310103005": "310101021", "310103005001002": "310101021009009"}
    assert map_grid("310103004001001", GridStandard.Y2013, recoded) == "310101004001001"
    assert map_grid("310103005001001", GridStandard.Y2013, recoded) == "310101021001001"
    assert map_grid("310103005001002", GridStandard.Y2013, recoded) == "310101021009009"


def test_cities_without_districts_keep_their_zeros():
    assert division_code("441900") == "4419"
    assert division_code("441900003") == "441900003"
    assert parent_of("441900003") == "4419"
    assert parent_of("441900003001") == "441900003"
    assert parent_of("11") == ""


def test_street_numbers_tell_what_they_are():
    kinds = {"310101002": "街道", "310115103": "镇", "310115200": "乡", "310115401": "政企合一单位"}
    assert {code: street_kind(code) for code in kinds} == kinds
    assert street_kind("310101") == street_kind("310101999") == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31O101", "code.not_digits"),
        ("３１", "code.not_digits"),
        ("", "code.not_digits"),
        ("310", "code.length"),
        ("000000", "code.zero"),
    ],
)
def test_a_wrong_division_code_is_refused(text, code):
    with pytest.raises(Invalid) as refused:
        division_code(text)
    assert (refused.value.code, refused.value.field) == (code, "code")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31010100200100", "code.length"),
        ("310101002001000", "code.zero"),
        ("310101002000001", "code.zero"),
        ("31010100200100x", "code.not_digits"),
    ],
)
def test_a_wrong_grid_code_is_refused(text, code):
    with pytest.raises(Invalid) as refused:
        parse_grid(text)
    assert (refused.value.code, refused.value.field) == (code, "code")
    with pytest.raises(Invalid):
        level_of("123")
