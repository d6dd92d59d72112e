# SPDX-License-Identifier: Apache-2.0
"""A briefing of the loud week as page, Word file and PDF: the same numbers, each with its rows."""

import re
from datetime import date
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from tongguan.briefings import counting, measures, naming, register
from tongguan.casebook.queries import open_book
from tongguan.documents.api import (
    Signs,
    composing,
    docx,
    drawing,
    flow,
    language,
    needing,
    page,
    pdf,
    periods,
)
from tongguan.documents.contracts import Shape, Stage
from tongguan.documents.testing import NUMBER, numbers, pdf_text, read_page, word_text
from tongguan.people.contracts import PLATFORM

pytestmark = pytest.mark.django_db

KNOWN = measures.known()
SQUARES = tuple(
    Shape(
        code,
        name,
        (((121 + x, 30.8), (121.02 + x, 30.8), (121.02 + x, 30.82), (121 + x, 30.82), (121 + x, 30.8)),),
    )
    for code, name, x in (("990101", "江北区", 0), ("990102", "江南区", 0.02))
)


def document(code="weekly"):
    template = language.read(register.shipped()[code].text, KNOWN)
    period = periods.containing(template.cadence, date(2026, 9, 9), ZoneInfo("Asia/Shanghai"))
    with open_book(PLATFORM) as book:
        counted = counting.count(
            book, needing.needs(template, (), KNOWN), period, "9901", KNOWN, naming.read(book)
        )
    stage = Stage("9901", "江州市", period, period.until, "江州市城市运行中心", shapes={"district": SQUARES})
    return composing.compose(template, 1, stage, counted, KNOWN)


def laid(code="weekly"):
    made = document(code)
    return flow(made, {}, composing.digest(made), Signs("已签发", "赵值班长", "周领导", "2026年9月14日"))


@pytest.mark.parametrize("code", ["daily", "weekly", "monthly"])
def test_the_numbers_of_page_word_and_pdf_are_the_same(book, code):
    made = laid(code)
    reader = read_page(page(made))
    seen, drawn = "\n".join(reader.seen), "\n".join(reader.drawn)
    assert sum(numbers(seen).values()) > 50
    assert numbers(word_text(docx(made))) == numbers(seen)
    assert numbers(pdf_text(pdf(made))) == numbers(seen) + numbers(drawn)


def test_every_number_of_a_sentence_is_a_figure_or_stands_in_the_template(book):
    made = document()
    for block in made["blocks"]:
        for sentence in block.get("sentences", ()):
            own = "".join(one for one in sentence["pieces"] if isinstance(one, str))
            own = own.replace(made["period"]["zh"], "")
            assert not NUMBER.search(own), own


def test_the_canonical_form_is_the_same_every_time_and_figures_keep_their_rows(book):
    first, second = document(), document()
    assert composing.canonical(first) == composing.canonical(second)
    for one in first["figures"].values():
        assert one["n"] == 0 or re.fullmatch(r"[0-9a-f]{32}", one["digest"])


def test_drawings_are_whole_xml_and_name_their_values(book):
    made = document()
    texts = {key: one["text"] for key, one in made["figures"].items()}
    drawn = [drawing.svg(block, texts) for block in made["blocks"] if block["kind"] == "chart"]
    assert len(drawn) == 5
    for one in drawn:
        ET.fromstring(one)  # noqa: S314 - our own drawing
    areas = next(one for one in drawn if "分布" in one and "<path" in one)
    assert "江北区" in areas
    assert "84件" in areas
