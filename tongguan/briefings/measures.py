# SPDX-License-Identifier: Apache-2.0
"""What briefings can count in the casebook. Every number of every briefing is one of these."""

from collections.abc import Mapping
from typing import Final

from tongguan.briefings import spi
from tongguan.documents.contracts import Measure

_HOURS: Final = "date_diff('second', opened_at, closed_at) / 3600.0"
#: ``{until}`` stands for the period's end (UTC).
_OVERDUE: Final = "CASE WHEN closed_at IS NULL THEN due_at ELSE overdue_at END < {until}"

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
            where="closed_at IS NOT NULL AND overdue_at IS NOT NULL AND NOT excused", better="low"),
    Measure("on_time", "按期办结率", "closed within the limit", "%", "cases", "closed_at", sort="rate",
            where="closed_at IS NOT NULL AND limited", hit="overdue_at IS NULL OR excused",
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
    # 考核口径: what evaluation's three rates divide, over closed cases, exempt ones left out.
    Measure("response_rate", "响应率（考核口径）", "responded, as scored", "%", "judged", "closed_at",
            sort="rate", hit="responded", decimals=1, better="high"),
    Measure("resolution_rate", "解决率（考核口径）", "solved, as scored", "%", "judged", "closed_at",
            sort="rate", hit="solved", decimals=1, better="high"),
    Measure("content_rate", "满意率（考核口径）", "content, as scored", "%", "judged", "closed_at",
            sort="rate", hit="satisfied IN ('very_satisfied', 'satisfied')", decimals=1, better="high"),
    Measure("unit_score", "部门考核得分", "score of a department", "分", "scores", "dated", sort="mean",
            where="sort = 'unit'", value="value", decimals=1, better="high", plain=True),
    Measure("area_score", "区域考核得分", "score of an area", "分", "scores", "dated", sort="mean",
            where="sort = 'region'", value="value", decimals=1, better="high", plain=True),
    Measure("stage_hours", "环节用时中位数", "median time in a stage", "小时", "stages", "stopped_at",
            sort="median", where="stopped_at IS NOT NULL",
            value="date_diff('second', started_at, stopped_at) / 3600.0", decimals=1, better="low"),
    Measure("stage_late", "环节超时率", "stages ended after their limit", "%", "stages", "stopped_at",
            sort="rate", where="stopped_at IS NOT NULL AND due_at IS NOT NULL", hit="stopped_at > due_at",
            decimals=1, better="low"),
    Measure("late_ahead", "预计下一周将超期（周均）", "expected to become late in the week ahead", "件",
            "overloads", "dated", sort="mean", value="value", decimals=1, better="low", plain=True),
    Measure("projects", "新发现的未诉先办项目", "matters found to come back", "个", "projects", "dated",
            plain=True),
    Measure("project_cases", "属于未诉先办项目的新增案件", "cases of matters that come back", "件",
            "project_cases", "opened_at", better="low"),
    # 热点: hexagons of about 350 m across whose cases, with the ring around, are more than chance (Gi*).
    Measure("hot_spots", "显著热点", "hot spots of cases opened (Gi*)", "个", "hot_spots", "dated",
            plain=True),
    Measure("hot_cases", "热点内的新增案件", "cases opened within hot spots", "件", "hot_cases", "opened_at",
            plain=True),
)  # fmt: skip


def known() -> Mapping[str, Measure]:
    """Give every measure by code: the shipped ones and what other rooms supply."""
    return {one.code: one for one in SHIPPED} | dict(spi.measures.items())
