# SPDX-License-Identifier: Apache-2.0
"""Units: told in whatever words, converted where that means anything."""

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.sensors import units
from tongguan.sensors.vocabulary import shipped

CODES = sorted(units.table())


@pytest.mark.parametrize(
    ("value", "told", "own", "expected"),
    [
        (0.3, "MPa", "kPa", 300.0),
        (68.0, "[degF]", "Cel", 20.0),
        (1.0, "%{vol}", "[ppm]", 10_000.0),
        (36.0, "m³/h", "L/s", 10.0),
        (15.0, "cm", "mm", 150.0),
        (1.0, "bar", "m[H2O]", 10.197162129779283),
        (25.0, "℃", "K", 298.15),
        (1.0, "rad", "deg", 57.29577951308232),
    ],
)
def test_a_value_means_the_same_in_another_unit(value, told, own, expected):
    factor, offset = units.conversion(told, own)
    assert value * factor + offset == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("told", "own"),
    [("kPa", "m"), ("%{LEL}", "%{vol}"), ("Cel", "%{RH}"), ("furlong", "m"), ("mg/L", "[ppm]")],
)
def test_what_means_something_else_is_not_converted(told, own):
    assert units.conversion(told, own) is None


def test_a_unit_outside_of_the_table_is_only_itself():
    assert units.conversion("furlong", "furlong") == (1.0, 0.0)


@given(st.sampled_from(CODES), st.sampled_from(CODES), st.floats(-1e6, 1e6))
@settings(max_examples=200)
def test_there_and_back_is_the_same_value(first, second, value):
    there, back = units.conversion(first, second), units.conversion(second, first)
    assert (there is None) == (back is None)
    if there and back:
        again = (value * there[0] + there[1]) * back[0] + back[1]
        # Near absolute zero the offset eats digits.
        assert again == pytest.approx(value, rel=1e-9, abs=1e-6)


def test_no_sign_means_two_units_and_every_shipped_property_has_a_known_one():
    with units._TABLE.open(encoding="utf-8") as text:
        codes = [row["code"] for row in csv.DictReader(text)]
    assert len(codes) == len(set(codes)) == len(CODES)
    assert {code: units.code_of(code) for code in CODES} == {code: code for code in CODES}
    assert not {one.code: one.unit for one in shipped().values() if not units.known(one.unit)}
    assert {one.confidence for one in shipped().values()} == {"medium"}
