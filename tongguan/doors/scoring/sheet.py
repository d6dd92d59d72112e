# SPDX-License-Identifier: Apache-2.0
"""Scores as tables for a spreadsheet."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse

from tongguan.doors.common.sheets import Form, download
from tongguan.evaluation import queries as reads
from tongguan.evaluation.contracts import IndicatorSet, ScoreTable
from tongguan.people.contracts import Actor
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic


def answer(actor: Actor, code: str, period: str, version: int | None, form: Form) -> HttpResponse:
    """Give the table as a file; who took it is audited. Raises as ``queries.table``."""
    return download(_rows(*_read(actor, code, period, version)), form, f"{code}-{period}")


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
            one.kin, one.rank, one.among, one.name, one.total, one.grade,
            *(one.points.get(part.code) for part in of.parts),
            *(one.rates.get(rate.code) for rate in of.rates), *(one.counts.get(code) for code in codes),
            "；".join(zh for zh, _ in one.reasons),
        ]  # fmt: skip
