# SPDX-License-Identifier: Apache-2.0
"""Reading tables that officials send: Excel (.xlsx) and CSV, streamed line by line. Pure.

Nothing of a file is trusted: its size, its unpacked size, its numbers of lines and columns and the
length of its cells are bounded, formulas are read as their last value, old ``.xls`` is refused by name.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from tongguan.kernel.errors import Invalid

MOST_BYTES: Final = 50 * 1024 * 1024
MOST_UNPACKED: Final = 400 * 1024 * 1024
MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 64
_HEADING_WITHIN: Final = 10
_SHOWN: Final = 40
_SEPARATORS: Final = re.compile(r"[;；、，,\s]+")
_DATE: Final = re.compile(
    r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d{2})(\d{2}))", re.ASCII
)
_ZIP: Final = b"PK\x03\x04"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"

Cell = object


class Line(NamedTuple):
    """One line: its number in the file (from 1) and its cells by field name."""

    row_no: int
    cells: dict[str, Cell]


class RowError(NamedTuple):
    """What is wrong with one line of a file: its number, the field, a stable code, words."""

    row_no: int
    field: str
    code: str
    zh: str
    en: str


class Mistakes:
    """Collects what is wrong with the lines of a file; ``words`` gives (zh, en) patterns for each code."""

    def __init__(self, words: Mapping[str, tuple[str, str]]) -> None:
        """Start with none."""
        self._words = words
        self.found: list[RowError] = []

    def add(self, row_no: int, field: str, code: str, *values: object) -> None:
        """Add one, its words filled with the values (long ones are cut)."""
        zh, en = self._words[code]
        shown = [str(value)[:_SHOWN] for value in values]
        self.found.append(RowError(row_no, field, code, zh.format(*shown), en.format(*shown)))

    def in_order(self) -> list[RowError]:
        """Give all of them in line order."""
        return sorted(self.found, key=lambda error: error.row_no)


class Table(NamedTuple):
    """A table under its heading: the lines, and headings nobody asked for."""

    lines: list[Line]
    ignored: tuple[str, ...]


def read_table(
    body: bytes, columns: Mapping[str, Sequence[str]], required: Sequence[str | tuple[str, ...]]
) -> Table:
    """Read a file into lines by field name.

    ``columns`` gives the headings that stand for each field; the heading is looked for in the first ten
    lines, so that a title may stand above it. ``required`` names fields that must have a column (a tuple:
    one of them). Raises Invalid ``file.unreadable``, ``file.too_large``, ``file.no_heading``,
    ``file.column_missing`` or ``file.column_twice``.
    """
    rows = _rows(body)
    names = {_plain(word): field for field, words in columns.items() for word in (field, *words)}
    heading = _find_heading(rows, names, columns)
    fields = [names.get(word) for word in heading]
    _check_heading(fields, columns, required)
    lines = []
    for row_no, cells in rows:
        held = {field: cell for field, cell in zip(fields, cells, strict=False) if field is not None}
        if any(cell not in (None, "") for cell in held.values()):
            lines.append(Line(row_no, held))
    ignored = tuple(word for word, field in zip(heading, fields, strict=True) if word and field is None)
    return Table(lines, ignored)


def _find_heading(
    rows: Iterator[tuple[int, list[Cell]]], names: Mapping[str, str], columns: Mapping[str, Sequence[str]]
) -> list[str]:
    """Give the first line of which at least two cells are known headings."""
    for row_no, cells in rows:
        words = [_plain(text_of(cell)) for cell in cells]
        if sum(word in names for word in words) >= min(2, len(columns)):
            return words
        if row_no >= _HEADING_WITHIN:
            break
    wanted = "、".join(words[0] for words in columns.values() if words)
    raise Invalid(
        "file.no_heading",
        zh=f"前 {_HEADING_WITHIN} 行中没有找到表头，应有：{wanted}",
        en=f"no heading within the first {_HEADING_WITHIN} lines",
        field="file",
    )


def _check_heading(
    fields: Sequence[str | None],
    columns: Mapping[str, Sequence[str]],
    required: Sequence[str | tuple[str, ...]],
) -> None:
    """Refuse a heading that lacks a required column or has one twice."""
    for field in fields:
        if field is not None and fields.count(field) > 1:
            raise Invalid(
                "file.column_twice",
                zh=f"表头中“{columns[field][0]}”出现了两次",
                en=f"the column {field} is there twice",
                field=field,
            )
    for need in required:
        choices = (need,) if isinstance(need, str) else need
        if not set(choices) & set(fields):
            words = "或".join(f"“{columns[choice][0]}”" for choice in choices)
            raise Invalid(
                "file.column_missing",
                zh=f"表头缺少{words}",
                en=f"no column {' or '.join(choices)}",
                field=choices[0],
            )


def text_of(cell: Cell) -> str:
    """Give a cell as text: numbers without a needless ``.0``, dates as 2026-01-31, blanks stripped."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


def words_of(cell: Cell) -> tuple[str, ...]:
    """Give the distinct words of a cell that lists several, separated by ；、， or blanks."""
    return tuple(dict.fromkeys(word for word in _SEPARATORS.split(text_of(cell)) if word))


def date_of(cell: Cell) -> date | None:
    """Give a cell as a date (2026-01-31, 2026/1/31, 2026年1月31日, 20260131); None when it is none."""
    found = _DATE.fullmatch(text_of(cell))
    try:
        return date(*(int(part) for part in found.groups() if part)) if found else None
    except ValueError:
        return None


def columns(text: str) -> dict[str, tuple[str, ...]]:
    """Give the headings of each field from ``field=heading=other_heading``, separated by blanks."""
    return {field: tuple(words) for field, *words in (part.split("=") for part in text.split())}


def _plain(heading: str) -> str:
    """Give a heading without blanks, line breaks and the star that marks required columns."""
    return "".join(heading.split()).strip("*＊").lower()


def _rows(body: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """Give (line number, cells) whichever of the formats the file has."""
    if len(body) > MOST_BYTES:
        raise _too_large(f"文件超过 {MOST_BYTES // 1024 // 1024} MB")
    if body.startswith(_OLD_EXCEL):
        raise _unreadable("这是旧版 Excel（.xls），请另存为 .xlsx 后重试")
    source = _excel_rows(body) if body.startswith(_ZIP) else _csv_rows(body)
    for row_no, cells in enumerate(source, start=1):
        if row_no > MOST_ROWS:
            raise _too_large(f"超过 {MOST_ROWS} 行")
        yield row_no, list(cells[:MOST_COLUMNS])


def _excel_rows(body: bytes) -> Iterator[Sequence[Cell]]:
    """Give the cells of the first sheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MOST_UNPACKED:
                raise _too_large("文件解压后过大")
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise _unreadable("文件不是完整的 Excel 表格") from error
    try:
        if not book.worksheets:
            raise _unreadable("Excel 文件中没有工作表")
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs write a wrong size; the lines themselves are right
        yield from sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)
    except (zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise _unreadable("文件不是完整的 Excel 表格") from error
    finally:
        book.close()


def _csv_rows(body: bytes) -> Iterator[Sequence[Cell]]:
    """Give the cells of a CSV in UTF-8 or GB 18030 (what Excel writes here)."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise _unreadable("文件编码无法识别，请用 UTF-8 或 GB18030 保存")
    if "\x00" in text:
        raise _unreadable("文件不是文本")
    try:
        yield from csv.reader(_lines(text), strict=True)
    except csv.Error as error:
        raise _unreadable("CSV 引号不成对或单元格过长") from error


def _lines(text: str) -> Iterable[str]:
    return io.StringIO(text, newline="")


def _unreadable(zh: str) -> Invalid:
    return Invalid("file.unreadable", zh=zh, en="the file cannot be read as a table", field="file")


def _too_large(zh: str) -> Invalid:
    return Invalid("file.too_large", zh=zh, en="the file is too large", field="file")
