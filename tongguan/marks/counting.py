# SPDX-License-Identifier: Apache-2.0
"""Statements made of what counts take: their sums, and their single marks. Pure.

From the same declared expressions (``takes``, ``bases``) come the sums, the marks that explain them and, in
another dialect, Spark's.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    that officials keep out → bits. ``prefix`` stands before the names of the casebook's views.
    """

    since: datetime
    until: datetime
    asof: datetime
    monthly: bool = False
    zone: int = 8
    persons: bool = False
    exempt: tuple[tuple[str, int], ...] = ()
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
    return f"{at} >= {moment(frame.since)} AND {at} < {moment(frame.until)}"


def takes_of(count: Count, frame: Frame) -> tuple[Take, ...]:
    """Give what a count takes where persons are scored, or where they are not."""
    return count.persons if frame.persons else count.takes


def rows(base: str, frame: Frame) -> str:
    """Give one statement of a base's rows (``bases``), for those who count more than takes do."""
    return f"WITH exempt AS ({_exempt(frame)}) {_base(base, frame)}"


def reasons(code: str) -> int:
    """Give the bits that may keep a mark of a count out: what is not timed is not excused by an appeal."""
    every = sum(EXCLUSIONS.values())
    return every if COUNTS[code].timed else every & ~EXCLUSIONS["excused"]


def sums(codes: Iterable[str], frame: Frame) -> list[tuple[str, tuple[str, ...]]]:
    """Give statements, each with the counts it sums, grouped by month, street, unit, person and reasons.

    Columns ``month`` (first of the local month, or the period's begin), ``street``, ``unit``, ``person``,
    ``post``, ``bits`` (of which ``reasons`` of a count matter), then ``n0``, ``n1`` … in the order of the
    counts. Sums of several statements add up.
    """
    return [
        (_sum(group, frame, [_month(group.at, frame)]), tuple(code for code, _ in group.takes))
        for group in _groups(codes, frame)
    ]


@dataclass(frozen=True, slots=True)
class _Group:
    """Takes that one pass over a base can sum."""

    base: str
    at: str
    takes: list[tuple[str, Take]]


def _groups(codes: Iterable[str], frame: Frame) -> list[_Group]:
    found: dict[tuple[str, str], _Group] = {}
    for code in codes:
        for take in takes_of(COUNTS[code], frame):
            key = take.base, take.at
            found.setdefault(key, _Group(*key, [])).takes.append((code, take))
    return list(found.values())


def _month(at: str, frame: Frame) -> str:
    if not frame.monthly:
        return f"{moment(frame.since)} AS month"
    return f"date_trunc('month', {at} + INTERVAL {frame.zone} HOUR) AS month"


@dataclass(frozen=True, slots=True)
class Kept:
    """Sums by subject: of a telling where ``told``, else of a case. ``turning``: count from ``moment`` on.

    ``text`` gives ``subject``, ``case_id`` and ``moment`` (null unless turning) beside what ``sums`` gives.
    """

    text: str
    codes: tuple[str, ...]
    told: bool
    turning: bool


#: Moments that are limits: what is not done by then begins to count when they pass.
_DUES: Final = frozenset({"due_at", "case_due"})


def kept(codes: Iterable[str], frame: Frame) -> list[Kept]:
    """Give the statements of ``sums`` by subject, so that changed ones can be taken out and put in again.

    What begins to count when a limit passes is given for every limit of the period, with its moment.
    """
    found = []
    for group in _groups(codes, frame):
        told, turning = group.base == "told", group.at in _DUES
        at = group.at if turning else "CAST(NULL AS TIMESTAMP)"
        subject = "telling" if told else "case_id"
        more = (f"{subject} AS subject", "case_id", f"{at} AS moment")
        text = _sum(group, replace(frame, asof=frame.until) if turning else frame, more)
        found.append(Kept(text, tuple(code for code, _ in group.takes), told, turning))
    return found


def waiting(frame: Frame) -> str:
    """Give (case_id, due_at) of cases ended or filed while a clock of theirs still runs: late once it is due.

    The other limits are the moments of what they make count; these are judged with the case.
    """
    p, asof, until = frame.prefix, moment(frame.asof), moment(frame.until)
    return (
        f"SELECT k.case_id, min(k.due_at) AS due_at FROM {p}clocks k JOIN {p}cases c ON c.id = k.case_id"
        f" WHERE k.order_id IS NULL AND k.stopped_at IS NULL AND k.due_at >= {asof} AND k.due_at < {until}"
        f" AND (c.closed_at IS NOT NULL OR c.filed_at IS NOT NULL AND k.stage = 'register')"
        f" GROUP BY k.case_id"
    )


def _sum(group: _Group, frame: Frame, first: Sequence[str]) -> str:
    takes, timed = group.takes, any(COUNTS[code].timed for code, _ in group.takes)
    columns = ", ".join(
        f"sum(CASE WHEN {_filled(take.when, frame)} THEN {take.amount} ELSE 0 END) AS n{place}"
        for place, (_, take) in enumerate(takes)
    )
    wanted = " OR ".join(dict.fromkeys(f"({_filled(take.when, frame)})" for _, take in takes))
    nobody = f"CAST(NULL AS {frame.dialect.text})"
    who = "CAST(NULL AS INTEGER) AS unit, person, post"
    if not frame.persons:
        who = f"unit, {nobody} AS person, {nobody} AS post"
    return (
        f"WITH exempt AS ({_exempt(frame)}), base AS ({_base(group.base, frame)})"
        f" SELECT {', '.join(first)}, substr(division, 1, {STREET}) AS street, {who},"
        f" {_bits(timed=timed)} AS bits, {columns} FROM base"
        f" WHERE {_within(group.at, frame)} AND ({wanted})"
        f" GROUP BY {', '.join(str(n) for n in range(1, 6 + len(first)))}"
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
