# SPDX-License-Identifier: Apache-2.0
"""A template that does not hold is refused when it is loaded, not when it is sent."""

import pytest

from tongguan.messaging.templates import TemplateError, load, parse

GOOD = {
    "placeholders": ["number"],
    "zh": {"subject": "案件 {number}", "body": "案件 {number} 已办结"},
    "en": {"subject": "Case {number}", "body": "Case {number} was closed {{now}}"},
}


def test_a_good_template_fills_in():
    template = parse("x", GOOD)
    assert template.render({"number": "1", "more": "?"}) == ("案件 1", "案件 1 已办结")
    assert template.render({"number": None}, "en") == ("Case", "Case  was closed {now}")


def test_a_subject_stays_one_line():
    assert parse("x", GOOD).render({"number": "1\r\nBcc: a@b"})[0] == "案件 1 Bcc: a@b"


def test_braces_in_a_value_are_only_text():
    assert parse("x", GOOD).render({"number": "{secret.__class__}"})[0] == "案件 {secret.__class__}"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"en": {"subject": "Case", "body": "{nummer}"}}, "en.body uses {nummer}, which is not declared"),
        ({"placeholders": ["number", "unit"]}, "declares but never uses unit"),
        ({"zh": {"subject": "", "body": "{number}"}}, "zh.subject is empty"),
        ({"zh": {"subject": "{number}"}}, "zh needs exactly subject and body"),
        ({"zh": {"subject": "{number.__class__}", "body": "甲"}}, "must be a plain name"),
        ({"zh": {"subject": "{number!r}", "body": "甲"}}, "must be a plain name"),
        ({"zh": {"subject": "{}", "body": "甲"}}, "must be a plain name"),
        ({"zh": {"subject": "{number", "body": "甲"}}, "zh.subject: "),
        ({"fr": {}}, "needs exactly placeholders, zh, en"),
        ({"placeholders": "number"}, "placeholders must be a list of names"),
    ],
)
def test_a_bad_template_says_what_is_wrong(change, why):
    with pytest.raises(TemplateError) as error:
        parse("x", GOOD | change)
    assert why in str(error.value)


def test_a_missing_parameter_is_named():
    with pytest.raises(TemplateError, match="x: no value for number"):
        parse("x", GOOD).render({})


def test_a_file_must_map_codes(tmp_path):
    path = tmp_path / "t.yaml"
    path.write_text("- a\n")
    with pytest.raises(TemplateError, match=r"t\.yaml: must map codes"):
        list(load(path))
