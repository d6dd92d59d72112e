# SPDX-License-Identifier: Apache-2.0
"""What can be measured in the casebook and by what it can be cut, as SQL over its views. Pure.

Every source gives one row per thing counted, with the columns of ``_COMMON``: so each slice is one
expression over them, whatever is measured.
"""

from dataclasses import dataclass
from typing import Final

from tongguan.analysis.contracts import Form, Measure, Slice

#: Local time of ``came``; the book's times are UTC.
_LOCAL: Final = "came + INTERVAL 8 HOUR"
#: The same of a time that was moved to lie beside the period it is compared with.
_MOVED: Final = "moved + INTERVAL 8 HOUR"
H3_RESOLUTION: Final = 10
#: Times order themselves; everything else is shown by size.
TIMES: Final = ("hour", "day", "week", "month", "year")
PLACES: Final = {"city": 4, "district": 6, "street": 9, "community": 12}
CELLS: Final = {"cell6": 6, "cell7": 7, "cell8": 8, "cell9": 9}


def cell_at(resolution: int) -> str:
    """Give SQL of a cell's parent at a coarser H3 resolution (4 bits of resolution, 3 for each digit)."""
    digits = 15 - resolution
    ones = (1 << (3 * digits)) - 1
    return f"((cell & {~(15 << 52)}) | {(resolution << 52) | ones})"


@dataclass(frozen=True, slots=True)
class _Cut:
    slice: Slice
    sql: str


def _cuts() -> dict[str, _Cut]:
    places = [
        _Cut(
            Slice(code, zh, code, "place"), f"CASE WHEN length(division) >= {n} THEN left(division, {n}) END"
        )
        for (code, n), zh in zip(PLACES.items(), ("市", "区县", "街道", "社区"), strict=True)
    ]
    cells = [
        _Cut(Slice(code, f"六边形（{n} 级）", f"hexagon {n}", "place"), f"{cell_at(n)}")
        for code, n in CELLS.items()
    ]
    times = [
        _Cut(
            Slice("hour", "小时", "hour", "time"), f"strftime(date_trunc('hour', {_MOVED}), '%Y-%m-%d %H:00')"
        ),
        _Cut(Slice("day", "日", "day", "time"), f"strftime({_MOVED}, '%Y-%m-%d')"),
        _Cut(Slice("week", "周", "week", "time"), f"strftime(date_trunc('week', {_MOVED}), '%Y-%m-%d')"),
        _Cut(Slice("month", "月", "month", "time"), f"strftime({_MOVED}, '%Y-%m')"),
        _Cut(Slice("year", "年", "year", "time"), f"strftime({_MOVED}, '%Y')"),
        _Cut(Slice("weekday", "星期", "weekday", "time"), f"isodow({_LOCAL})"),
        _Cut(Slice("hour_of_day", "一天中的小时", "hour of day", "time"), f"hour({_LOCAL})"),
    ]
    plain = (
        ("grid", "网格", "grid", "place"),
        ("component", "部件", "component", "place"),
        ("family", "大类", "class", "kind"),
        ("item", "事项", "item", "kind"),
        ("kind", "诉求类型", "kind of request", "kind"),
        ("urgency", "紧急程度", "urgency", "kind"),
        ("unit", "主办单位", "lead unit", "unit"),
        ("hub", "运行中心", "centre", "unit"),
        ("source", "渠道", "channel", "channel"),
        ("state", "状态", "state", "kind"),
        ("outcome", "上报去向", "outcome", "channel"),
        ("voice", "首次或再次", "first or again", "channel"),
    )
    others = [_Cut(Slice(*one), one[0]) for one in plain]
    return {cut.slice.code: cut for cut in (*places, *cells, *times, *others)}


_CUTS: Final = _cuts()
_CASE: Final = tuple(code for code in _CUTS if code not in ("outcome", "voice"))
_TELLING: Final = (
    "city", "district", "street", "community", *TIMES, "weekday", "hour_of_day", "family", "item", "kind",
    "source", "outcome", "voice",
)  # fmt: skip
_CASES: Final = (
    "SELECT id AS subject, {at} AS came, {value} AS value, division, grid, cell, component, family, item,"
    " kind, urgency, CAST(lead_unit AS VARCHAR) AS unit, hub, source, state FROM cases"
    " WHERE {at} IS NOT NULL{more}"
)
_TELLINGS: Final = (
    "SELECT t.case_id AS subject, t.received_at AS came, 1.0 AS value, t.division, i.family, t.item, t.kind,"
    " t.source, t.outcome, t.voice FROM tellings t LEFT JOIN items i ON i.code = t.item"
)
_ANSWERS: Final = (
    "SELECT c.id AS subject, a.at AS came, {value} AS value, c.division, c.grid, c.cell, c.component,"
    " c.family, c.item, c.kind, c.urgency, CAST(c.lead_unit AS VARCHAR) AS unit, c.hub, c.source, c.state"
    " FROM answers a JOIN cases c ON c.id = a.case_id WHERE a.at IS NOT NULL{more}"
)


@dataclass(frozen=True, slots=True)
class Counted:
    """A measure with the SQL that gives its rows."""

    measure: Measure
    sql: str


def _on_cases(
    code: str,
    zh: str,
    en: str,
    unit: str,
    form: Form,
    about: str,
    at: str,
    value: str = "1.0",
    more: str = "",
) -> Counted:
    made = Measure(code, zh, en, unit, form, about, _CASE)
    return Counted(made, _CASES.format(at=at, value=value, more=more))


def _on_answers(code: str, zh: str, en: str, about: str, value: str, more: str = "") -> Counted:
    return Counted(
        Measure(code, zh, en, "%", Form.SHARE, about, _CASE), _ANSWERS.format(value=value, more=more)
    )


_TOOK: Final = "date_diff('minute', opened_at, closed_at) / 1440.0"


def _if(condition: str) -> str:
    return f"CASE WHEN {condition} THEN 1.0 ELSE 0.0 END"


_COUNTED: Final = (
    _on_cases("cases", "案件", "cases", "件", Form.COUNT, "按开案时间数案件", "opened_at"),
    _on_cases("closed", "结案", "closed cases", "件", Form.COUNT, "按结案时间数案件", "closed_at"),
    Counted(
        Measure(
            "tellings", "上报", "tellings", "条", Form.COUNT, "按收到时间数上报，一件案件可以有多条",
            _TELLING,
        ),
        _TELLINGS,
    ),
    _on_cases(
        "days_taken", "办结用时", "days until closed", "天", Form.MEAN, "结案案件从开案到结案的平均天数",
        "closed_at", _TOOK,
    ),
    _on_cases(
        "late", "超期率", "closed late", "%", Form.SHARE,
        "有期限的结案案件里，有环节超时的份额（超时申诉获准的不算）", "closed_at",
        _if("overdue_at IS NOT NULL AND NOT excused"), " AND limited",
    ),
    _on_cases(
        "reworked", "返工率", "reworked", "%", Form.SHARE, "结案案件里返过工的份额", "closed_at",
        _if("reworks > 0"),
    ),
    _on_cases(
        "returned", "回退率", "returned", "%", Form.SHARE, "结案案件里被单位回退过的份额", "closed_at",
        _if("returns > 0"),
    ),
    _on_cases(
        "recurred", "复发率", "come back", "%", Form.SHARE, "开案案件里，同一事项在已结案处再来的份额",
        "opened_at", _if("recurs_of IS NOT NULL"),
    ),
    _on_answers(
        "answered", "响应率", "answered yes: responded", "回访与评价里答“有响应”的份额",
        _if("a.responded"), " AND a.responded IS NOT NULL",
    ),
    _on_answers(
        "solved", "解决率", "answered yes: solved", "回访与评价里答“已解决”的份额",
        _if("a.solved"), " AND a.solved IS NOT NULL",
    ),
    _on_answers(
        "satisfied", "满意率", "satisfied", "回访与评价里答“满意”“基本满意”的份额",
        _if("a.satisfied IN ('satisfied', 'mostly')"), " AND a.satisfied <> ''",
    ),
)  # fmt: skip
COUNTED: Final = {one.measure.code: one for one in _COUNTED}


def slices() -> tuple[Slice, ...]:
    """Give every dimension there is."""
    return tuple(cut.slice for cut in _CUTS.values())


def cut_sql(code: str) -> str:
    """Give the expression of a dimension over a source's columns."""
    return _CUTS[code].sql
