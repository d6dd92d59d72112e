# SPDX-License-Identifier: Apache-2.0
"""Personal data is shortened to what helps to recognise it, and never given whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.kernel import masks


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("13800001234", "13800001234"),
        ("138-0000-1234", "13800001234"),
        ("+86 138 0000 1234", "13800001234"),
        ("008613800001234", "13800001234"),
        ("１３８００００１２３４", "13800001234"),
        ("(021) 5555-0100", "02155550100"),
        ("021-55550100 转 801", "02155550100"),
        ("021-55550100 ext. 801", "02155550100"),
        ("8655550100", "8655550100"),
        ("12345", ""),
        ("没有电话", ""),
        ("", ""),
    ],
)
def test_a_number_has_one_form(told, number):
    assert masks.number(told) == number


@pytest.mark.parametrize(
    ("told", "shown"),
    [("13800001234", "138****1234"), ("+86 138 0000 1234", "138****1234"), ("021-55550100", "021****0100"),
     ("5550100", "****00"), ("12345", "****"), ("微信号", "****"), ("", "")],
)  # fmt: skip
def test_a_number_is_shown_without_its_middle(told, shown):
    assert masks.phone(told) == shown


@pytest.mark.parametrize(
    ("told", "shown"),
    [("王五", "王**"), (" 王小明 ", "王**"), ("欧阳娜娜", "欧阳**"), ("钱女士", "钱女士"),
     ("欧阳先生", "欧阳先生"), ("Smith", "S**"), ("王", "王**"), ("", "")],
)  # fmt: skip
def test_a_name_is_shown_as_its_family_name(told, shown):
    assert masks.name(told) == shown


def test_a_mail_address_is_shown_by_first_letter_and_host():
    assert [masks.email(one) for one in ("wang@example.com", "nobody", "")] == ["w***@example.com", "***", ""]


def test_where_a_message_goes_is_shortened_and_codes_stay():
    shown = [masks.address(one) for one in ("13900000001", "wang@example.com", "hotline", "12345")]
    assert shown == ["139****0001", "w***@example.com", "hotline", "12345"]


@given(st.text(st.characters(categories=["Nd", "Pd", "Zs", "Lo"]), max_size=40))
def test_no_number_is_shown_whole(text):
    number = masks.number(text)
    assert not number or number not in masks.phone(text)
    assert masks.number(number) == number
