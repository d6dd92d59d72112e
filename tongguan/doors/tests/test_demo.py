# SPDX-License-Identifier: Apache-2.0
"""The demo city: ninety days of work by everybody, all from one seed."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from shapely.geometry import Point

from tongguan.analysis import queries as analysis
from tongguan.analysis.contracts import Question
from tongguan.casebook.testing import taken
from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseFilter
from tongguan.demo.api import DAYS, count_on, read_past, waters
from tongguan.dispatch import queries as work
from tongguan.foresight import queries as foresight
from tongguan.kernel import clock
from tongguan.leakage import queries as watches
from tongguan.leakage.api import look
from tongguan.leakage.contracts import LOCAL
from tongguan.people import queries as people
from tongguan.people import testing
from tongguan.people.contracts import PLATFORM
from tongguan.sensing.testing import owned
from tongguan.things import queries as things

pytestmark = pytest.mark.django_db
CASES = 24


#: 周三凌晨三点：仍有人在处置。
NIGHT = datetime(2026, 5, 19, 19, tzinfo=UTC)


def test_a_city_of_ninety_days_lives(settings):
    said = StringIO()
    with clock.using(clock.ManualClock(NIGHT)):
        call_command("seed_demo", cases=CASES, stdout=said)
        _lives(settings, said, NIGHT)
        _counts()
        _judged()
        _leaks(NIGHT)


def _leaks(now):
    """Of the watched network one leak is mended, two stand, all are alarms; its gauges' past comes once."""
    (watch,) = watches.watches(PLATFORM)
    yesterday = now.astimezone(LOCAL).date() - timedelta(days=1)
    assert (watch.days, watch.newest, watch.standing, watch.unread) == (40, yesterday, 2, 0)
    gone, growing, steady = watches.leaks(watch.code)
    assert (gone.ended, growing.growing, steady.ended) == (yesterday - timedelta(days=7), True, None)
    assert all(one.mass >= 0.8 and one.alarm for one in (gone, growing, steady))
    with owned():
        assert read_past() == 40 * 24 * sum(watch.gauges.values())
        assert read_past() == 0
        # Nobody reads the gauges on: the days that follow are told as not read, and need no model.
        with clock.using(clock.ManualClock(now + timedelta(days=2))):
            assert look() == 2
    (later,) = watches.watches(PLATFORM)
    assert (later.unread, later.standing) == (2, 2)


def _counts():
    """People and cars are counted from the past on, each quarter once, and all of them are forecast."""
    with owned():
        assert count_on(back=2 * 86_400_000) == 12 * 2 * 96
        assert count_on() == 0
    chosen = foresight.choices(PLATFORM)
    assert ([one.streams for one in chosen.rows], chosen.taken) == ([2, 2, 4, 4], 12)


def _judged():
    """What was closed says whether it was late: the explorer finds limits in a living city's book."""
    taken()
    until = NIGHT.date() + timedelta(days=1)
    asked = Question(measure="late", since=until - timedelta(days=DAYS), until=until)
    late = analysis.cube(PLATFORM, asked).total
    closed = analysis.cube(PLATFORM, replace(asked, measure="closed")).total
    assert CASES // 3 <= late.count <= closed.count
    assert 0 <= late.value < 100


def _lives(settings, said, now):
    rows = cases.cases(PLATFORM, CaseFilter(), limit=200).rows
    assert len(rows) == CASES
    assert all(now - timedelta(days=DAYS) <= row.opened_at <= now for row in rows)
    assert min(row.opened_at for row in rows) < now - timedelta(days=DAYS // 2)
    # Movement: work of several stages and closed cases, each with its place, item and orders.
    states = Counter(row.state for row in rows)
    assert states["closed"] >= CASES // 3
    assert len(states) >= 3
    assert all(row.grid and row.division and row.lon is not None for row in rows)
    handling = [row for row in rows if row.state == "handling"]
    at_work = {order.handler_id for row in handling for order in work.work_orders(PLATFORM, row.id)}
    assert at_work - {None}
    water = waters()
    assert not any(water.contains(Point(row.lon, row.lat)) for row in rows)
    spots = things.visible(PLATFORM).values_list("lon", "lat")
    assert len(spots) == 4_000
    assert not any(water.contains(Point(*spot)) for spot in spots)
    closed = [row for row in rows if row.state == "closed"]
    for row in closed[:5]:
        lines = cases.timeline(PLATFORM, row.id)
        moves = [line.move for line in lines]
        assert moves[0] == "report"
        assert moves[-1] == "close"
        assert {"accept", "register", "dispatch", "assign", "submit", "dept_confirm", "check_pass"} <= set(
            moves
        )
        assert [line.at for line in lines] == sorted(line.at for line in lines)
        assert lines[-1].at <= now
        assert {line.post for line in lines} >= {
            "acceptor",
            "dispatcher",
            "department",
            "handler",
            "collector",
        }
        orders = work.work_orders(PLATFORM, row.id)
        assert {order.state for order in orders} <= {"confirmed", "returned"}
        assert [order.role for order in orders if order.state == "confirmed"].count("lead") == 1
    # What was written holds, and the log-ins that are shown open the door.
    call_command("audit", "verify", stdout=StringIO())
    logins = (settings.HOME / "demo-logins.txt").read_text(encoding="utf-8").splitlines()
    password = logins[-1].split()[-1]
    for line in logins[:-1]:
        name = line.split()[0]
        assert testing.user(people.user_named(name).id).check_password(password)
    assert f"案件 {CASES}" in said.getvalue()
    with pytest.raises(CommandError, match="已有案件"):
        call_command("seed_demo", cases=1, stdout=StringIO())
