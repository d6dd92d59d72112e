# SPDX-License-Identifier: Apache-2.0
"""The demo city: ninety days of work by everybody, all from one seed."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from shapely.geometry import Point

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseFilter
from tongguan.demo.api import DAYS, waters
from tongguan.dispatch import queries as work
from tongguan.kernel import clock
from tongguan.people import queries as people
from tongguan.people import testing
from tongguan.people.contracts import PLATFORM
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
