# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 - texts are put together from constants of this file alone; values are parameters
"""The questions put to the case book, as SQL. Pure text: what narrows them goes in as parameters.

Every question begins with ``chosen``, the cases of a slice, and ``sampled``, those of them whose id falls
into one of so many parts (``$parts``, 1: all): counts are of all, quantiles of the sample.
"""

from collections.abc import Mapping
from typing import Any, Final

from tongguan.insight.contracts import Rows, Slice
from tongguan.kernel.codes import next_prefix

#: Above so many cases quantiles are taken from a sample of about so many.
SAMPLE: Final = 100_000

CHOSEN: Final = """
WITH chosen AS (
  SELECT * FROM cases
  WHERE ($low = '' OR division >= $low) AND ($high = '' OR division < $high)
    AND ($item = '' OR item = $item) AND ($unit = -1 OR lead_unit = $unit)
), sampled AS (
  SELECT id FROM chosen WHERE hash(id) % $parts = 0
)"""

#: The same for questions that look into the sample more than once: it is drawn once.
_SAMPLED: Final = CHOSEN.replace("sampled AS (", "sampled AS MATERIALIZED (", 1)

_AMONG: Final = "case_id IN (SELECT id FROM chosen)"

COUNT: Final = CHOSEN + " SELECT count(*) AS n, count(*) FILTER (hash(id) % $parts = 0) AS s FROM chosen"


def narrowed(wanted: Slice, parts: int = 1) -> dict[str, Any]:
    """Give the parameters of ``chosen`` and ``sampled``."""
    return {
        "low": wanted.division,
        "high": (next_prefix(wanted.division) or "") if wanted.division else "",
        "item": wanted.item,
        "unit": -1 if wanted.unit is None else wanted.unit,
        "parts": parts,
    }


def of_all(text: str, told: Mapping[str, Any]) -> str:
    """Give a question as it is asked: nothing is looked up in ``chosen`` where nothing narrows it.

    What hangs on cases is read over the same division and times as the cases themselves.
    """
    narrows = told.get("low") or told.get("item") or told.get("unit", -1) != -1
    return text if narrows else text.replace(_AMONG, "true")


#: Which moves lead from a state to another; a case's first line comes from nowhere.
LINKS: Final = (
    CHOSEN
    + """
SELECT coalesce(frm, '') AS frm, "to" AS "to", count(*) AS n,
       bool_or(list_contains(counts, 'returns') OR list_contains(counts, 'reworks')
               OR list_contains(counts, 'reopens')) AS back,
       any_value(stage) AS stage, bool_or(final) AS final
FROM lines WHERE case_id IN (SELECT id FROM chosen) AND coalesce(frm, '') <> "to" AND $parts > 0
GROUP BY 1, 2 ORDER BY n DESC"""
)

#: How long one stays in a state (from the line that enters to the next that leaves), running ones left out.
STAYS: Final = (
    _SAMPLED
    + """
, moved AS (
  SELECT "at", lag("to") OVER turns AS state, lag("at") OVER turns AS since
  FROM lines WHERE case_id IN (SELECT id FROM sampled) AND coalesce(frm, '') <> "to"
  WINDOW turns AS (PARTITION BY case_id ORDER BY no)
)
SELECT state, count(since) AS n,
       quantile_cont(date_diff('second', since, "at") / 60.0, [0.5, 0.8, 0.95]) AS q
FROM moved WHERE since IS NOT NULL GROUP BY 1"""
)

STANDING: Final = (
    CHOSEN
    + """
SELECT state, any_value(stage) AS stage, bool_or(final) AS final, count(*) AS n
FROM chosen WHERE $parts > 0 GROUP BY 1"""
)

#: What a row of the heat table is, as a column of the case or its clock.
KEYS: Final = {
    Rows.UNIT: "CAST(coalesce(k.unit, c.lead_unit) AS VARCHAR)",
    Rows.ITEM: "c.item",
    Rows.FAMILY: "c.family",
    Rows.DISTRICT: "c.district",
    Rows.STREET: "c.street",
}


def heat(by: Rows) -> str:
    """Ask for stages × rows by the stages' own clocks, the rows with the most time in them first.

    A clock runs out late when it stopped, or runs still, after it was due; excused ones count as in time.
    """
    key = KEYS[by]
    return (
        CHOSEN
        + f"""
, timed AS (
  SELECT k.stage, {key} AS key, k.stopped_at IS NULL AS running,
         date_diff('second', k.started_at, k.stopped_at) / 60.0 AS open_minutes,
         k.worked_minutes, k.limit_value IS NOT NULL AS limited,
         k.limit_value IS NOT NULL AND NOT coalesce(k.excluded, false)
           AND coalesce(k.stopped_at, $now) > k.due_at AS late,
         hash(c.id) % $parts = 0 AS drawn
  FROM clocks k JOIN chosen c ON c.id = k.case_id WHERE k.order_id IS NULL
), weighed AS (
  SELECT key FROM timed WHERE key IS NOT NULL GROUP BY key
  ORDER BY sum(coalesce(open_minutes, 0)) DESC, key LIMIT $most
)
SELECT stage, key, count(*) AS n, count(*) FILTER (running) AS running,
       count(*) FILTER (limited) AS limited, count(*) FILTER (late) AS late,
       quantile_cont(open_minutes, [0.5, 0.8, 0.95]) FILTER (drawn AND NOT running) AS open_q,
       quantile_cont(worked_minutes, [0.5, 0.8, 0.95]) FILTER (drawn AND NOT running) AS worked_q
FROM timed WHERE key IN (SELECT key FROM weighed) GROUP BY 1, 2"""
    )


#: The marks of an order's life filled backwards, so that its parts add up to the whole whatever is missing:
#: a mark that was never set takes the next one's time, and none lies outside of its neighbours.
MARKS: Final = """
  SELECT o.*, o.dispatched_at AS t0,
         greatest(o.dispatched_at, coalesce(o.ended_at, o.confirmed_at, $now)) AS t5
  FROM orders o"""
PARTS: Final = """
  SELECT *, least(t5, greatest(t0, coalesce(confirmed_at, t5))) AS t4 FROM ({marks})"""
_BACK: Final = "least({after}, greatest(t0, coalesce({mark}, {after})))"


def parts_of(orders: str) -> str:
    """Ask for orders with their marks ``t0`` … ``t5`` in order; ``orders`` is a table of order rows."""
    sql = MARKS.replace("FROM orders o", f"FROM {orders} o")
    sql = PARTS.format(marks=sql)
    for name, mark, after in (
        ("t3", "submitted_at", "t4"),
        ("t2", "assigned_at", "t3"),
        ("t1", "signed_at", "t2"),
    ):
        sql = f"SELECT *, {_BACK.format(mark=mark, after=after)} AS {name} FROM ({sql})"
    return sql


def _mean(later: str, earlier: str) -> str:
    return f"avg(date_diff('microsecond', {earlier}, {later})) / 60e6"


UNIT_TIMES: Final = (
    CHOSEN
    + ", mine AS (SELECT * FROM orders WHERE case_id IN (SELECT id FROM chosen) AND $parts > 0)"
    + f""", worked AS (
  SELECT order_id, sum(worked_minutes) AS minutes FROM clocks
  WHERE order_id IS NOT NULL AND case_id IN (SELECT id FROM chosen) GROUP BY 1
), marked AS ({parts_of("mine")})
SELECT m.unit, count(*) AS n, count(*) FILTER (m.state = 'returned') AS returned,
       coalesce(sum(m.reworks), 0) AS reworked,
       {_mean("t1", "t0")} AS sign, {_mean("t2", "t1")} AS assign, {_mean("t3", "t2")} AS work,
       {_mean("t4", "t3")} AS confirm, {_mean("t5", "t4")} AS rest, {_mean("t5", "t0")} AS whole,
       avg(w.minutes) AS worked
FROM marked m LEFT JOIN worked w ON w.order_id = m.id
GROUP BY 1 ORDER BY whole * n DESC LIMIT $most"""
)

#: Sequences of states of closed cases with what came of them; only the sampled ones are strung together.
VARIANTS: Final = (
    _SAMPLED
    + """
, strung AS (
  SELECT case_id, list("to" ORDER BY no) AS path FROM lines
  WHERE case_id IN (SELECT id FROM sampled) AND coalesce(frm, '') <> "to" GROUP BY 1
), timed AS (
  SELECT case_id, bool_or(stopped_at > due_at AND NOT coalesce(excluded, false)) AS late
  FROM clocks WHERE stage = 'handle' AND order_id IS NULL AND limit_value IS NOT NULL
    AND case_id IN (SELECT id FROM sampled) GROUP BY 1
), liked AS (
  SELECT case_id, arg_max(satisfied, "at") AS satisfied FROM answers
  WHERE satisfied IS NOT NULL AND case_id IN (SELECT id FROM sampled) GROUP BY 1
), all_of_them AS (
  SELECT s.path, date_diff('second', c.opened_at, c.closed_at) / 60.0 AS minutes, t.late,
         c.reworks > 0 AS reworked, c.reopens > 0 AS reopened, l.satisfied
  FROM strung s JOIN cases c ON c.id = s.case_id
  LEFT JOIN timed t ON t.case_id = s.case_id LEFT JOIN liked l ON l.case_id = s.case_id
  WHERE c.final
), grouped AS (
  SELECT path, count(*) AS n, quantile_cont(minutes, [0.5, 0.8, 0.95]) AS q,
         count(late) AS limited, count(*) FILTER (late) AS late, avg(reworked::INT) AS reworked,
         avg(reopened::INT) AS reopened, count(satisfied) AS answers,
         count(*) FILTER (satisfied IN ('very_satisfied', 'satisfied', 'basic')) AS satisfied
  FROM all_of_them GROUP BY 1
)
SELECT *, sum(n) OVER () AS whole, count(*) OVER () AS kinds
FROM grouped ORDER BY n DESC, path LIMIT $most"""
)

_TURNS: Final = """
, led AS (
  SELECT case_id, unit, state, dispatched_at, coalesce(ended_at, confirmed_at) AS left_at,
         lag(unit) OVER turns AS before, lag(unit, 2) OVER turns AS first,
         lag(state) OVER turns AS how, lag(dispatched_at) OVER turns AS given_at
  FROM orders WHERE role = 'lead' AND case_id IN (SELECT id FROM chosen) AND $parts > 0
  WINDOW turns AS (PARTITION BY case_id ORDER BY dispatched_at, no)
)"""
HAND_OVERS: Final = (
    CHOSEN.replace("chosen AS (", "chosen AS MATERIALIZED (", 1)
    + _TURNS
    + """
SELECT before AS frm, unit AS "to", count(*) AS n, count(*) FILTER (how = 'returned') AS returned,
       median(date_diff('second', given_at, dispatched_at) / 60.0) AS held
FROM led WHERE before IS NOT NULL AND before <> unit GROUP BY 1, 2 ORDER BY n DESC, 1, 2 LIMIT $most"""
)
PING_PONG: Final = (
    CHOSEN
    + _TURNS
    + """
SELECT least(unit, before) AS one, greatest(unit, before) AS other, count(DISTINCT case_id) AS n
FROM led WHERE first = unit AND before <> unit GROUP BY 1, 2 ORDER BY n DESC, 1, 2 LIMIT $most"""
)


def slow(by: Rows) -> str:
    """Ask for the cases of one cell of the heat table, the slowest first."""
    return (
        CHOSEN
        + f"""
SELECT c.id, c.number, c.item_name, c.division, c.state,
       date_diff('second', k.started_at, coalesce(k.stopped_at, $now)) / 60.0 AS minutes,
       k.worked_minutes AS worked, k.stopped_at IS NULL AS running,
       k.limit_value IS NOT NULL AND coalesce(k.stopped_at, $now) > k.due_at AS late
FROM clocks k JOIN chosen c ON c.id = k.case_id
WHERE k.order_id IS NULL AND k.stage = $stage AND {KEYS[by]} = $key AND $parts > 0
ORDER BY minutes DESC, c.id LIMIT $most"""
    )
