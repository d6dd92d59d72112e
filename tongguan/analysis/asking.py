# SPDX-License-Identifier: Apache-2.0
"""A question as SQL and as a query string, and what is wrong with one. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from tongguan.analysis.contracts import Form, Question
from tongguan.analysis.measures import CELLS, COUNTED, PLACES, TIMES, Counted, cut_sql
from tongguan.kernel.errors import Invalid

LOCAL: Final = ZoneInfo("Asia/Shanghai")
LONGEST: Final = 3660
LONGEST_HOURS: Final = 92
MOST_CUTS: Final = 3
MOST_ROWS: Final = 2000
MOST_VALUES: Final = 200
#: Weekdays stay weekdays: a year back is 52 whole weeks.
YEAR: Final = 364
#: The unknown value of a dimension, as a key and in a query.
NONE: Final = ""


def checked(question: Question) -> Question:
    """Give the question if it can be asked. Raises Invalid with the field."""
    counted = COUNTED.get(question.measure)
    if counted is None:
        raise Invalid("analysis.measure", "没有这个量", "no such measure", field="measure")
    if not 0 < question.days <= LONGEST:
        raise Invalid("analysis.period", f"时段须为 1 至 {LONGEST} 天", f"1 to {LONGEST} days", field="until")
    if len(set(question.by)) != len(question.by) or len(question.by) > MOST_CUTS:
        raise Invalid("analysis.by", f"最多按 {MOST_CUTS} 个不同维度", "up to three dimensions", field="by")
    for field, codes in (("by", question.by), ("where", tuple(question.where))):
        for code in codes:
            if code not in counted.measure.slices:
                raise Invalid(
                    "analysis.slice", f"「{counted.measure.zh}」没有维度「{code}」", "no such dimension",
                    field=field,
                )  # fmt: skip
    if "hour" in question.by and question.days > LONGEST_HOURS:
        raise Invalid("analysis.hours", f"按小时最多 {LONGEST_HOURS} 天", "too long by hours", field="by")
    if sum(len(values) for values in question.where.values()) > MOST_VALUES:
        raise Invalid("analysis.where", f"条件最多 {MOST_VALUES} 个值", "too many values", field="where")
    if not 0 < question.most <= MOST_ROWS:
        raise Invalid("analysis.most", f"行数须为 1 至 {MOST_ROWS}", "1 to 2000 rows", field="most")
    for code in set(question.where) & set(CELLS):
        for value in question.where[code]:
            cell_number(value)
    return question


def cell_number(text: str) -> int:
    """Give an H3 cell of its text (hexadecimal). Raises Invalid."""
    try:
        number = int(text, 16) if text else 0
    except ValueError:
        number = -1
    if not 0 <= number < 1 << 63:
        raise Invalid("analysis.cell", "不是六边形编号", "no H3 cell", field="where")
    return number


def begin_of(day: date) -> datetime:
    """Give the aware instant at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL)


def naive(day: date) -> datetime:
    """Give the same as the book keeps it: UTC without a zone."""
    return begin_of(day).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)


def moved(question: Question, days: int) -> Question:
    """Give the question about the same number of days, so many earlier."""
    back = timedelta(days=days)
    return replace(question, since=question.since - back, until=question.until - back)


def source_sql(counted: Counted, shift: int = 0) -> str:
    """Give the rows of a measure; ``moved`` lies so many days later than ``came``."""
    return f"SELECT *, came + INTERVAL {int(shift)} DAY AS moved FROM ({counted.sql})"  # noqa: S608


def where_sql(question: Question) -> tuple[str, list[Any]]:
    """Give the condition of period and values, with its parameters."""
    terms, params = ["came >= ?", "came < ?"], [naive(question.since), naive(question.until)]
    given: list[Any] = list(params)
    for code, values in question.where.items():
        parts = []
        for value in values:
            part, more = _is(code, value)
            parts.append(part)
            given += more
        terms.append(f"({' OR '.join(parts)})" if parts else "false")
    return " AND ".join(terms), given


def _is(code: str, value: str) -> tuple[str, list[Any]]:
    if value == NONE:
        return (f"{cut_sql(code)} IS NULL" if code in CELLS else f"coalesce({cut_sql(code)}, '') = ''"), []
    if code in CELLS:
        return f"{cut_sql(code)} = ?", [cell_number(value)]
    if code in PLACES:
        # A prefix as a range of the column itself: files leave out what does not match.
        return "starts_with(division, ?) AND length(division) >= ?", [value, PLACES[code]]
    return f"CAST({cut_sql(code)} AS VARCHAR) = ?", [value]


def _text_sql(code: str) -> str:
    return f"coalesce(CAST({cut_sql(code)} AS VARCHAR), '')"


def keys_sql(by: Sequence[str]) -> str:
    """Give the expressions of the keys, k0, k1 …; cells as numbers, "" for what is not known."""
    return "".join(
        f"{cut_sql(code) if code in CELLS else _text_sql(code)} AS k{n}, " for n, code in enumerate(by)
    )


def cube_sql(question: Question, shift: int = 0) -> tuple[str, list[Any]]:
    """Give the sums by key: keys, number n, sum s, sum of squares q."""
    condition, params = where_sql(question)
    source = source_sql(COUNTED[question.measure], shift)
    keys = keys_sql(question.by)
    return (
        f"SELECT {keys}count(*) AS n, sum(value) AS s, sum(value * value) AS q"  # noqa: S608
        f" FROM ({source}) WHERE {condition} GROUP BY ALL"
    ), params


def weeks_sql(question: Question) -> tuple[str, list[Any]]:
    """Give the numbers by key and week counted from ``since``: keys, w, n. Times are no keys here."""
    condition, params = where_sql(question)
    keys = keys_sql([code for code in question.by if code not in TIMES])
    return (
        f"SELECT {keys}CAST(floor(date_diff('second', CAST(? AS TIMESTAMP), came) / 604800) AS INTEGER) AS w,"  # noqa: S608
        f" count(*) AS n FROM ({source_sql(COUNTED[question.measure])}) WHERE {condition} GROUP BY ALL"
    ), [naive(question.since), *params]


def behind_sql(question: Question, limit: int, offset: int) -> tuple[str, list[Any]]:
    """Give one page of the cases behind, in order of their first row, each with how many there are at all."""
    condition, params = where_sql(question)
    return (
        "SELECT subject, count(*) OVER () AS total FROM ("  # noqa: S608
        f" SELECT subject, min(came) AS begun FROM ({source_sql(COUNTED[question.measure])})"
        f" WHERE {condition} AND subject IS NOT NULL GROUP BY subject)"
        f" ORDER BY begun, subject LIMIT {int(limit)} OFFSET {int(offset)}"
    ), params


def query_of(question: Question, keys: Iterable[str] = ()) -> str:
    """Give the drill-down of a row as a query string: measure, days, conditions with the row's keys."""
    since, until = question.since, question.until
    where = [(code, value) for code, values in question.where.items() for value in values]
    fixed: list[tuple[str, str]] = []
    for code, key in zip(question.by, keys, strict=False):
        span = span_of(code, key) if code in TIMES else None
        if span is None:
            fixed.append((code, key))
        else:
            since, until = max(since, span[0]), min(until, span[1])
    kept = [(code, value) for code, value in where if code not in {one for one, _ in fixed}]
    told = [("measure", question.measure), ("since", since.isoformat()), ("until", until.isoformat())]
    return urlencode([*told, *(("where", f"{code}:{value}") for code, value in (*kept, *fixed))], safe=":")


def span_of(code: str, key: str) -> tuple[date, date] | None:
    """Give the local days of a key of time, None for an hour, which is a condition instead."""
    if code == "hour":
        return None
    if code == "year":
        return date(int(key), 1, 1), date(int(key) + 1, 1, 1)
    if code == "month":
        year, month = int(key[:4]), int(key[5:7])
        return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    begin = date.fromisoformat(key)
    return begin, begin + timedelta(days=7 if code == "week" else 1)


def conditions(told: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Give conditions written as ``dimension:value``. Raises Invalid for another form."""
    found: dict[str, tuple[str, ...]] = {}
    for one in told:
        code, mark, value = one.partition(":")
        if not mark:
            raise Invalid("analysis.where", "条件应写作 维度:值", "write dimension:value", field="where")
        found[code] = (*found.get(code, ()), value)
    return found


def value_of(form: Form, count: float, total: float) -> float | None:
    """Give the measure of a row from its number and sum; None where there is nothing to divide by."""
    if form is Form.COUNT:
        return count
    if not count:
        return None
    return total / count * (100 if form is Form.SHARE else 1)


def written(where: Mapping[str, Sequence[str]]) -> list[str]:
    """Give conditions as they are written."""
    return [f"{code}:{value}" for code, values in where.items() for value in values]


def day_after(day: date) -> date:
    """Give the next day."""
    return day + timedelta(days=1)


def days_before(day: date, days: int) -> date:
    """Give the day so many days earlier. Raises Invalid beyond the longest period."""
    if not 0 < days <= LONGEST:
        raise Invalid("analysis.period", f"时段须为 1 至 {LONGEST} 天", f"1 to {LONGEST} days", field="days")
    return day - timedelta(days=days)
