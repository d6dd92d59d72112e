# SPDX-License-Identifier: Apache-2.0
"""Answers as files for spreadsheets: CSV and XLSX, in which no text is a formula."""

import csv
import io
from typing import Any, Final

from django.http import HttpResponse
from openpyxl import Workbook

from tongguan.analysis.contracts import Table

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A cell that starts so would be a formula in a spreadsheet.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
#: Characters that no sheet may hold.
_CONTROL: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])


def safe(value: Any) -> Any:
    """Give a value that a spreadsheet shows and does not compute: texts that look so get an apostrophe."""
    if not isinstance(value, str):
        return value
    text = value.translate(_CONTROL)
    return f"'{text}" if text.startswith(_FORMULA) else text


def answer(table: Table, form: str) -> HttpResponse:
    """Give the sheet as a download; ``form``: csv or xlsx."""
    rows = [[safe(one) for one in row] for row in (table.headings, *table.rows)]
    if form == "csv":
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        body, kind = ("\ufeff" + text.getvalue()).encode(), "text/csv; charset=utf-8"
    else:
        book = Workbook(write_only=True)
        sheet = book.create_sheet("analysis")
        for row in rows:
            sheet.append(row)
        packed = io.BytesIO()
        book.save(packed)
        body, kind = packed.getvalue(), XLSX
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="analysis.{form}"'
    response["Cache-Control"] = "no-store"
    return response
