# SPDX-License-Identifier: Apache-2.0
"""Random small books: a few cases with clocks, orders, lines, answers and tellings around a month's edges."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

START = datetime(2026, 4, 28, tzinfo=UTC)
HOURS = 24 * 40
at = st.integers(0, HOURS).map(lambda hours: START + timedelta(hours=hours))
maybe = st.none() | at
STAGES = ("accept", "verify", "register", "dispatch", "handle", "check")
COUNTERS = ("reworks", "extensions", "suspensions")
DIVISIONS = ("990101001001", "990101002001", "990102001001", "990102")


def _clock(draw, case):
    return {
        "case_id": case, "order_id": draw(st.sampled_from((None, None, UUID(int=99)))),
        "stage": draw(st.sampled_from(STAGES)), "started_at": draw(at), "stopped_at": draw(maybe),
        "due_at": draw(maybe),
    }  # fmt: skip


def _order(draw, case):
    state, done = draw(st.sampled_from(("confirmed", "returned", "handling", "withdrawn"))), draw(at)
    return {
        "case_id": case, "unit": draw(st.sampled_from((7, 8))), "role": draw(st.sampled_from(("lead", "co"))),
        "state": state, "dispatched_at": draw(at), "due_at": draw(maybe),
        "confirmed_at": done if state == "confirmed" else None,
        "ended_at": done if state != "handling" else None,
    }  # fmt: skip


def _telling(draw, cases):
    return {
        "case_id": draw(st.sampled_from([None, *(one["id"] for one in cases)])), "received_at": draw(at),
        "division": draw(st.sampled_from(DIVISIONS)), "kind": draw(st.sampled_from(("complaint", "consult"))),
        "source": draw(st.sampled_from(("hotline", "grid"))),
    }  # fmt: skip


@st.composite
def books(draw):
    """Give table → rows; ids are small and stable, moments lie some days around May 2026."""
    cases, clocks, orders, lines, answers = [], [], [], [], []
    moments = iter(range(10_000))
    for n in range(draw(st.integers(1, 9))):
        case = UUID(int=n + 1)
        state = draw(st.sampled_from(("closed", "forced_close", "voided", "not_accepted", "handling")))
        cases.append(
            {
                "id": case, "number": f"N{n}", "division": draw(st.sampled_from(DIVISIONS)), "state": state,
                "kind": draw(st.sampled_from(("complaint", "consult", "help"))), "opened_at": draw(at),
                "filed_at": draw(maybe), "closed_at": None if state == "handling" else draw(at),
                "due_at": draw(maybe), "lead_unit": draw(st.sampled_from((None, 7, 8))),
                "excused": draw(st.booleans()), "urgency": draw(st.sampled_from(("normal", "urgent"))),
                "item": "01003", "final": state != "handling",
            }
        )  # fmt: skip
        clocks += [_clock(draw, case) for _ in range(draw(st.integers(0, 4)))]
        orders += [_order(draw, case) for _ in range(draw(st.integers(0, 2)))]
        for no in range(draw(st.integers(0, 3))):
            counts = draw(st.lists(st.sampled_from(COUNTERS), max_size=2, unique=True))
            lines.append({"case_id": case, "no": no + 1, "at": draw(at), "move": "x", "counts": counts})
        for _ in range(draw(st.integers(0, 2))):
            when = draw(at) + timedelta(seconds=next(moments))
            answers.append(
                {
                    "case_id": case, "at": when, "responded": draw(st.booleans()),
                    "solved": draw(st.booleans()),
                    "satisfied": draw(st.sampled_from(("satisfied", "mostly", "unsatisfied"))),
                }
            )  # fmt: skip
    return {
        "cases": cases, "clocks": clocks, "orders": orders, "lines": lines, "answers": answers,
        "tellings": [_telling(draw, cases) for _ in range(draw(st.integers(0, 5)))],
    }  # fmt: skip
