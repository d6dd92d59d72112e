# SPDX-License-Identifier: Apache-2.0
"""Scores as tables for a spreadsheet, safe to open: what would be a formula stays text."""

import csv
import io
from collections.abc import Iterator
from typing import Any, Final

from django.http import HttpResponse
from openpyxl import Workbook

from tongguan.evaluation import queries as reads
from tongguan.evaluation.contracts import IndicatorSet, ScoreTable
from tongguan.people.contracts import Actor
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

#: A cell that starts so would be a formula in a spreadsheet.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_answer(actor: Actor, code: str, period: str, version: int | None) -> HttpResponse:
    """Give the table as CSV with a byte-order mark. Raises as ``queries.table``."""
    text = io.StringIO()
    csv.writer(text).writerows(_rows(*_read(actor, code, period, version)))
    return _file("\ufeff" + text.getvalue(), "text/csv; charset=utf-8", f"{code}-{period}.csv")


def xlsx_answer(actor: Actor, code: str, period: str, version: int | None) -> HttpResponse:
    """Give the table as a workbook. Raises as ``queries.table``."""
    of, table = _read(actor, code, period, version)
    book = Workbook(write_only=True)
    page = book.create_sheet(table.period.code.replace("..", "-"))
    for row in _rows(of, table):
        page.append(row)
    content = io.BytesIO()
    book.save(content)
    return _file(content.getvalue(), _XLSX, f"{code}-{period}.xlsx")


def _read(actor: Actor, code: str, period: str, version: int | None) -> tuple[IndicatorSet, ScoreTable]:
    table = reads.table(actor, code, period, version=version)
    known = reads.versions(actor, code)
    of = next(one.set for one in known if one.set.version == table.set_version)
    with atomic():
        audit.record(actor, "evaluation.export", f"evaluation:{code}", {"period": period})
    return of, table


def _rows(of: IndicatorSet, table: ScoreTable) -> Iterator[list[Any]]:
    counts = reads.counts()
    codes = list(dict.fromkeys(code for one in table.rows for code in one.counts))
    state = "已关闭" if table.closed else "未关闭"
    yield [f"{of.zh} 第 {of.version} 版", table.period.code, state, table.set_digest, table.inputs_digest]
    yield [
        "类别", "名次", "同类个数", "名称", "总分", "等级", *(f"{one.zh}得分" for one in of.parts),
        *(one.zh for one in of.rates), *(counts[code].zh for code in codes), "没有总分的原因",
    ]  # fmt: skip
    for one in table.rows:
        yield [
            _safe(one.kin), one.rank, one.among, _safe(one.name), one.total, one.grade,
            *(one.points.get(part.code) for part in of.parts),
            *(one.rates.get(rate.code) for rate in of.rates), *(one.counts.get(code) for code in codes),
            _safe("；".join(zh for zh, _ in one.reasons)),
        ]  # fmt: skip


def _safe(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text


def _file(content: str | bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
