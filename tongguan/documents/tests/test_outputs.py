# SPDX-License-Identifier: Apache-2.0
"""Hostile texts stay text in the page, the Word file, the PDF and the drawings."""

from io import BytesIO
from xml.etree import ElementTree as ET

import docx as worddocx
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.documents import drawing, typesetting, word
from tongguan.documents.flow import Drawing, Flow, Grid, Heading, Paragraph, Signs, flow
from tongguan.documents.page import page
from tongguan.documents.testing import pdf_text, read_page

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


def test_what_typst_would_run_is_printed():
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


def test_one_day_alone_is_told_in_words_and_not_drawn_as_a_line():
    day = {"key": "2026-09-07", "name": "9月7日", "figure": "f1", "value": 12.0, "low": None, "high": None}
    block = {"kind": "chart", "draw": "line", "title": "近日新增", "unit": "件", "rows": [day]}
    alone = drawing.svg(block, {"f1": "12件"})
    assert "只有 9月7日 一天有数据，为12件，不成走势" in alone
    assert "polyline" not in alone
    two = drawing.svg(block | {"rows": [day, day | {"name": "9月8日"}]}, {"f1": "12件"})
    assert two.count("<circle") == 2
    assert "polyline" in two
