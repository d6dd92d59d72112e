# SPDX-License-Identifier: Apache-2.0
"""The first vital signs, made of what cases tell. No thresholds: none is given by a standard.

Counts and rates are named as in the practice of GB/T 30428.4 (案件统计指标);
SGN numbers are candidates arranged by the nine dimensions of Beijing, by their common definitions.
"""

from typing import Final

from tongguan.indicators.contracts import Direction, Indicator

LOW, HIGH, NONE = Direction.LOW, Direction.HIGH, Direction.NONE
_OWNER: Final = "城运中心"
_CITIZENS, _WORKS, _STREETS, _SAFETY = "公众满意度", "市政管理", "市容景观", "安全应急"
#: Manhole covers of the component catalogue (GB/T 47678.5 类码 01001…01023).
_COVERS: Final = tuple(
    f"010{no:02d}" for no in (1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 17, 18, 19, 20, 21, 22, 23)
)
_NEED: Final = "(case_disposed({window}) + case_late_to_dispose(now))"
_PRACTICE: Final = "GB/T 30428.4 实现口径：应结案数 = 处置数 + 超期未处置数"
_COUNTS: Final = "城市管理案件统计指标（GB/T 30428.4 实现口径）"
_CANDIDATE: Final = "城市体征候选指标"


def _over(measure: str, window: str, items: tuple[str, ...]) -> str:
    return " + ".join(f'{measure}({window}, item="{item}")' for item in items)


def _sign(
    code: str,
    zh: str,
    en: str,
    formula: str,
    words: str,
    source: str,
    *,
    unit: str = "件",
    direction: Direction = LOW,
    dimension: str = _CITIZENS,
    decimals: int = 0,
) -> Indicator:
    return Indicator(
        code=code, zh=zh, en=en, dimension=dimension, unit=unit, formula=formula, words=words, source=source,
        owner=_OWNER, direction=direction, decimals=decimals,
    )  # fmt: skip


def _rate(
    code: str, zh: str, en: str, formula: str, words: str, source: str, direction: Direction
) -> Indicator:
    return _sign(code, zh, en, formula, words, source, unit="%", direction=direction, decimals=1)


SIGNS: Final = (
    _sign("open_now", "在办案件", "open now", "case_open(now)", "未结案数", _COUNTS),
    _sign(
        "new_today",
        "今日新增",
        "new today",
        "case_new(today)",
        "当日工单数",
        f"{_CANDIDATE} SGN51",
        direction=NONE,
    ),
    _sign(
        "overdue_now",
        "超期在办",
        "overdue now",
        "case_overdue(now)",
        "未结案且当前环节已过时限的案件数",
        _COUNTS,
    ),
    _sign(
        "due_soon",
        "即将到期",
        "due soon",
        "case_due_soon(now)",
        "两小时内到期的在办案件数",
        "工作台「临期」标记（到期前 2 小时）",
    ),
    _sign(
        "closed_today",
        "今日结案",
        "closed today",
        "case_closed(today)",
        "当日结案数",
        _COUNTS,
        direction=HIGH,
    ),
    _sign(
        "urgent_now",
        "在办紧急案件",
        "urgent now",
        "case_urgent(now)",
        "在办的紧急、特急案件数",
        _COUNTS,
        dimension=_SAFETY,
    ),
    _sign(
        "suspended_now",
        "挂账案件",
        "suspended now",
        "case_suspended(now)",
        "当前挂账（缓办）数",
        _COUNTS,
        direction=NONE,
    ),
    _rate(
        "closed_in_time",
        "按期结案率",
        "closed in time",
        f"100 * case_closed_in_time(month) / {_NEED.format(window='month')}",
        "近 30 日按期结案数 / 应结案数",
        f"{_CANDIDATE} SGN56；{_PRACTICE}",
        HIGH,
    ),
    _rate(
        "rework_rate",
        "返工率",
        "rework rate",
        f"100 * case_reworked(month) / {_NEED.format(window='month')}",
        "近 30 日返工次数 / 应结案数",
        f"{_CANDIDATE} SGN57；{_PRACTICE}",
        LOW,
    ),
    _rate(
        "closing_rate",
        "结案率",
        "closing rate",
        f"100 * case_closed(month) / {_NEED.format(window='month')}",
        "近 30 日结案数 / 应结案数",
        _PRACTICE,
        HIGH,
    ),
    _rate(
        "accurate_filing",
        "准确立案率",
        "accurate filing",
        "100 * (case_filed(month) - case_voided(month)) / case_filed(month)",
        "（近 30 日立案数 - 作废数）/ 立案数",
        "GB/T 30428.4 实现口径：准确立案数 = 立案数 - 作废数",
        HIGH,
    ),
    _sign(
        "handling_hours",
        "平均处置时长",
        "mean handling",
        "case_handling_minutes(month) / case_disposed(month) / 60",
        "近 30 日处置用时之和 / 处置数，按工作时计，挂账期间不计",
        "处置计时止于部门确认批转",
        unit="工作时",
        decimals=1,
    ),
    _sign(
        "returned_today",
        "今日部门回退",
        "returned today",
        "case_returned(today)",
        "当日回退数",
        _COUNTS,
        unit="次",
    ),
    _sign(
        "covers_open",
        "井盖缺损在办数",
        "manhole covers open",
        _over("case_open", "now", _COVERS),
        "未结案的井盖缺失、破损案件数",
        f"{_CANDIDATE} SGN03",
        dimension=_WORKS,
    ),
    _sign(
        "street_stalls_today",
        "占道与店外经营",
        "street stalls today",
        _over("case_filed", "today", ("09005", "09006")),
        "当日立案数",
        f"{_CANDIDATE} SGN08",
        dimension=_STREETS,
    ),
    _sign(
        "bicycles_today",
        "非机动车乱停放",
        "bicycles in the way today",
        _over("case_filed", "today", ("09010",)),
        "当日立案数",
        f"{_CANDIDATE} SGN09",
        dimension=_STREETS,
    ),
    _sign(
        "facades_today",
        "建筑立面污损",
        "soiled fronts today",
        _over("case_filed", "today", ("06004",)),
        "当日立案数",
        f"{_CANDIDATE} SGN10",
        dimension=_STREETS,
    ),
)
