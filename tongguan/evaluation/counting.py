# SPDX-License-Identifier: Apache-2.0
"""What each count counts, as expressions over the casebook's views, written once. Pure.

A count is made of takes: from a base (a table with its case beside it), those rows for which ``when`` holds,
at the moment ``at``, ``amount`` each. From the same expressions come the sums (``sums``), the single marks
(``marks``) and, in another dialect, Spark's. ``until_of(x)`` is the end of the period that ``x`` lies in,
``asof`` the moment up to which facts were read.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

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
class Take:
    """Rows of a base that a count takes."""

    base: str
    at: str
    when: str = "1 = 1"
    amount: str = "1"


@dataclass(frozen=True, slots=True)
class Count:
    """One count. ``persons`` are taken instead where people in posts are scored.

    ``timed``: an approved timeout appeal keeps its case out of it.
    """

    code: str
    takes: tuple[Take, ...]
    persons: tuple[Take, ...] = ()
    timed: bool = False


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an engine writes what the common dialect lacks. ``quote`` puts round names that are words of SQL."""

    uuid: str = "UUID"
    text: str = "VARCHAR"
    moment: str = "TIMESTAMP"


DUCKDB: Final = Dialect()
SPARK: Final = Dialect(uuid="STRING", text="STRING")

_CASE: Final = "c.number, c.item, c.family, c.source AS case_source, c.kind, c.state, c.urgency, c.process"
_TIMES: Final = "c.opened_at, c.filed_at, c.closed_at, c.due_at AS case_due, c.excused"
_WHO: Final = "c.division, c.lead_unit AS unit"
_NOBODY: Final = "CAST(NULL AS {text}) AS person, CAST(NULL AS {text}) AS post"
_EXEMPT: Final = "LEFT JOIN exempt e ON e.case_id = c.id"
_LATE: Final = "CASE WHEN due_at IS NOT NULL AND coalesce(stopped_at, {asof}) > due_at THEN 1 ELSE 0 END"
#: The moves by which a stage's clock is stopped by whoever did its work.
_MOVES: Final = (
    "(k.stage = 'accept' AND l.move IN ('accept', 'refuse', 'send_verify', 'self_handle'))"
    " OR (k.stage = 'verify' AND l.move = 'verify_reply')"
    " OR (k.stage = 'register' AND l.move IN ('register', 'refuse'))"
    " OR (k.stage = 'dispatch' AND l.move IN ('dispatch', 'act_first', 'rule_dispute'))"
    " OR (k.stage = 'check' AND l.move IN ('check_pass', 'check_fail', 'call_back', 'call_back_fail'))"
    " OR (k.stage = 'close' AND l.move IN ('close', 'force_close'))"
)
BASES: Final[Mapping[str, str]] = {
    "told": (
        f"SELECT t.case_id, c.number, coalesce(c.item, t.item) AS item, t.source AS told_source, t.outcome,"
        f" t.kind, c.state, coalesce(c.division, t.division) AS division, c.lead_unit AS unit, {_NOBODY},"
        f" c.excused, t.received_at, coalesce(e.bits, 0) AS held"
        f" FROM {{p}}tellings t LEFT JOIN {{p}}cases c ON c.id = t.case_id {_EXEMPT}"
    ),
    "case": (
        f"SELECT c.id AS case_id, {_CASE}, {_WHO}, {_NOBODY}, {_TIMES}, coalesce(e.bits, 0) AS held"
        f" FROM {{p}}cases c {_EXEMPT}"
    ),
    "filed": (
        f"SELECT c.id AS case_id, {_CASE}, {_WHO}, {_NOBODY}, {_TIMES}, coalesce(k.late, 0) AS late,"
        f" coalesce(e.bits, 0) AS held FROM {{p}}cases c LEFT JOIN (SELECT case_id, max({_LATE}) AS late FROM {{p}}clocks"
        f" WHERE order_id IS NULL AND stage = 'register' GROUP BY case_id) k ON k.case_id = c.id {_EXEMPT}"
        f" WHERE c.filed_at IS NOT NULL"
    ),
    "ended": (
        f"SELECT c.id AS case_id, {_CASE}, {_WHO}, {_NOBODY}, {_TIMES}, c.reworks, c.extensions,"
        f" coalesce(k.late, 0) AS late, v.responded, v.solved, v.satisfied, coalesce(e.bits, 0) AS held"
        f" FROM {{p}}cases c LEFT JOIN (SELECT case_id, max({_LATE}) AS late FROM {{p}}clocks WHERE order_id IS NULL"
        f" AND stage IN ('accept', 'register', 'verify', 'dispatch', 'handle', 'check', 'close') GROUP BY case_id) k ON k.case_id = c.id"
        f" LEFT JOIN (SELECT a.case_id, a.responded, a.solved, a.satisfied, row_number() OVER (PARTITION BY a.case_id"
        f" ORDER BY a.at DESC, a.round DESC, a.how, a.report_id) AS nth FROM {{p}}answers a) v"
        f" ON v.case_id = c.id AND v.nth = 1 {_EXEMPT}"
        f" WHERE c.closed_at IS NOT NULL AND c.state IN ('closed', 'forced_close')"
    ),
    "clock": (
        f"SELECT k.case_id, {_CASE}, {_WHO}, {_NOBODY}, {_TIMES}, k.stage AS clock_stage, k.started_at,"
        f" k.stopped_at, k.due_at, {_LATE.replace('due_at', 'k.due_at').replace('stopped_at', 'k.stopped_at')}"
        f" AS late, k.worked_minutes, coalesce(e.bits, 0) AS held"
        f" FROM {{p}}clocks k JOIN {{p}}cases c ON c.id = k.case_id {_EXEMPT} WHERE k.order_id IS NULL"
    ),
    "order": (
        f"SELECT o.case_id, {_CASE}, c.division, o.unit, {_NOBODY}, {_TIMES}, o.role, o.state AS order_state,"
        f" o.dispatched_at, o.confirmed_at, o.ended_at, o.due_at,"
        f" CASE WHEN o.due_at IS NOT NULL AND coalesce(o.confirmed_at, {{asof}}) > o.due_at THEN 1 ELSE 0 END"
        f" AS late, coalesce(e.bits, 0) AS held FROM {{p}}orders o JOIN {{p}}cases c ON c.id = o.case_id {_EXEMPT}"
    ),
    "line": (
        f"SELECT l.case_id, {_CASE}, {_WHO}, l.actor_key AS person, l.post, {_TIMES}, l.no, l.at AS line_at,"
        f" l.move, CASE WHEN array_contains(l.counts, 'reworks') THEN 1 ELSE 0 END AS reworked,"
        f" CASE WHEN array_contains(l.counts, 'extensions') THEN 1 ELSE 0 END AS extended,"
        f" CASE WHEN array_contains(l.counts, 'suspensions') THEN 1 ELSE 0 END AS suspended,"
        f" coalesce(e.bits, 0) AS held FROM {{p}}lines l JOIN {{p}}cases c ON c.id = l.case_id {_EXEMPT}"
    ),
    "act": (
        f"SELECT k.case_id, {_CASE}, {_WHO}, l.actor_key AS person, l.post, {_TIMES}, k.stage AS clock_stage,"
        f" k.stopped_at, {_LATE.replace('due_at', 'k.due_at').replace('stopped_at', 'k.stopped_at')} AS late,"
        f" l.move, coalesce(e.bits, 0) AS held FROM {{p}}clocks k JOIN {{p}}cases c ON c.id = k.case_id"
        f" JOIN {{p}}lines l ON l.case_id = k.case_id AND l.at = k.stopped_at AND ({_MOVES}) {_EXEMPT}"
        f" WHERE k.order_id IS NULL"
    ),
    "answer": (
        f"SELECT a.case_id, {_CASE}, {_WHO}, {_NOBODY}, {_TIMES}, a.at AS answered_at, a.satisfied,"
        f" coalesce(e.bits, 0) AS held FROM {{p}}answers a JOIN {{p}}cases c ON c.id = a.case_id {_EXEMPT}"
    ),
    # The fifth complaint about one spot and one unit within a period makes it a spot complained of.
    "spot": (
        f"SELECT c.id AS case_id, {_CASE}, {_WHO}, {_NOBODY}, {_TIMES}, coalesce(e.bits, 0) AS held,"
        f" row_number() OVER (PARTITION BY c.cell, c.lead_unit, until_of(c.opened_at)"
        f" ORDER BY c.opened_at, c.id) AS nth FROM {{p}}cases c {_EXEMPT}"
        f" WHERE c.kind = 'complaint' AND c.cell IS NOT NULL AND c.opened_at >= {{since}}"
        f" AND c.opened_at < {{until}}"
    ),
}
_PUBLIC: Final = "told_source IN ('hotline', 'citizen', 'snap', 'open311', 'email', 'chat', 'mailbox', 'public')"
_VALID: Final = "case_id IS NOT NULL AND state NOT IN ('voided', 'not_accepted')"
_LEAD: Final = "role = 'lead'"
_STOOD: Final = f"{_LEAD} AND order_state = 'confirmed' AND confirmed_at IS NOT NULL"
_PENDING: Final = (
    f"{_LEAD} AND due_at < asof AND (confirmed_at IS NULL OR confirmed_at >= until_of(due_at))"
    " AND (ended_at IS NULL OR ended_at >= until_of(due_at))"
)
_WAITS: Final = "due_at < asof AND (stopped_at IS NULL OR stopped_at >= until_of(due_at))"


def _stage(stage: str, more: str = "") -> Take:
    return Take("clock", "stopped_at", f"clock_stage = '{stage}'{more}")


def _by(stage: str, more: str = "") -> tuple[Take, ...]:
    return (Take("act", "stopped_at", f"clock_stage = '{stage}'{more}"),)


def _counts() -> Iterable[Count]:
    told, case, ended = "told", "case", "ended"
    in_time, kept = " AND late = 0", " AND state NOT IN ('voided', 'not_accepted')"
    first = Take("line", "line_at", "no = 1")
    yield Count("report", (Take(told, "received_at"),), (first,))
    yield Count("valid_report", (Take(told, "received_at", _VALID),), (Take("line", "line_at", "no = 1" + kept),))
    yield Count("public_report", (Take(told, "received_at", _PUBLIC),))
    yield Count("valid_public_report", (Take(told, "received_at", f"{_PUBLIC} AND {_VALID}"),))
    not_refused = " AND state <> 'not_accepted'"
    yield Count("accept", (_stage("accept", not_refused),), _by("accept", not_refused))
    yield Count(
        "in_time_accept", (_stage("accept", in_time + not_refused),), _by("accept", in_time + not_refused)
    )
    yield Count("accurate_accept", (_stage("accept", kept),), _by("accept", kept))
    for stage in ("verify", "check", "dispatch"):
        waits = Take("clock", "due_at", f"clock_stage = '{stage}' AND {_WAITS}")
        yield Count(f"need_{stage}", (_stage(stage), waits), _by(stage))
        yield Count(stage, (_stage(stage),), _by(stage))
        yield Count(f"in_time_{stage}", (_stage(stage, in_time),), _by(stage, in_time))
    filed, voided = Take("filed", "filed_at"), Take(case, "closed_at", "state = 'voided'")
    by_register = " AND move = 'register'"
    yield Count("register", (filed,), _by("register", by_register))
    yield Count(
        "in_time_register",
        (Take("filed", "filed_at", "late = 0"),),
        _by("register", in_time + by_register),
    )
    yield Count("cancel", (voided,), (Take("line", "line_at", "move = 'void'"),))
    taken = Take(case, "closed_at", "state = 'voided' AND filed_at IS NOT NULL", "-1")
    yield Count("accurate_register", (filed, taken), _by("register", by_register + kept))
    reworked = Take("line", "line_at", "reworked = 1")
    yield Count(
        "accurate_dispatch", (_stage("dispatch"), Take("line", "line_at", "reworked = 1", "-1")),
        _by("dispatch"),
    )  # fmt: skip
    disposed, waiting = Take("order", "confirmed_at", _STOOD), Take("order", "due_at", _PENDING)
    for code in ("need_dispose", "need_archive"):
        yield Count(code, (disposed, waiting), timed=True)
    yield Count("dispose", (disposed,), timed=True)
    yield Count("in_time_dispose", (Take("order", "confirmed_at", f"{_STOOD} AND late = 0"),), timed=True)
    yield Count("overtime_dispose", (Take("order", "confirmed_at", f"{_STOOD} AND late = 1"),), timed=True)
    yield Count("overtime_to_dispose", (waiting,), timed=True)
    yield Count("back", (Take("order", "ended_at", f"{_LEAD} AND order_state = 'returned'"),))
    yield Count("rework", (reworked,))
    yield Count("delay", (Take("line", "line_at", "extended = 1"),))
    yield Count("suspend", (Take("line", "line_at", "suspended = 1"),))
    yield Count("archive", (Take(ended, "closed_at"),), _by("close"), timed=True)
    yield Count("in_time_archive", (Take(ended, "closed_at", "late = 0"),), _by("close", in_time), timed=True)
    yield Count("overtime_archived", (Take(ended, "closed_at", "late = 1"),), _by("close", " AND late = 1"), timed=True)
    still = "(closed_at IS NULL OR closed_at >= until_of({0}))"
    yield Count("to_archive", (Take(case, "filed_at", still.format("filed_at")),))
    yield Count(
        "overtime_to_archive",
        (Take(case, "case_due", f"case_due < asof AND {still.format('case_due')}"),),
        timed=True,
    )
    yield Count("self_handled", (Take("line", "line_at", "move = 'self_handle'"),), (Take("line", "line_at", "move = 'self_handle'"),))
    yield Count("urgent", (Take(case, "opened_at", "urgency <> 'normal'"),))
    yield Count("return_visit", (Take("answer", "answered_at"),))
    yield Count("very_satisfied", (Take("answer", "answered_at", "satisfied = 'very_satisfied'"),))
    yield Count("satisfied", (Take("answer", "answered_at", "satisfied = 'satisfied'"),))
    yield Count("basic_satisfied", (Take("answer", "answered_at", "satisfied IN ('basic', 'mostly')"),))
    unsatisfied = "satisfied IN ('unsatisfied', 'very_unsatisfied')"
    yield Count("unsatisfied", (Take("answer", "answered_at", unsatisfied),))
    # Beside the standard's 44: what three rates and the cities' models are made of.
    yield Count("judged", (Take(ended, "closed_at"),))
    yield Count("visited", (Take(ended, "closed_at", "responded IS NOT NULL"),))
    yield Count("contacted", (Take(ended, "closed_at", "responded"),))
    yield Count("solved", (Take(ended, "closed_at", "solved"),))
    content = "satisfied IN ('very_satisfied', 'satisfied')"
    yield Count("content", (Take(ended, "closed_at", content),))
    yield Count("rework_cases", (Take(ended, "closed_at", "reworks > 0"),), timed=True)
    yield Count("delay_cases", (Take(ended, "closed_at", "extensions > 0"),), timed=True)
    minutes = Take("clock", "stopped_at", "clock_stage = 'handle' AND worked_minutes IS NOT NULL",
                   "CAST(floor(worked_minutes) AS BIGINT)")  # fmt: skip
    yield Count("handle_minutes", (minutes,), timed=True)
    yield Count("handled", (_stage("handle", " AND worked_minutes IS NOT NULL"),), timed=True)
    yield Count("spots", (Take("spot", "opened_at", "nth = 5"),))


COUNTS: Final[Mapping[str, Count]] = {one.code: one for one in _counts()}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a statement is written for: facts read up to ``asof``, marks within ``since`` … ``until``.

    Naive UTC. ``monthly``: each local month is a period of its own, ``zone`` hours east. ``exempt``: cases
    that officials keep out → bits. ``cases``: only these cases.
    ``prefix`` stands before the names of the casebook's views.
    """

    since: datetime
    until: datetime
    asof: datetime
    monthly: bool = False
    zone: int = 8
    persons: bool = False
    exempt: tuple[tuple[str, int], ...] = ()
    cases: tuple[str, ...] | None = None
    prefix: str = ""
    dialect: Dialect = DUCKDB


_UNTIL: Final = re.compile(r"until_of\(([\w.]+)\)")


def moment(value: datetime) -> str:
    """Give a naive UTC moment as SQL writes it."""
    return f"TIMESTAMP '{value.isoformat(sep=' ', timespec='microseconds')}'"


def _filled(text: str, frame: Frame) -> str:
    month = rf"(date_trunc('month', \1 + INTERVAL {frame.zone} HOUR) + INTERVAL 1 MONTH - INTERVAL {frame.zone} HOUR)"
    text = _UNTIL.sub(month if frame.monthly else moment(frame.until), text)
    text = re.sub(r"\basof\b(?![}])", moment(frame.asof), text)
    return text


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


def _bits(timed: bool) -> str:
    told = "held + CASE WHEN kind = 'consult' THEN 2 ELSE 0 END"
    return told + (" + CASE WHEN excused THEN 1 ELSE 0 END" if timed else "")


def _within(at: str, frame: Frame) -> str:
    found = f"{at} >= {moment(frame.since)} AND {at} < {moment(frame.until)}"
    if frame.cases is not None:
        listed = ", ".join(f"CAST('{one}' AS {frame.dialect.uuid})" for one in frame.cases) or "NULL"
        found += f" AND case_id IN ({listed})"
    return found


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
    return (
        f"WITH exempt AS ({_exempt(frame)}), base AS ({_base(base, frame)})"
        f" SELECT {month} AS month, substr(division, 1, {STREET}) AS street, {who},"
        f" {_bits(timed)} AS bits, {columns} FROM base WHERE {_within(at, frame)} AND ({wanted})"
        f" GROUP BY 1, 2, 3, 4, 5, 6"
    )


#: Columns of a mark as statements give them.
MARK: Final = ("count", "case_id", "number", "item", "division", "unit", "person", "post", "at", "amount", "bits")


def marks(codes: Iterable[str], frame: Frame, where: str = "") -> str:
    """Give one statement of every mark of these counts; ``where`` narrows by columns of ``MARK``.

    Raises ValueError where nothing is to be taken.
    """
    parts = []
    for code in codes:
        count = COUNTS[code]
        for take in takes_of(count, frame):
            parts.append(
                f"SELECT '{code}' AS count, CAST(case_id AS {frame.dialect.text}) AS case_id, number, item,"
                f" division, unit, person, post, {take.at} AS at, {take.amount} AS amount,"
                f" {_bits(count.timed)} AS bits FROM ({_base(take.base, frame)})"
                f" WHERE {_within(take.at, frame)} AND {_filled(take.when, frame)}"
            )
    if not parts:
        raise ValueError("nothing to be taken")
    found = f"WITH exempt AS ({_exempt(frame)}), marks AS ({' UNION ALL '.join(parts)}) SELECT * FROM marks"
    return f"{found} WHERE {where}" if where else found


def local_month(value: datetime, zone: int = 8) -> datetime:
    """Give the first of the local month that a naive UTC moment lies in, as ``month`` has it."""
    return (value + timedelta(hours=zone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
