# SPDX-License-Identifier: Apache-2.0
"""Answers as files for spreadsheets: CSV and XLSX, in which no text is a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal

from django.http import HttpResponse
from openpyxl import Workbook

#: The forms a sheet may be taken away in.
Form = Literal["csv", "xlsx"]
KINDS: Final[dict[Form, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: What a route says of its answer in the interface's document, where that is a sheet.
ANSWER: Final[dict[str, Any]] = {
    "responses": {
        200: {
            "description": "CSV, XLSX",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                KINDS["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
            },
        }
    }
}
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


def download(rows: Iterable[Sequence[Any]], form: Form, name: str) -> HttpResponse:
    """Give rows of values as a file to take away, each made safe; CSV begins with a byte-order mark."""
    told = ([safe(one) for one in row] for row in rows)
    if form == "csv":
        text = io.StringIO()
        csv.writer(text).writerows(told)
        body = ("\ufeff" + text.getvalue()).encode()
    else:
        book = Workbook(write_only=True)
        page = book.create_sheet()
        for row in told:
            page.append(row)
        packed = io.BytesIO()
        book.save(packed)
        body = packed.getvalue()
    response = HttpResponse(body, content_type=KINDS[form])
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    response["Cache-Control"] = "no-store"
    return response
