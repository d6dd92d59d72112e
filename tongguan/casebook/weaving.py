# SPDX-License-Identifier: Apache-2.0
"""The SQL that draws a synthetic month: its cases, and what hangs on each. Pure text."""

from typing import Final

FAMILIES: Final = ("公用设施", "道路交通", "市容环境", "园林绿化", "物业管理", "劳动社保")
ITEMS: Final = 60
#: ``u``: a number in [0, 1) from seed, month, case and a salt; ``bell``: one of a standard normal.
MACROS: Final = tuple(
    f"CREATE OR REPLACE TEMP MACRO {one}"
    for one in (
        "u(s, i, salt) AS (hash((s::BIGINT * 64 + salt) * 4294967296 + i) >> 11) / 9007199254740992.0",
        "bell(s, i, salt) AS sqrt(-2 * ln(1 - u(s, i, salt))) * cos(2 * pi() * u(s, i, salt + 1))",
        "secs(n) AS to_seconds(CAST(n AS BIGINT))",
        "made(s, i, salt) AS CAST(md5(concat(s, '-', i, '-', salt)) AS UUID)",
    )
)

#: One month's cases. ``src`` is where a case has its place and matter from: itself, or the one it repeats.
CASES: Final = """
WITH numbered AS (
  SELECT i, {seed}::BIGINT * 4096 + {month} AS s FROM range({cases}) t(i)
), opened AS (
  SELECT *, i >= 40 AND u(s, i, 1) < 0.05 AS again, CASE WHEN again THEN i - 40 ELSE i END AS src,
    floor({days} * u(s, i, 2))::INT AS day0,
    -- a fifth of what falls on a weekend is told on the Monday after it
    CASE WHEN (day0 + {weekday}) % 7 >= 5 AND u(s, i, 3) < 0.35
         THEN least({days} - 1, day0 + 7 - (day0 + {weekday}) % 7) ELSE day0 END AS day,
    getvariable('hours')[1 + floor(1000 * u(s, i, 4))::INT] AS hour
  FROM numbered
), placed AS (
  SELECT *,
    floor({streets} * pow(u(s, src, 5), 1.5))::INT AS street_no,
    street_no % {districts} AS district_no,
    floor(60 * pow(u(s, src, 6), 1.8))::INT AS item_no, item_no // 10 AS family_no,
    1000 + district_no * 6 + family_no AS lead_unit,
    {begin} - INTERVAL 8 HOUR + secs(day * 86400 + hour * 3600 + 3600 * u(s, i, 7)) AS told
  FROM opened
), timed AS (
  SELECT *, greatest(told, {begin}) AS opened_at,
    -- hours to handle: by item, by unit, by luck; one in twenty lies long
    exp(ln(7 + 0.9 * (item_no % 17)) + 0.45 * (u(77, lead_unit, 1) - 0.4) * 2 + 0.55 * bell(s, i, 8))
      * CASE WHEN u(s, i, 10) < 0.05 THEN 6 ELSE 1 END AS hours,
    [48, 24, 24, 72, 120, 120][1 + family_no] AS allowed
  FROM placed
), lived AS (
  SELECT *, opened_at + secs(1800 * (0.2 + u(s, i, 11))) AS filed_at,
    filed_at + secs(600 + 2400 * u(s, i, 12)) AS sent_at,
    filed_at + INTERVAL 1 HOUR * allowed AS due_at,
    filed_at + secs(3600 * hours) AS done_at,
    hours > allowed AS late,
    u(s, i, 13) < CASE WHEN hours > allowed THEN 0.16 ELSE 0.05 END AS reworked,
    u(s, i, 14) < 0.06 AS returned
  FROM timed
), ended AS (
  SELECT *, done_at + secs(3600 * (0.5 + 5 * u(s, i, 15))) AS closing, closing < {until} AS closed FROM lived
)
SELECT made(s, i, 'case') AS id, s, i, again, closed, late, reworked, returned, sent_at, done_at, closing,
  strftime(opened_at, '%Y%m%d') || printf('%08d', i) AS number,
  printf('%02d%04d', family_no + 1, item_no % 10 + 1) AS item,
  ['公用设施', '道路交通', '市容环境', '园林绿化', '物业管理', '劳动社保'][1 + family_no] AS family,
  family || '第' || (item_no % 10 + 1) || '类' AS item_name,
  ['complaint', 'help', 'report', 'consult', 'suggestion', 'praise', '']
    [1 + floor(7 * pow(u(s, i, 16), 2.2))::INT] AS kind,
  printf('9901%02d%03d%03d', district_no + 1, street_no // {districts} + 1,
    1 + floor(12 * u(s, src, 17))::INT) AS division,
  left(division, 6) AS district, left(division, 9) AS street, left(division, 6) AS hub,
  division || '001' AS grid,
  121.2 + 0.02 * (street_no % 25) + 0.004 * bell(s, src, 18) AS lon,
  31.0 + 0.025 * (street_no // 25) + 0.004 * bell(s, src, 20) AS lat,
  '' AS component,
  ['hotline', 'snap', 'patrol', 'sensor'][1 + floor(4 * pow(u(s, i, 22), 1.7))::INT] AS source,
  CASE WHEN u(s, i, 23) < 0.04 THEN 'urgent' WHEN u(s, i, 23) < 0.045 THEN 'critical'
    ELSE 'normal' END AS urgency,
  CASE WHEN closed THEN 'closed' WHEN done_at < {until} THEN 'pending_check' ELSE 'handling' END AS state,
  CASE WHEN closed THEN '' WHEN done_at < {until} THEN 'check' ELSE 'handle' END AS stage,
  closed AS final, 'default' AS process, opened_at, filed_at,
  CASE WHEN closed THEN closing END AS closed_at, due_at, true AS limited,
  CASE WHEN due_at < least(done_at, {until}) AND NOT (late AND u(s, i, 28) < 0.05)
    THEN due_at END AS overdue_at,
  lead_unit, printf('0001%04d%04d', district_no + 1, family_no + 1) AS lead_path,
  returned::INT AS returns, reworked::INT AS reworks, (late AND u(s, i, 24) < 0.2)::INT AS extensions,
  (hours > 200 AND u(s, i, 25) < 0.3)::INT AS suspensions,
  CASE WHEN late THEN floor(3 * u(s, i, 26))::INT ELSE (u(s, i, 26) < 0.03)::INT END AS urges, 0 AS reopens,
  1 + floor(-ln(1 - u(s, i, 27)) * 0.6)::INT AS voices, late AND u(s, i, 28) < 0.05 AS excused,
  CASE WHEN again THEN made(s, src, 'case') END AS recurs_of,
  NULL AS _collector, NULL AS _reporter, division AS _division, opened_at AS _opened
FROM ended ORDER BY division, opened_at, id
"""

#: What happens to a case, step by step: move, from, to, stage, by whom, what it counts.
_STEPS: Final = (
    ("open", "", "reported", "accept", "system", ""),
    ("accept", "reported", "pending_register", "register", "acceptor", ""),
    ("register", "pending_register", "pending_dispatch", "dispatch", "acceptor", ""),
    ("dispatch", "pending_dispatch", "pending_handle", "handle", "dispatcher", ""),
    ("return_dispatcher", "pending_handle", "returned", "dispatch", "department", "returns"),
    ("sign", "pending_handle", "pending_handle", "handle", "department", ""),
    ("assign", "pending_handle", "handling", "handle", "department", ""),
    ("submit", "handling", "handle_finish", "handle", "handler", ""),
    ("dept_confirm", "handle_finish", "pending_check", "check", "department", ""),
    ("check_fail", "checking", "handling", "handle", "collector", "reworks"),
    ("check_pass", "checking", "pending_close", "close", "collector", ""),
    ("close", "pending_close", "closed", "", "acceptor", ""),
)
#: When each of them is.
_MOMENTS: Final = (
    "opened_at",
    "opened_at + secs(epoch(filed_at - opened_at) / 2)",
    "filed_at",
    "sent_at",
    "sent_at + secs(epoch(done_at - sent_at) * 0.05)",
    "sent_at + secs(epoch(done_at - sent_at) * 0.1)",
    "sent_at + secs(epoch(done_at - sent_at) * 0.2)",
    "sent_at + secs(epoch(done_at - sent_at) * 0.98)",
    "done_at",
    "done_at + secs(epoch(closing - done_at) * 0.2)",
    "done_at + secs(epoch(closing - done_at) * 0.6)",
    "closing",
)
_VALUES: Final = ", ".join(
    f"({no}, '{move}', '{frm}', '{to}', '{stage}', {str(move == 'close').lower()},"
    f" {[counts] if counts else []}::VARCHAR[], '{post}')"
    for no, (move, frm, to, stage, post, counts) in enumerate(_STEPS, 1)
)
_AT: Final = " ".join(f"WHEN {no} THEN {at}" for no, at in enumerate(_MOMENTS, 1))
_SHARED: Final = "_division, _opened"
_LAST: Final = "(SELECT max(closing) FROM drawn)"
#: What hangs on the month's cases, by table, in the order of files.
HUNG: Final = {
    # ``hexes``: the cells of the drawn places, row by row.
    "cases": "SELECT * FROM drawn POSITIONAL JOIN hexes",
    # The steps go round within some thousand cases: near enough to the order of divisions for leaving out.
    "lines": f"""
      SELECT id AS case_id, l.no, CASE l.no {_AT} END AS at, l.move, l.frm, l."to", l.stage, l.final,
        l.counts,
        CASE WHEN l.post = 'system' THEN 'system' ELSE 'user:' || (lead_unit * 7 + l.no) END AS actor_key,
        l.post,
        CASE WHEN l.post IN ('department', 'handler') THEN '主管部门' ELSE '中心' END AS unit_name,
        {_SHARED}
      FROM drawn, (VALUES {_VALUES}) l(no, move, frm, "to", stage, final, counts, post)
      WHERE (l.no <> 5 OR returned) AND (l.no <> 10 OR reworked)
        AND (closed OR l.no <= CASE WHEN drawn.state = 'handling' THEN 7 ELSE 9 END)""",
    "orders": f"""
      SELECT made(s, i, 'order') AS id, id AS case_id, 1 AS no, lead_unit AS unit, lead_path AS unit_path,
        'lead' AS role, division, CASE WHEN state = 'handling' THEN 'handling' ELSE 'confirmed' END AS state,
        sent_at AS dispatched_at, sent_at + (done_at - sent_at) * 0.1 AS signed_at,
        sent_at + (done_at - sent_at) * 0.2 AS assigned_at,
        CASE WHEN state <> 'handling' THEN done_at - (done_at - sent_at) * 0.02 END AS submitted_at,
        CASE WHEN state <> 'handling' THEN done_at END AS confirmed_at,
        CASE WHEN state <> 'handling' THEN done_at END AS ended_at,
        due_at, datediff('hour', filed_at, due_at) AS limit_value, 'urgent_work_hour' AS limit_unit, reworks,
        {_SHARED}
      FROM drawn""",
    "clocks": f"""
      SELECT c.id, case_id, order_id, c.stage, 1 AS round, division, c.unit, c.started AS started_at,
        c.stopped AS stopped_at, c.due AS due_at,
        CASE WHEN c.due < coalesce(c.stopped, {_LAST}) THEN c.due END AS overdue_at,
        datediff('hour', c.started, c.due) AS limit_value, 'urgent_work_hour' AS limit_unit, extensions,
        excused AS excluded, datediff('second', c.started, c.stopped) / 60.0 AS worked_minutes,
        0.0 AS paused_minutes, {_SHARED}
      FROM (SELECT id AS case_id, CASE WHEN c.unit IS NULL THEN NULL ELSE made(s, i, 'order') END AS order_id,
          division, extensions, excused, {_SHARED}, c
        FROM (SELECT *, unnest([
            {{'id': (s * 100000000 + i) * 4, 'stage': 'accept', 'unit': NULL::INT, 'started': opened_at,
              'stopped': filed_at, 'due': opened_at + INTERVAL 1 HOUR}},
            {{'id': (s * 100000000 + i) * 4 + 1, 'stage': 'handle', 'unit': NULL, 'started': sent_at,
              'stopped': CASE WHEN state <> 'handling' THEN done_at END, 'due': due_at}},
            {{'id': (s * 100000000 + i) * 4 + 2, 'stage': 'handle', 'unit': lead_unit, 'started': sent_at,
              'stopped': CASE WHEN state <> 'handling' THEN done_at END, 'due': due_at}}]) AS c
          FROM drawn))""",
    "answers": f"""
      SELECT id AS case_id, made(s, i, 'report') AS report_id,
        CASE WHEN u(s, i, 40) < 0.5 THEN 'survey' ELSE 'callback' END AS how, 1 AS round,
        closed_at + secs(172800 * u(s, i, 41)) AS at, u(s, i, 42) < 0.97 AS responded,
        u(s, i, 43) < CASE WHEN late THEN 0.62 ELSE 0.88 END - 0.004 * (lead_unit % 20) AS solved,
        CASE WHEN NOT solved THEN CASE WHEN u(s, i, 44) < 0.8 THEN 'unsatisfied' ELSE 'mostly' END
             WHEN u(s, i, 44) < 0.85 THEN 'satisfied' ELSE 'mostly' END AS satisfied, {_SHARED}
      FROM drawn WHERE closed AND u(s, i, 45) < 0.3""",
    "parts": f"SELECT id AS case_id, lead_path AS unit_path, {_SHARED} FROM drawn",
    "tellings": """
      SELECT made(s, i, CASE WHEN n = 0 THEN 'report' ELSE 'report' || n END) AS id, id AS case_id,
        source, kind,
        opened_at + INTERVAL 3 HOUR * n AS received_at, division, item,
        CASE WHEN n = 0 THEN 'opened' ELSE 'joined' END AS outcome,
        CASE WHEN n = 0 THEN 'first' ELSE 'further' END AS voice, _division, opened_at AS _opened
      FROM (SELECT *, unnest(range(voices)) AS n FROM drawn)""",
}
