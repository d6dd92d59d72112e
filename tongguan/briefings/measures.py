# SPDX-License-Identifier: Apache-2.0
"""What briefings can count in the casebook. Every number of every briefing is one of these."""

from collections.abc import Mapping
from typing import Final

from tongguan.briefings import spi
from tongguan.documents.contracts import Measure

_HOURS: Final = "date_diff('second', opened_at, closed_at) / 3600.0"
#: ``{until}`` stands for the period's end (UTC).
_OVERDUE: Final = "due_at < {until}"

SHIPPED: Final = (
    Measure("tellings", "受理诉求", "tellings received", "件", "tellings", "received_at"),
    Measure("opened", "新增案件", "cases opened", "件", "cases", "opened_at"),
    Measure("urgent", "紧急案件", "urgent cases opened", "件", "cases", "opened_at",
            where="urgency IN ('urgent', 'critical')"),
    Measure("crowd", "群体性诉求", "matters told by five or more", "件", "cases", "opened_at",
            where="voices >= 5"),
    Measure("recurring", "办结后重复发生", "cases that repeat a closed one", "件", "cases", "opened_at",
            where="recurs_of IS NOT NULL", better="low"),
    Measure("closed", "办结案件", "cases closed", "件", "cases", "closed_at", where="closed_at IS NOT NULL"),
    Measure("late", "超期办结", "closed after the limit", "件", "cases", "closed_at",
            where="closed_at > due_at AND NOT excused", better="low"),
    Measure("on_time", "按期办结率", "closed within the limit", "%", "cases", "closed_at", sort="rate",
            where="closed_at IS NOT NULL AND due_at IS NOT NULL", hit="closed_at <= due_at OR excused",
            decimals=1, better="high"),
    Measure("hours", "平均办理时长", "mean time to close", "小时", "cases", "closed_at", sort="mean",
            where="closed_at IS NOT NULL", value=_HOURS, decimals=1, better="low"),
    Measure("median_hours", "办理时长中位数", "median time to close", "小时", "cases", "closed_at",
            sort="median", where="closed_at IS NOT NULL", value=_HOURS, decimals=1, better="low"),
    Measure("rework", "返工率", "closed cases done again", "%", "cases", "closed_at", sort="rate",
            where="closed_at IS NOT NULL", hit="reworks > 0", decimals=1, better="low"),
    Measure("returned", "回退案件", "cases returned by a unit", "件", "cases", "opened_at",
            where="returns > 0", better="low"),
    Measure("urged", "催办案件", "cases urged", "件", "cases", "opened_at", where="urges > 0", better="low"),
    Measure("open", "期末在办", "open at the end", "件", "cases", "opened_at", level=True),
    Measure("overdue", "期末超期未结", "overdue at the end", "件", "cases", "opened_at", where=_OVERDUE,
            level=True, better="low"),
    Measure("asked", "回访评价", "answers of reporters", "件", "answers", '"at"'),
    Measure("responded", "响应率", "responded", "%", "answers", '"at"', sort="rate",
            where="responded IS NOT NULL", hit="responded", decimals=1, better="high"),
    Measure("solved", "解决率", "solved", "%", "answers", '"at"', sort="rate", where="solved IS NOT NULL",
            hit="solved", decimals=1, better="high"),
    Measure("satisfied", "满意率", "satisfied", "%", "answers", '"at"', sort="rate",
            where="satisfied IS NOT NULL AND satisfied <> ''",
            hit="satisfied IN ('very_satisfied', 'satisfied', 'basic')", decimals=1, better="high"),
)  # fmt: skip


def known() -> Mapping[str, Measure]:
    """Give every measure by code: the shipped ones and what other rooms supply."""
    return {one.code: one for one in SHIPPED} | dict(spi.measures.items())
