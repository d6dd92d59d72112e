# SPDX-License-Identifier: Apache-2.0
"""Statements made of what counts take: their sums, and their single marks. Pure.

From the same declared expressions (``takes``, ``bases``) come the sums, the marks that explain them and, in
another dialect, Spark's.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tongguan.marks.bases import BASES
from tongguan.marks.takes import COUNTS, Count, Take

#: Reasons why a case may be left out, as bits; a set says which of them count.
EXCLUSIONS: Final[Mapping[str, int]] = {
    "excused": 1,
    "consult": 2,
    "impossible": 4,
    "force_majeure": 8,
    "other": 16,
}
#: The longest code that sums keep apart: a street. Communities are seen in the marks.
STREET: Final = 9


@dataclass(frozen=True, slots=True)
class Dialect:
    """What engines call kinds of values."""

    uuid: str = "UUID"
    text: str = "VARCHAR"


DUCKDB: Final = Dialect()
SPARK: Final = Dialect(uuid="STRING", text="STRING")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a statement is written for: facts read up to ``asof``, marks within ``since`` … ``until``.

    Naive UTC. ``monthly``: each local month is a period of its own, ``zone`` hours east. ``exempt``: cases
    that officials keep out → bits. ``by_case``: True, sums by case as well; False, only what has no case.
    ``prefix`` stands before the names of the casebook's views.
    """

    since: datetime
    until: datetime
    asof: datetime
    monthly: bool = False
    zone: int = 8
    persons: bool = False
    exempt: tuple[tuple[str, int], ...] = ()
    by_case: bool | None = None
    prefix: str = ""
    dialect: Dialect = DUCKDB


_ASOF: Final = re.compile(r"\basof\b")
_UNTIL: Final = re.compile(r"until_of\(([\w.]+)\)")


def moment(value: datetime) -> str:
    """Give a naive UTC moment as SQL writes it."""
    return f"TIMESTAMP '{value.isoformat(sep=' ', timespec='microseconds')}'"


def _filled(text: str, frame: Frame) -> str:
    east = f"INTERVAL {frame.zone} HOUR"
    month = rf"(date_trunc('month', \1 + {east}) + INTERVAL 1 MONTH - {east})"
    text = _UNTIL.sub(month if frame.monthly else moment(frame.until), text)
    return _ASOF.sub(moment(frame.asof), text)


def _base(name: str, frame: Frame) -> str:
    told = BASES[name].format(
        asof=moment(frame.asof), since=moment(frame.since), until=moment(frame.until),
        text=frame.dialect.text, p=frame.prefix,
    )  # fmt: skip
    return _filled(told, frame)


def _exempt(frame: Frame) -> str:
    kind = frame.dialect.uuid
    if not frame.exempt:
        return f"SELECT CAST(NULL AS {kind}) AS case_id, 0 AS bits WHERE 1 = 0"
    return " UNION ALL ".join(
        f"SELECT CAST('{case}' AS {kind}) AS case_id, {int(bits)} AS bits" for case, bits in frame.exempt
    )


def _bits(*, timed: bool) -> str:
    told = "held + CASE WHEN kind = 'consult' THEN 2 ELSE 0 END"
    return told + (" + CASE WHEN excused THEN 1 ELSE 0 END" if timed else "")


def _within(at: str, frame: Frame) -> str:
    found = f"{at} >= {moment(frame.since)} AND {at} < {moment(frame.until)}"
    if frame.by_case is None:
        return found
    return f"{found} AND case_id IS {'NOT NULL' if frame.by_case else 'NULL'}"


def takes_of(count: Count, frame: Frame) -> tuple[Take, ...]:
    """Give what a count takes where persons are scored, or where they are not."""
    return count.persons if frame.persons else count.takes


def sums(codes: Iterable[str], frame: Frame) -> list[tuple[str, tuple[str, ...]]]:
    """Give statements, each with the counts it sums, grouped by month, street, unit, person and reasons.

    Columns ``month`` (first of the local month, or the period's begin), ``street``, ``unit``, ``person``,
    ``post``, ``bits``, then ``n0``, ``n1`` … in the order of the counts. Sums of several statements add up.
    """
    groups: dict[tuple[str, str, bool], list[tuple[str, Take]]] = {}
    for code in codes:
        count = COUNTS[code]
        for take in takes_of(count, frame):
            groups.setdefault((take.base, take.at, count.timed), []).append((code, take))
    return [(_sum(key, takes, frame), tuple(code for code, _ in takes)) for key, takes in groups.items()]


def _sum(key: tuple[str, str, bool], takes: list[tuple[str, Take]], frame: Frame) -> str:
    base, at, timed = key
    month = (
        f"date_trunc('month', {at} + INTERVAL {frame.zone} HOUR)" if frame.monthly else moment(frame.since)
    )
    columns = ", ".join(
        f"sum(CASE WHEN {_filled(take.when, frame)} THEN {take.amount} ELSE 0 END) AS n{place}"
        for place, (_, take) in enumerate(takes)
    )
    wanted = " OR ".join(dict.fromkeys(f"({_filled(take.when, frame)})" for _, take in takes))
    nobody = f"CAST(NULL AS {frame.dialect.text})"
    who = "CAST(NULL AS INTEGER) AS unit, person, post"
    if not frame.persons:
        who = f"unit, {nobody} AS person, {nobody} AS post"
    case = f", CAST(case_id AS {frame.dialect.text}) AS case_id" if frame.by_case else ""
    return (
        f"WITH exempt AS ({_exempt(frame)}), base AS ({_base(base, frame)})"
        f" SELECT {month} AS month, substr(division, 1, {STREET}) AS street, {who},"
        f" {_bits(timed=timed)} AS bits{case}, {columns} FROM base"
        f" WHERE {_within(at, frame)} AND ({wanted}) GROUP BY 1, 2, 3, 4, 5, 6{', 7' if case else ''}"
    )


#: Columns of a mark as statements give them.
MARK: Final = (
    "count",
    "case_id",
    "number",
    "item",
    "division",
    "unit",
    "person",
    "post",
    "moment",
    "amount",
    "bits",
)


def marks(codes: Iterable[str], frame: Frame, where: str = "") -> str:
    """Give one statement of every mark of these counts; ``where`` narrows by columns of ``MARK``.

    Raises ValueError where nothing is to be taken.
    """
    who = "person, post"
    if not frame.persons:
        who = f"CAST(NULL AS {frame.dialect.text}) AS person, CAST(NULL AS {frame.dialect.text}) AS post"
    parts = [
        f"SELECT '{code}' AS count, CAST(case_id AS {frame.dialect.text}) AS case_id, number, item,"
        f" division, unit, {who}, {take.at} AS moment, {take.amount} AS amount,"
        f" {_bits(timed=COUNTS[code].timed)} AS bits FROM ({_base(take.base, frame)})"
        f" WHERE {_within(take.at, frame)} AND {_filled(take.when, frame)}"
        for code in codes
        for take in takes_of(COUNTS[code], frame)
    ]
    if not parts:
        raise ValueError("nothing to be taken")
    found = f"WITH exempt AS ({_exempt(frame)}), marks AS ({' UNION ALL '.join(parts)}) SELECT * FROM marks"
    return f"{found} WHERE {where}" if where else found
