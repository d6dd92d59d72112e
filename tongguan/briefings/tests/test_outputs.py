# SPDX-License-Identifier: Apache-2.0
"""The page, the Word file and the PDF: the same numbers, and hostile texts that stay text in all three."""

import re
import unicodedata
from collections import Counter
from datetime import date
from html.parser import HTMLParser
from io import BytesIO
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import docx as worddocx
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.briefings import (
    composing,
    counting,
    drawing,
    language,
    measures,
    naming,
    needing,
    periods,
    register,
    typesetting,
    word,
)
from tongguan.briefings.contracts import Shape, Stage
from tongguan.briefings.flow import Drawing, Flow, Grid, Heading, Paragraph, Signs, flow
from tongguan.briefings.page import page
from tongguan.casebook.queries import open_book
from tongguan.people.contracts import PLATFORM

KNOWN = measures.known()
SQUARES = tuple(
    Shape(
        code,
        name,
        (((121 + x, 30.8), (121.02 + x, 30.8), (121.02 + x, 30.82), (121 + x, 30.82), (121 + x, 30.8)),),
    )
    for code, name, x in (("990101", "江北区", 0), ("990102", "江南区", 0.02))
)
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


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


class Texts(HTMLParser):
    """Collects what a reader of the page sees, that of drawings apart; and every tag."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.seen, self.drawn, self.tags, self.attrs = [], [], [], []
        self._stack = []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attrs += [name for name, _ in attrs]
        if tag not in {"meta", "rect", "line", "circle", "path", "polygon", "polyline"}:
            self._stack.append(tag)

    def handle_endtag(self, tag):
        if tag in self._stack:
            while self._stack.pop() != tag:
                pass

    def handle_data(self, text):
        if "style" in self._stack or self._stack[-1:] == ["title"]:
            return
        (self.drawn if "svg" in self._stack else self.seen).append(text)


def read_page(text):
    reader = Texts()
    reader.feed(text)
    return reader


def word_text(body):
    made = worddocx.Document(BytesIO(body))
    parts = [one.text for one in made.paragraphs]
    return "\n".join(parts + [cell.text for table in made.tables for row in table.rows for cell in row.cells])


def pdf_text(body):
    text = "\n".join(one.extract_text() for one in pypdf.PdfReader(BytesIO(body)).pages)
    text = re.sub(r"^\s*— \d+ —\s*$", "", text, flags=re.MULTILINE)
    return unicodedata.normalize("NFKC", text)


def numbers(text):
    return Counter(NUMBER.findall(text))


@pytest.mark.parametrize("code", ["daily", "weekly", "monthly"])
def test_the_numbers_of_page_word_and_pdf_are_the_same(book, code):
    made = laid(code)
    reader = read_page(page(made))
    seen, drawn = "\n".join(reader.seen), "\n".join(reader.drawn)
    assert sum(numbers(seen).values()) > 50
    assert numbers(word_text(word.docx(made))) == numbers(seen)
    assert numbers(pdf_text(typesetting.pdf(made))) == numbers(seen) + numbers(drawn)


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


HOSTILE = st.one_of(
    st.sampled_from([
        "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "]]><x/>", "&lt;b&gt;", '#panic("x")',
        '#read("/etc/passwd")', "$ x $ `raw` *b* _i_ @ref <label>", "=1+1",
        "\u202egnp.exe", "\x00\x08\x1b[31m",
        "</text></svg><script>", "{{7*7}}", "${x}", "\ud800", "]\\#(", "w:t</w:t>", "<![CDATA[",
    ]),
    st.text(max_size=30),
)  # fmt: skip


def hostile_flow(text):
    block = {
        "kind": "chart", "draw": "bar", "title": text, "unit": text, "shapes": [],
        "rows": [{"key": text, "name": text, "figure": "f1", "value": 3.0}],
    }  # fmt: skip
    areas = block | {
        "draw": "areas",
        "shapes": [{"code": text, "name": text, "rings": [[[0, 0], [1, 0], [1, 1]]]}],
    }
    sentence = {"key": "s1", "pieces": [text, {"figure": "f1"}]}
    made = {
        "kind": "daily", "title": text, "place": text, "issuer": text,
        "data_until": "2026-09-14T00:00:00+08:00",
        "period": {"zh": text, "before": text},
        "figures": {"f1": {"text": text, "unit": "件", "view": "value"}},
        "blocks": [
            {"kind": "heading", "level": 1, "text": text},
            {"kind": "paragraph", "lead": text, "sentences": [sentence]},
            block,
            areas,
            {"kind": "table", "title": text, "by": "district", "heads": [text],
             "rows": [{"name": text, "cells": ["f1"]}, {"name": text, "cells": ["f1"]}]},
        ],
    }  # fmt: skip
    return flow(made, {}, "d" * 64, Signs(text, f"甲{text}", f"乙{text}", f"日{text}"))


@given(HOSTILE)
def test_no_text_adds_a_mark_to_the_page_or_a_drawing(text):
    found, calm = read_page(page(hostile_flow(text))), read_page(page(hostile_flow("安静")))
    assert found.tags == calm.tags
    assert found.attrs == calm.attrs
    for item in hostile_flow(text).items:
        if isinstance(item, Drawing):
            tags = [one.tag for one in ET.fromstring(item.svg).iter()]  # noqa: S314 - our own drawing
            assert {one.rpartition("}")[2] for one in tags} <= {"svg", "title", "rect", "text", "path"}


@given(HOSTILE)
@settings(max_examples=25, deadline=None)
def test_no_text_acts_in_the_pdf_or_the_word_file(text):
    made = hostile_flow(text)
    assert len(pypdf.PdfReader(BytesIO(typesetting.pdf(made))).pages) < 4
    found = worddocx.Document(BytesIO(word.docx(made)))
    assert len(found.tables) == 1
    calm = worddocx.Document(BytesIO(word.docx(hostile_flow("安静"))))
    assert len(found.paragraphs) == len(calm.paragraphs)


def test_what_typst_would_run_is_printed(book):
    made = Flow(
        "中心", "日报", "题", "日", Signs("草稿"),
        (Heading(1, "#panic()"), Paragraph((('#read("/etc/hostname") $x$', ""),)),
         Grid("表", ("#x",), ((("#y", ""),),))),
        (),
    )  # fmt: skip
    told = pdf_text(typesetting.pdf(made))
    assert "#panic()" in told
    assert '#read("/etc/hostname") $x$' in told.replace("\n", " ")


def test_where_a_font_or_the_extra_is_missing_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(typesetting, "_first", lambda _wanted, _known: "")
    with pytest.raises(typesetting.Unavailable) as told:
        typesetting.families()
    assert "fonts-noto-cjk" in told.value.zh
