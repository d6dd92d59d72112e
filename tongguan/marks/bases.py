# SPDX-License-Identifier: Apache-2.0
"""The tables that counts take from: a view of the casebook with its case beside it. Pure.

In the dialect that DuckDB and Spark share; ``{p}`` stands before the names of the casebook's views.
"""

from collections.abc import Mapping
from typing import Final

_CASE: Final = "c.number, c.item, c.family, c.source AS case_source, c.kind, c.state, c.urgency, c.process"
_TIMES: Final = "c.opened_at, c.filed_at, c.closed_at, c.due_at AS case_due, c.excused"
_WHO: Final = "c.division, c.lead_unit AS unit"
_NOBODY: Final = "CAST(NULL AS {text}) AS person, CAST(NULL AS {text}) AS post"
_EXEMPT: Final = "LEFT JOIN exempt e ON e.case_id = c.id"
_LATE: Final = "CASE WHEN due_at IS NOT NULL AND coalesce(stopped_at, {asof}) > due_at THEN 1 ELSE 0 END"
_ITS_LATE: Final = _LATE.replace("due_at", "k.due_at").replace("stopped_at", "k.stopped_at")
_STAGES: Final = "'accept', 'register', 'verify', 'dispatch', 'handle', 'check', 'close'"
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
        f"SELECT t.id AS telling, t.case_id, c.number, coalesce(c.item, t.item) AS item,"
        f" t.source AS told_source, t.outcome, t.kind, c.state,"
        f" coalesce(c.division, t.division) AS division, c.lead_unit AS unit, {_NOBODY},"
        f" c.excused, t.received_at, coalesce(e.bits, 0) AS held"
        f" FROM {{p}}tellings t LEFT JOIN {{p}}cases c ON c.id = t.case_id {_EXEMPT}"
    ),
    "case": (
        f"SELECT c.id AS case_id, {_CASE}, {_WHO}, {_NOBODY}, {_TIMES}, coalesce(e.bits, 0) AS held"
        f" FROM {{p}}cases c {_EXEMPT}"
    ),
    "filed": (
        f"SELECT c.id AS case_id, {_CASE}, {_WHO}, {_NOBODY}, {_TIMES}, coalesce(k.late, 0) AS late,"
        f" coalesce(e.bits, 0) AS held FROM {{p}}cases c LEFT JOIN"
        f" (SELECT case_id, max({_LATE}) AS late FROM {{p}}clocks"
        f" WHERE order_id IS NULL AND stage = 'register' GROUP BY case_id) k ON k.case_id = c.id {_EXEMPT}"
        f" WHERE c.filed_at IS NOT NULL"
    ),
    "ended": (
        f"SELECT c.id AS case_id, {_CASE}, {_WHO}, {_NOBODY}, {_TIMES}, c.reworks, c.extensions,"
        f" coalesce(k.late, 0) AS late, v.responded, v.solved, v.satisfied, coalesce(e.bits, 0) AS held"
        f" FROM {{p}}cases c LEFT JOIN (SELECT case_id, max({_LATE}) AS late FROM {{p}}clocks"
        f" WHERE order_id IS NULL AND stage IN ({_STAGES}) GROUP BY case_id) k ON k.case_id = c.id"
        f" LEFT JOIN (SELECT a.case_id, a.responded, a.solved, a.satisfied,"
        f" row_number() OVER (PARTITION BY a.case_id"
        f" ORDER BY a.at DESC, a.round DESC, a.how, a.report_id) AS nth"
        f" FROM {{p}}answers a) v"
        f" ON v.case_id = c.id AND v.nth = 1 {_EXEMPT}"
        f" WHERE c.closed_at IS NOT NULL AND c.state IN ('closed', 'forced_close')"
    ),
    "clock": (
        f"SELECT k.case_id, {_CASE}, {_WHO}, {_NOBODY}, {_TIMES}, k.stage AS clock_stage, k.started_at,"
        f" k.stopped_at, k.due_at, {_ITS_LATE} AS late, k.worked_minutes, coalesce(e.bits, 0) AS held"
        f" FROM {{p}}clocks k JOIN {{p}}cases c ON c.id = k.case_id {_EXEMPT} WHERE k.order_id IS NULL"
    ),
    "order": (
        f"SELECT o.case_id, {_CASE}, c.division, o.unit, {_NOBODY}, {_TIMES}, o.role, o.state AS order_state,"
        f" o.dispatched_at, o.confirmed_at, o.ended_at, o.due_at,"
        f" CASE WHEN o.due_at IS NOT NULL AND coalesce(o.confirmed_at, {{asof}}) > o.due_at THEN 1 ELSE 0 END"
        f" AS late, coalesce(e.bits, 0) AS held"
        f" FROM {{p}}orders o JOIN {{p}}cases c ON c.id = o.case_id {_EXEMPT}"
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
        f" k.stopped_at, {_ITS_LATE} AS late,"
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
