# SPDX-License-Identifier: Apache-2.0
"""Rows of an imported sheet, whether it came as CSV or as an Excel workbook."""

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO, Final

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from tongguan.kernel.errors import Invalid
from tongguan.kernel.tabular import Row, column_places, csv_rows, open_text

_ZIP_MAGIC: Final = b"PK\x03\x04"
#: A workbook of a million rows unpacks to less; a bomb to more.
_MOST_UNPACKED: Final = 1 << 30
_BROKEN: Final = (
    zipfile.BadZipFile,
    InvalidFileException,
    KeyError,
    ValueError,
    EOFError,
    OSError,
    SyntaxError,
)


def sheet_rows(stream: BinaryIO, columns: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    """Give the records of a CSV file (also gzip) or of a workbook's first sheet, told apart by content.

    ``columns`` as for ``csv_rows``; dates become ISO text, whole numbers lose their ``.0``. Raises Invalid
    (``file.heading``, ``file.unreadable``).
    """
    content = stream.read()
    if content[:4] == _ZIP_MAGIC:
        yield from _workbook_rows(content, columns)
    else:
        try:
            text = open_text(io.BytesIO(content))
        except (OSError, EOFError, zlib.error) as error:  # a gzip head and no gzip body
            raise _unreadable(f"压缩文件已损坏：{error}", f"a broken gzip file: {error}") from error
        with text:
            yield from csv_rows(text, columns)


def _workbook_rows(content: bytes, columns: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > _MOST_UNPACKED:
            raise _unreadable("解压后过大", "too large when unpacked")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and validations we do not read
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            records = enumerate(book.worksheets[0].iter_rows(values_only=True), start=1)
            line, heading = next(records, (0, ()))
            places = column_places([_text(cell) for cell in heading], columns)
            for line, record in records:
                if any(cell is not None for cell in record):
                    yield Row(line, {n: _text(record[i]) for n, i in places.items() if i < len(record)})
    except _BROKEN as error:
        raise _unreadable(f"不是有效的 Excel 文件：{error}", f"not a workbook: {error}") from error


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _unreadable(zh: str, en: str) -> Invalid:
    return Invalid("file.unreadable", zh=f"文件无法读取：{zh}", en=en, field="file")
