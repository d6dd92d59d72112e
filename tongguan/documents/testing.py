# SPDX-License-Identifier: Apache-2.0
"""Measures to write templates with, and readers of what is printed: page, Word file and PDF as plain text."""

import re
import unicodedata
from collections import Counter
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

import docx as worddocx
import pypdf

from tongguan.documents.contracts import Measure

#: Four measures as a room above would declare them, one of each sort of words.
KNOWN = {
    one.code: one
    for one in (
        Measure("opened", "新增案件", "cases opened", "件", "cases", "opened_at"),
        Measure("closed", "办结案件", "cases closed", "件", "cases", "closed_at"),
        Measure("tellings", "受理诉求", "tellings received", "件", "tellings", "received_at"),
        Measure("on_time", "按期办结率", "closed within the limit", "%", "cases", "closed_at", sort="rate",
                hit="closed_at <= due_at", decimals=1, better="high"),
        Measure("hours", "平均办理时长", "mean time to close", "小时", "cases", "closed_at", sort="mean",
                value="hours", decimals=1, better="low"),
    )
}  # fmt: skip
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_EMPTY = {"meta", "rect", "line", "circle", "path", "polygon", "polyline"}


class Texts(HTMLParser):
    """Collects what a reader of the page sees, that of drawings apart; and every tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self.drawn: list[str] = []
        self.tags: list[str] = []
        self.attrs: list[str] = []
        self._stack: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        self.tags.append(tag)
        self.attrs += [name for name, _ in attrs]
        if tag not in _EMPTY:
            self._stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._stack:
            while self._stack.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if "style" in self._stack or self._stack[-1:] == ["title"]:
            return
        (self.drawn if "svg" in self._stack else self.seen).append(data)


def read_page(text: str) -> Texts:
    """Read a page."""
    reader = Texts()
    reader.feed(text)
    return reader


def word_text(body: bytes) -> str:
    """Give the texts of a Word file, tables last."""
    made = worddocx.Document(BytesIO(body))
    parts = [one.text for one in made.paragraphs]
    return "\n".join(parts + [cell.text for table in made.tables for row in table.rows for cell in row.cells])


def pdf_text(body: bytes) -> str:
    """Give the text of a PDF without its page numbers."""
    text = "\n".join(one.extract_text() for one in pypdf.PdfReader(BytesIO(body)).pages)
    text = re.sub(r"^\s*— \d+ —\s*$", "", text, flags=re.MULTILINE)
    return unicodedata.normalize("NFKC", text)


def numbers(text: str) -> Counter[str]:
    """Count every number of a text."""
    return Counter(NUMBER.findall(text))
