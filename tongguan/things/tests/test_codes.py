# SPDX-License-Identifier: Apache-2.0
"""Component codes of 2026 and of 2013."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.kernel.errors import Invalid
from tongguan.things.codes import parse_component
from tongguan.things.import_components import classes_2013

CLASSES = classes_2013()
digits = st.text("0123456789", min_size=6, max_size=6)


@given(digits, st.text("0123456789", min_size=5, max_size=5), digits)
def test_seventeen_digits_come_apart_and_together(district, class_code, number):
    code = parse_component(district + class_code + number, {})
    assert (code.district, code.class_code, code.number, code.former) == (district, class_code, number, "")
    assert str(code) == district + class_code + number


@given(digits, st.sampled_from(sorted(CLASSES)), digits)
def test_sixteen_digits_get_the_new_class_and_are_remembered(district, old, number):
    code = parse_component(district + old + number, CLASSES)
    assert str(code) == district + CLASSES[old] + number
    assert code.former == district + old + number


def test_the_shipped_mapping_is_one_to_one():
    assert len(CLASSES) == len(set(CLASSES.values())) == 117
    assert (CLASSES["0101"], CLASSES["0204"]) == ("01001", "02004")
    assert all(len(old) == 4 and len(new) == 5 for old, new in CLASSES.items())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9901010100100000", "code.unmapped_class"),
        ("990101010010000", "code.length"),
        ("99010101001000000１", "code.not_digits"),
        ("", "code.not_digits"),
    ],
)
def test_wrong_codes_are_refused(text, code):
    with pytest.raises(Invalid) as refused:
        parse_component(text, {"0101": "01001"})
    assert (refused.value.code, refused.value.field) == (code, "code")
