# SPDX-License-Identifier: Apache-2.0
"""The explorer's sums: asked of the casebook, compared with before, told with what chance explains."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import h3.api.basic_int as h3
import numpy as np

from tongguan.analysis import asking
from tongguan.analysis.contracts import Cube, Form, Question, Row, Verdict
from tongguan.analysis.labels import UNKNOWN, name_of
from tongguan.analysis.measures import CELLS, COUNTED, PLACES, TIMES
from tongguan.casebook.queries import Book
from tongguan.kernel.errors import Invalid
from tongguan.patterns import api as patterns
from tongguan.patterns.contracts import RATE, Floats

#: Rows of an answer before it is cut; a finer question is refused.
FINEST: Final = 50_000
#: The same where rows are not shown but looked at as a whole.
LOOKED_AT: Final = 2_000_000
#: Weeks before the period that tell how much counts scatter.
WEEKS: Final = 26
_NAMED_BY: Final = {
    "item": ("items", "code"),
    "hub": ("divisions", "code"),
    "unit": ("units", "id"),
} | dict.fromkeys(PLACES, ("divisions", "code"))

Keys = tuple[str, ...]
Sums = dict[Keys, tuple[float, float, float]]


def cube(book: Book, question: Question) -> Cube:
    """Give the answer of a checked question. Raises Invalid where it is too fine."""
    counted = COUNTED[question.measure]
    form = counted.measure.form
    now = sums(book, question)
    before = sums(book, asking.moved(question, question.before), question.before)
    year = sums(book, asking.moved(question, asking.YEAR), asking.YEAR)
    keys = _ordered(question, now, before, year)
    table = [_columns(one, keys) for one in (now, before, year)]
    spread = _spread(book, question, keys) if form is Form.COUNT else np.ones(len(keys))
    tests = [_tested(form, table[0], other, spread) for other in table[1:]]
    whole = [_whole(one) for one in (now, before, year)]
    names = named(book, question.by, keys[: question.most])
    rows = []
    for n, key in enumerate(keys[: question.most]):
        values = [tuple(float(column[n]) for column in one) for one in table]
        told = [None if q is None else float(q[n]) for q in tests]
        rows.append(_row(question, form, key, names[n], values, whole, told))
    all_spread = patterns.dispersion(weekly(book, _bare(question))) if form is Form.COUNT else np.ones(1)
    totals = [tuple(np.array([value]) for value in one) for one in whole]
    told = [
        q if q is None else float(q[0]) for q in (_tested(form, totals[0], t, all_spread) for t in totals[1:])
    ]
    total = _row(_bare(question), form, (), (), whole, whole, told)
    rest = int(table[0][0][question.most :].sum())
    return Cube(question, counted.measure, tuple(rows), total, rest, book.read_at)


def _whole(sums: Sums) -> tuple[float, float, float]:
    table = np.array([*sums.values(), (0.0, 0.0, 0.0)]).sum(0)
    return float(table[0]), float(table[1]), float(table[2])


def _bare(question: Question) -> Question:
    return Question(
        measure=question.measure, since=question.since, until=question.until, where=question.where
    )


def sums(book: Book, question: Question, shift: int = 0, *, most: int = FINEST) -> Sums:
    """Give number, sum and sum of squares by key. Raises Invalid where there are too many keys."""
    sql, params = asking.cube_sql(question, shift)
    found = book.rows(f"{sql} LIMIT {most + 1}", params)
    if len(found) > most:
        raise Invalid("analysis.too_fine", f"切得太细，超过 {most} 行", "too many rows", field="by")
    width = len(question.by)
    # Sums of nothing are one row of nothing where there are no keys.
    return {
        _keys(question.by, row[:width]): (float(row[width]), float(row[-2] or 0), float(row[-1] or 0))
        for row in found
    }


def _keys(by: Sequence[str], values: Sequence[Any]) -> Keys:
    return tuple(
        (h3.int_to_str(int(value)) if value is not None else asking.NONE) if code in CELLS else str(value)
        for code, value in zip(by, values, strict=True)
    )


def _ordered(question: Question, now: Sums, before: Sums, year: Sums) -> list[Keys]:
    """Give the keys: by time where a time is cut by, then the largest first; what ended is kept, last."""
    place = next((n for n, code in enumerate(question.by) if code in TIMES), None)
    if place is not None:
        # What lies beside a period may reach beyond it by a month's last days: only now's times are shown.
        times = [key[place] for key in now] or [asking.NONE]
        first, last = min(times), max(times)
        keys = set(now) | {key for key in {*before, *year} if first <= key[place] <= last}
        return sorted(keys, key=lambda key: (key[place], -now.get(key, (0,))[0], key))
    form = COUNTED[question.measure].measure.form
    return sorted({*now, *before, *year}, key=lambda key: (*_size(form, now.get(key)), key))


def _size(form: Form, sums: tuple[float, float, float] | None) -> tuple[float, float]:
    if sums is None or not sums[0]:
        return (1.0, 0.0)
    value = asking.value_of(form, sums[0], sums[1])
    return (0.0, -(value or 0.0))


def _columns(sums: Sums, keys: list[Keys]) -> tuple[Floats, Floats, Floats]:
    table = np.array([sums.get(key, (0.0, 0.0, 0.0)) for key in keys]).reshape(len(keys), 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _spread(book: Book, question: Question, keys: list[Keys]) -> Floats:
    """Give each row's dispersion, told by the weeks before; times share that of the other keys."""
    weeks, place = _by_week(book, question)
    told = patterns.dispersion(weeks)
    fixed = [n for n, code in enumerate(question.by) if code not in TIMES]
    found = [place.get(tuple(key[n] for n in fixed)) for key in keys]
    usual = float(np.median(told)) if len(told) else 1.0
    return np.array([usual if n is None else told[n] for n in found])


def weekly(book: Book, question: Question) -> Floats:
    """Give the counts of the weeks before the period by key: (weeks × keys)."""
    return _by_week(book, question)[0]


def _by_week(book: Book, question: Question) -> tuple[Floats, dict[Keys, int]]:
    """Give the counts of the weeks before by key (weeks × keys), and each key's column."""
    earlier = Question(
        measure=question.measure,
        since=question.since - timedelta(weeks=WEEKS),
        until=question.since,
        by=tuple(code for code in question.by if code not in TIMES),
        where=question.where,
    )
    sql, params = asking.weeks_sql(earlier)
    rows = book.rows(sql, params)
    place: dict[Keys, int] = {}
    for row in rows:
        place.setdefault(_keys(earlier.by, row[:-2]), len(place))
    table = np.zeros((WEEKS, max(len(place), 1)))
    for row in rows:
        if 0 <= row[-2] < WEEKS:
            table[row[-2], place[_keys(earlier.by, row[:-2])]] = row[-1]
    # A book that begins later knows nothing of the weeks before: they are no empty weeks.
    known = np.flatnonzero(table.sum(1))
    return (table[known[0] :] if len(known) else table[:0]), place


def _tested(form: Form, now: Sequence[Floats], then: Sequence[Floats], spread: Floats) -> Floats | None:
    """Give each row's q against then; None where nothing at all is known of then."""
    if not len(now[0]) or then[0].sum() == 0:
        return None
    if form is Form.COUNT:
        p = patterns.counts_differ(now[0], then[0], spread)
    elif form is Form.SHARE:
        p = patterns.shares_differ(now[1], now[0], then[1], then[0])
    else:
        p = patterns.means_differ((now[0], now[1], now[2]), (then[0], then[1], then[2]))
    return patterns.discovery(p)


def _row(
    question: Question,
    form: Form,
    keys: Keys,
    names: Keys,
    values: Sequence[tuple[float, ...]],
    whole: Sequence[tuple[float, ...]],
    told: Sequence[float | None],
) -> Row:
    now = asking.value_of(form, values[0][0], values[0][1])
    then = [asking.value_of(form, values[n][0], values[n][1]) if whole[n][0] else None for n in (1, 2)]
    verdicts = [_verdict(now, old, q) for old, q in zip(then, told, strict=True)]
    return Row(
        keys, names, int(values[0][0]), now, then[0], then[1], told[0], verdicts[0], told[1], verdicts[1],
        asking.query_of(question, keys),
    )  # fmt: skip


def _verdict(now: float | None, then: float | None, q: float | None) -> Verdict:
    if now is None or then is None or q is None or q > RATE or now == then:
        return Verdict.CALM
    return Verdict.UP if now > then else Verdict.DOWN


def named(book: Book, by: Sequence[str], keys: Sequence[Keys]) -> list[Keys]:
    """Give the keys in words, one look into each register for all."""
    words: list[dict[str, str]] = []
    for n, code in enumerate(by):
        wanted = sorted({key[n] for key in keys if key[n]})
        words.append(_registered(book, code, wanted))
    return [tuple(words[n].get(key[n]) or name_of(by[n], key[n]) for n in range(len(by))) for key in keys]


def _registered(book: Book, code: str, wanted: list[str]) -> dict[str, str]:
    if code not in _NAMED_BY or not wanted:
        return {}
    table, column = _NAMED_BY[code]
    rows = book.rows(
        f"SELECT CAST({column} AS VARCHAR), name FROM {table} WHERE CAST({column} AS VARCHAR) IN"  # noqa: S608
        f" ({', '.join('?' * len(wanted))})",
        wanted,
    )
    found = {str(key): str(name) for key, name in rows}
    if code == "item":
        found |= _items_of_cases(book, [one for one in wanted if one not in found])
    return found


def _items_of_cases(book: Book, wanted: list[str]) -> dict[str, str]:
    """Give the names that cases of items no longer in the register carry."""
    if not wanted:
        return {}
    marks = ", ".join("?" * len(wanted))
    sql = f"SELECT item, max(item_name) FROM cases WHERE item IN ({marks}) GROUP BY item"  # noqa: S608
    return {str(code): str(name) or UNKNOWN for code, name in book.rows(sql, wanted)}
