# SPDX-License-Identifier: Apache-2.0
"""A town's pipes are watched by their own model: a leak is placed, told once, cleared when it is mended."""

from datetime import timedelta

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from tongguan.alarms.models import Alarm, Line
from tongguan.industry.lifeline.testing import (
    DAYS,
    DURING,
    END,
    FLOW,
    GAUGES,
    LEAK,
    MENDED,
    looked,
    read_town,
    table,
)
from tongguan.kernel import clock
from tongguan.kernel.errors import NotFound
from tongguan.kernel.geometry import distance_m
from tongguan.leakage import queries
from tongguan.leakage.contracts import ENOUGH
from tongguan.leakage.models import LeakDay, LeakWatch
from tongguan.people.testing import cast, forget_caches
from tongguan.places.testing import square_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def pipes(db, tmp_path):
    """The town's network taken in, its gauges declared and read for a month; gives its file and the cast."""
    forget_caches()
    square_city()
    people = cast()
    with read_town(tmp_path) as path:
        yield path, people
    forget_caches()


def lines() -> list[tuple[str, str]]:
    return list(Line.objects.order_by("alarm__about", "no").values_list("alarm__about", "move"))


def test_a_leak_is_placed_told_once_and_cleared_when_it_is_mended(pipes, tmp_path, capsys):
    call_command("lifeline", "watch", "T1", str(pipes[0]), str(table(tmp_path)))
    assert "30 个节点" in capsys.readouterr().out
    looked(DURING)
    (alarm,) = Alarm.objects.all()
    (leak,) = queries.leaks("T1")
    truth = place_of(LEAK)
    assert float(distance_m(alarm.lon, alarm.lat, *truth)) <= 300
    assert abs(leak.flow - FLOW) < FLOW / 3
    assert (alarm.rule, alarm.grade, alarm.cleared_at) == ("water.leak", 3, None)
    assert f"节点 {leak.node} 附近疑似漏水" in alarm.words
    looked(END + timedelta(hours=2))
    (alarm,) = Alarm.objects.all()
    assert alarm.cleared_at is not None
    before = lines()
    # What is told follows from the days alone: heard again, it is told again and taken once.
    LeakDay.objects.filter(day__gte=(END - timedelta(days=4)).date()).delete()
    assert looked(END + timedelta(hours=2)) > 0
    assert lines() == before
    call_command("lifeline", "leaks", "T1")
    assert "不再漏" in capsys.readouterr().out


def place_of(node: str) -> tuple[float, float]:
    """Give where a node is."""
    lon, lat = LeakWatch.objects.get(code="T1").nodes[node]
    return lon, lat


def test_a_leak_tells_its_doubt_and_each_day_its_evidence(pipes, tmp_path):
    call_command("lifeline", "watch", "T1", str(pipes[0]), str(table(tmp_path)))
    looked(DURING)
    (leak,) = queries.leaks("T1")
    assert leak.alarm == Alarm.objects.get().pk
    assert leak.mass >= 0.8
    assert 0 <= leak.radius_m <= 600
    assert leak.others
    chances = [one.chance for one in leak.others]
    assert chances == sorted(chances, reverse=True)
    assert 0.01 <= chances[-1] <= sum(chances) <= 1
    assert LEAK in {leak.node, *(one.node for one in leak.others)}
    assert abs(leak.flows[-1][1] - FLOW) < FLOW / 3
    assert leak.flows[0][0] == leak.since
    course = queries.course("T1")
    # The week that teaches what is usual says nothing, nor is anything suspected before it leaks.
    wins = [one.wins if one else None for one in course.suspicions]
    assert wins[:7] == [None] * 7
    assert max(wins[7:14]) < ENOUGH <= max(wins[14:])
    assert course.days[wins.index(max(wins[14:]))] == leak.told_on
    assert [one.place for one in course.gauges] == [*GAUGES, "IN"]
    inflow = course.gauges[-1]
    assert abs(np.mean(inflow.off[15:]) - FLOW) < 2
    assert abs(np.mean(inflow.off[7:14])) < 2
    assert (inflow.unit, inflow.name) == ("m3/h", "进水")
    (watch,) = queries.watches()
    assert (watch.gauges["pressure"], watch.gauges["inflow"], watch.standing, watch.unread) == (8, 1, 1, 0)
    assert len(queries.course("T1", most=7).days) == 7


def test_a_day_that_nobody_read_is_left_out_and_ending_a_watch_clears_what_stands(pipes, tmp_path):
    call_command("lifeline", "watch", "T1", str(pipes[0]), str(table(tmp_path)))
    looked(DURING)
    assert Alarm.objects.get().cleared_at is None
    still = END - timedelta(days=DAYS - MENDED + 2)
    with clock.using(clock.ManualClock(still)):
        call_command("lifeline", "unwatch", "T1")
        assert Alarm.objects.get().cleared_at is not None
        call_command("lifeline", "watch", "T1", str(pipes[0]), str(table(tmp_path)))
    looked(still + timedelta(hours=2))
    assert [one.cleared_at is None for one in Alarm.objects.order_by("heard_at")] == [False, True]
    with clock.using(clock.ManualClock(still)):
        call_command("lifeline", "watch", "T1", str(pipes[0]), str(table(tmp_path)))
    assert not Alarm.objects.filter(cleared_at=None).exists()
    looked(END + timedelta(days=3))
    assert not Alarm.objects.filter(cleared_at=None).exists()
    unread = LeakDay.objects.filter(residual__isnull=True, day__gte=END.date() + timedelta(days=1))
    assert [one.day.day for one in unread] == [1, 2]


def test_only_ones_own_divisions_are_seen(pipes, tmp_path):
    call_command("lifeline", "watch", "T1", str(pipes[0]), str(table(tmp_path)))
    _, people = pipes
    assert [one.code for one in queries.watches(people.duty_chief)] == ["T1"]
    assert queries.leaks("T1", people.duty_chief) == []
    assert [one.code for one in queries.watches(people.department)] == ["T1"]
    assert queries.watches(people.outsider) == queries.watches(people.collector) == []
    with pytest.raises(NotFound):
        queries.leaks("T1", people.outsider)
    with pytest.raises(NotFound):
        queries.course("T1", people.collector)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("压力,J9_9,P-J0_1/water.water_pressure", "gauges[0].place"),
        ("压力,J0_1,P-没有/water.water_pressure", "gauges[0].stream"),
        ("压力,J0_1,F-1/water.water_flow", "gauges[0].stream"),
        ("水位,J0_1,P-J0_1/water.water_pressure", "gauges[0].kind"),
        ("压力,J0_1,P-J0_1/water.water_pressure", "gauges"),
    ],
)
def test_what_is_wrong_with_a_gauge_is_named(pipes, tmp_path, row, field):
    with pytest.raises(CommandError, match=field.replace("[", r"\[").replace("]", r"\]")):
        call_command("lifeline", "watch", "T1", str(pipes[0]), str(table(tmp_path, row)))
    assert not LeakWatch.objects.exists()


def test_a_model_that_is_not_the_networks_own_is_refused(pipes, tmp_path):
    other = tmp_path / "other.inp"
    other.write_text(pipes[0].read_text() + "\n; changed\n")
    with pytest.raises(CommandError, match="不是由这份文件导入的"):
        call_command("lifeline", "watch", "T1", str(other), str(table(tmp_path)))
