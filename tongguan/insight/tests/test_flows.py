# SPDX-License-Identifier: Apache-2.0
"""Where matters get stuck, read from a small real book: states, heat, orders, variants, hand-overs."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.casebook.testing import write_book
from tongguan.insight import asking, queries
from tongguan.insight.contracts import Rows
from tongguan.kernel.errors import Forbidden, Invalid
from tongguan.people.contracts import PLATFORM

BEGAN = datetime(2026, 8, 3, 1, tzinfo=UTC)
AT = [BEGAN + timedelta(hours=n) for n in range(60)]


def lines(case, *states, returns=()):
    """One line an hour; ``returns`` are the numbers of lines that the process counts as returns."""
    rows = []
    for no, (frm, to) in enumerate(pairwise(("", *states)), 1):
        counts = ["returns"] if no in returns else []
        rows.append(
            {"case_id": case, "no": no, "at": AT[no - 1], "move": "m", "frm": frm, "to": to,
             "stage": "handle" if to == "handling" else "dispatch", "final": to == "closed", "counts": counts}
        )  # fmt: skip
    return rows


def order(case, unit, begin, *, state="ended", **marks):
    found = {name: AT[begin + hours] for name, hours in marks.items()}
    return {"case_id": case, "unit": unit, "unit_path": "", "role": "lead", "state": state,
            "dispatched_at": AT[begin], **found}  # fmt: skip


@pytest.fixture
def book(home, town):
    own, other = town.unit("N-SZ"), town.unit("N-HW")
    same = {"opened_at": BEGAN, "final": True, "state": "closed"}
    cases = [
        {"id": "straight", "lead_unit": own.id, "closed_at": AT[3], "number": "1", **same},
        {"id": "again", "lead_unit": own.id, "closed_at": AT[3], "number": "2", **same},
        {"id": "played", "lead_unit": own.id, "closed_at": AT[7], "number": "3", "reworks": 1, **same},
        {"id": "south", "lead_unit": town.unit("S-SZ").id, "closed_at": AT[3], "number": "4", **same,
         "division": "990102001001"},
        {"id": "open", "lead_unit": own.id, "opened_at": BEGAN, "final": False, "state": "handling",
         "stage": "handle", "number": "5"},
    ]  # fmt: skip
    plain = ("pending_dispatch", "handling", "pending_check", "closed")
    told = [row for case in ("straight", "again", "south") for row in lines(case, *plain)]
    told += lines(
        "played", "pending_dispatch", "handling", "returned", "handling", "returned", "handling",
        "pending_check", "closed", returns=(3, 5),
    )  # fmt: skip
    told += lines("open", "pending_dispatch", "handling")
    orders = [
        order("played", own.id, 1, state="returned", ended_at=1),
        order("played", other.id, 3, state="returned", ended_at=1),
        order("played", own.id, 5, signed_at=1, assigned_at=2, submitted_at=6, confirmed_at=7, ended_at=9),
    ]
    clocks = [
        {"case_id": case, "stage": "handle", "started_at": AT[1], "stopped_at": AT[end], "due_at": AT[4],
         "limit_value": 4, "limit_unit": "work_hour", "worked_minutes": 60.0 * (end - 1)}
        for case, end in (("straight", 2), ("again", 2), ("played", 6), ("south", 2))
    ]  # fmt: skip
    clocks.append(
        {"case_id": "open", "stage": "handle", "started_at": AT[1], "due_at": AT[4], "limit_value": 4,
         "limit_unit": "work_hour"}
    )  # fmt: skip
    answers = [{"case_id": "straight", "at": AT[9], "satisfied": "satisfied"},
               {"case_id": "played", "at": AT[9], "satisfied": "unsatisfied"}]  # fmt: skip
    units = [{"id": one.id, "name": one.name, "path": one.path, "kind": one.kind} for one in (own, other)]
    write_book(
        home, cases, lines=told, orders=orders, clocks=clocks, answers=answers, units=units, read_at=AT[20]
    )
    return queries.slice_of(BEGAN - timedelta(days=1), AT[40])


def test_states_are_counted_timed_and_stood_in(book, town):
    found = queries.state_map(PLATFORM, book)
    states = {one.state: one for one in found.nodes}
    assert found.basis.cases == 5
    assert states["handling"].name == "处置中"
    assert (states["handling"].entered, states["handling"].standing) == (7, 1)
    assert states["handling"].stay.p50 == 60
    assert {(one.frm, one.to): (one.count, one.back) for one in found.links}["handling", "returned"] == (
        2,
        True,
    )


def test_the_heat_names_who_holds_time_and_who_is_late(book, town):
    found = queries.heat(PLATFORM, book, Rows.UNIT)
    own = str(town.unit("N-SZ").id)
    cell = next(one for one in found.cells if one.key == own)
    assert dict(found.rows)[own] == "江北区市政所"
    assert dict(found.stages)["handle"] == "处置"
    assert (cell.count, cell.running, cell.limited, cell.late) == (4, 1, 4, 0.5)
    assert cell.worked.p50 == 60
    slow = queries.slow_cases(PLATFORM, book, Rows.UNIT, "handle", own)
    assert [(one.number, one.running, one.late) for one in slow[:2]] == [
        ("5", True, True),
        ("3", False, True),
    ]


def test_the_parts_of_an_order_tell_waiting_from_working(book, town):
    found = {one.name: one for one in queries.unit_times(PLATFORM, book)}
    own = found["江北区市政所"]
    assert (own.orders, own.returned) == (2, 1)
    assert own.sign + own.assign + own.work + own.confirm + own.rest == pytest.approx(own.whole)
    assert (own.assign, own.work) == (30, 120)
    assert own.waiting == pytest.approx((own.sign + own.assign) / own.whole)


def test_variants_say_what_came_of_each_way(book, town):
    found = queries.variants(PLATFORM, book)
    assert (found.kinds, found.covered) == (2, 1.0)
    straight, played = found.variants
    assert (straight.cases, straight.in_time, straight.satisfied, straight.reworked) == (3, 1.0, 1.0, 0.0)
    assert (played.cases, played.in_time, played.satisfied, played.reworked) == (1, 0.0, 0.0, 1.0)
    assert straight.names[0] == "待派遣"


def test_hand_overs_and_playing_to_and_fro(book, town):
    found = queries.hand_overs(PLATFORM, book)
    assert [(one.frm_name, one.to_name, one.count, one.returned) for one in found.links] == [
        ("江北区市政所", "江北区环卫所", 1, 1), ("江北区环卫所", "江北区市政所", 1, 1),
    ]  # fmt: skip
    assert [one.cases for one in found.pairs] == [1]


def test_everybody_sees_the_own_scope(book, town):
    assert queries.state_map(town.city_chief, book).basis.cases == 5
    assert queries.state_map(town.duty_chief, book).basis.cases == 4
    assert queries.state_map(town.outsider, book).basis.cases == 1
    for role in ("citizen", "handler", "collector", "sysadmin"):
        with pytest.raises(Forbidden):
            queries.state_map(town.actor(role), book)


def test_narrowing_and_wrong_periods(book, town):
    one = queries.slice_of(BEGAN - timedelta(days=1), AT[40], division="990102")
    assert queries.heat(PLATFORM, one).basis.cases == 1
    with pytest.raises(Invalid):
        queries.slice_of(AT[3], AT[2])


@pytest.mark.parametrize("question", ["state_map", "unit_times", "variants", "hand_overs"])
def test_what_nothing_narrows_is_what_a_narrowing_to_all_gives(book, question):
    ask = getattr(queries, question)
    city = queries.slice_of(BEGAN - timedelta(days=1), AT[40], division="9901")
    assert asking.of_all(asking.LINKS, asking.narrowed(city)) == asking.LINKS
    assert ask(PLATFORM, city) == ask(PLATFORM, book)


MARK = st.none() | st.integers(-50, 400)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(marks=st.lists(st.tuples(MARK, MARK, MARK, MARK, MARK), min_size=1, max_size=8))
def test_the_parts_of_an_order_add_up_to_the_whole_whatever_is_missing_or_out_of_order(marks):
    names = ("signed_at", "assigned_at", "submitted_at", "confirmed_at", "ended_at")
    begin = datetime(2026, 8, 3, 1)  # noqa: DTZ001 - the book's times have no zone
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE told (dispatched_at TIMESTAMP, {', '.join(f'{name} TIMESTAMP' for name in names)})"
        )
        for row in marks:
            times = [None if one is None else begin + timedelta(minutes=one) for one in row]
            connection.execute("INSERT INTO told VALUES (?, ?, ?, ?, ?, ?)", [begin, *times])
        sql = f"SELECT t0, t1, t2, t3, t4, t5 FROM ({asking.parts_of('told')})"
        for row in connection.execute(sql, {"now": begin + timedelta(minutes=300)}).fetchall():
            assert list(row) == sorted(row)
            assert row[0] == begin
