# SPDX-License-Identifier: Apache-2.0
"""A document as a Word document (DOCX), its charts as pictures. Every text is a run, never markup."""

from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from typing import Any, Final

from tongguan.documents.flow import Drawing, Flow, Grid, Heading, Item, Paragraph
from tongguan.documents.typesetting import pictures
from tongguan.kernel.errors import Unavailable

if find_spec("docx") is not None:
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

_BODY, _HEAD, _SUB, _TITLE = "仿宋", "黑体", "楷体", "宋体"
_RED: Final = (0xB3, 0x16, 0x0F)


def docx(flow: Flow) -> bytes:
    """Give the document. Raises Unavailable where the extra ``reports`` or a Chinese font is missing."""
    if find_spec("docx") is None:
        raise Unavailable(
            "document.docx", "未安装文档组件，请执行 pip install 'tongguan[reports]'；网页版不受影响",
            "install the extra 'reports' for PDF and DOCX; the page needs nothing",
        )  # fmt: skip
    drawn = iter(pictures([one.svg for one in flow.items if isinstance(one, Drawing)]))
    made = _Paper()
    made.line(flow.issuer, _HEAD, 26, align=ALIGN.CENTER, bold=True, colour=_RED)
    made.line(
        f"{flow.kind}（{flow.signs.state}）　　{flow.signs.signed_on or flow.date}",
        _BODY,
        13,
        align=ALIGN.CENTER,
    )
    made.line(flow.title, _TITLE, 20, align=ALIGN.CENTER, bold=True, above=18)
    for item in flow.items:
        made.item(item, drawn)
    named = [("审核", flow.signs.reviewed_by), ("签发", flow.signs.signed_by)]
    told = "　　".join(f"{label}：{name}" for label, name in named if name)
    if told:
        made.line(told, _BODY, 15, align=ALIGN.RIGHT, above=16)
    for note in flow.notes:
        made.line(note, _BODY, 10)
    return made.saved(flow.title)


class _Paper:
    """A4 with an official document's margins, filled from the top."""

    def __init__(self) -> None:
        self._document = Document()
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(33)
        section.left_margin, section.right_margin = Mm(28), Mm(26)

    def saved(self, title: str) -> bytes:
        self._document.core_properties.title = title[:250]
        self._document.core_properties.author = "统管"
        stream = BytesIO()
        self._document.save(stream)
        return stream.getvalue()

    def item(self, item: Item, drawn: Iterator[bytes]) -> None:
        if isinstance(item, Heading):
            font = _HEAD if item.level == 1 else _SUB
            self.line(item.text, font, 16, bold=item.level == 1, indent=True, above=8, keep=True)
        elif isinstance(item, Paragraph):
            self.line("".join(text for text, _ in item.runs), _BODY, 16, indent=True, align=ALIGN.JUSTIFY)
        elif isinstance(item, Drawing):
            self._document.add_picture(BytesIO(next(drawn)), width=Mm(156))
            self._document.paragraphs[-1].paragraph_format.keep_with_next = True
            self.line(item.caption, _HEAD, 11, align=ALIGN.CENTER)
        else:
            self._grid(item)

    def line(
        self, text: str, font: str, size: int, *, align: Any = None, bold: bool = False, indent: bool = False,
        above: int = 2, colour: tuple[int, int, int] | None = None, keep: bool = False,
    ) -> None:  # fmt: skip
        paragraph = self._document.add_paragraph()
        shape = paragraph.paragraph_format
        shape.space_before, shape.space_after, shape.line_spacing = Pt(above), Pt(2), 1.4
        shape.keep_with_next = keep
        if indent:
            shape.first_line_indent = Pt(2 * size)
        if align is not None:
            paragraph.alignment = align
        _write(paragraph, text, font, size, bold=bold, colour=colour)

    def _grid(self, grid: Grid) -> None:
        self.line(grid.caption, _HEAD, 11, align=ALIGN.CENTER, above=10, keep=True)
        table = self._document.add_table(rows=1 + len(grid.rows), cols=len(grid.heads), style="Table Grid")
        for column, head in enumerate(grid.heads):
            _write(table.rows[0].cells[column].paragraphs[0], head, _HEAD, 9, bold=True)
        for cells, row in zip(table.rows[1:], grid.rows, strict=True):
            for column, (cell, (text, _)) in enumerate(zip(cells.cells, row, strict=True)):
                paragraph = cell.paragraphs[0]
                if column:
                    paragraph.alignment = ALIGN.RIGHT
                _write(paragraph, text, _BODY, 10, bold=row is grid.rows[-1])


def _write(
    paragraph: Any, text: str, font: str, size: int, *, bold: bool, colour: tuple[int, int, int] | None = None
) -> None:
    run = paragraph.add_run(text)
    run.font.name, run.font.size, run.bold = "Times New Roman", Pt(size), bold
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)  # noqa: SLF001 - its only way
    if colour:
        run.font.color.rgb = RGBColor(*colour)
