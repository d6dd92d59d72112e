# SPDX-License-Identifier: Apache-2.0
"""Several ``tongguan readings_worker`` share the streams: new ones are let in, rules go on, alarms stay one.

A NATS server of its own, PostgreSQL, and the real command: what one worker commits the others must see.
"""

import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from django.db import connection, transaction

from tongguan.alarms.models import Alarm, Line
from tongguan.kernel.errors import Unavailable
from tongguan.kernel.frames import Frame
from tongguan.kernel.testing import free_port, until
from tongguan.places.testing import square_city
from tongguan.sensing import api, queries
from tongguan.sensing.testing import let_go
from tongguan.sensors import queries as sensors
from tongguan.sensors.testing import declare
from tongguan.sensors.testing import told as sensor
from tongguan.series.api import part_of
from tongguan.series.testing import rows
from tongguan.watch.contracts import Group, Scope
from tongguan.watch.testing import GAS, in_force, methane, own, wells

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("nats-server") is None, reason="no nats-server to start"),
]
ROOT, PARTS, MINUTE = Path(__file__).resolve().parents[3], 4, 60_000


def told(ask):
    """Give an answer of the owners, nothing while a part has none."""
    try:
        return ask()
    except Unavailable:
        return None


@pytest.fixture
def bus(tmp_path):
    """A NATS server of this story alone, with its streams in a folder."""
    port = free_port()
    command = ["nats-server", "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(tmp_path / "bus")]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield f"nats://127.0.0.1:{port}"
    server.terminate()
    server.wait(240)


@pytest.fixture
def crew(tmp_path, bus, settings):
    """Starts workers on the test's database; ends them and what this process holds of them."""
    settings.HOME, settings.READINGS_PARTS, settings.NATS_URL = tmp_path, PARTS, bus
    database = connection.settings_dict
    address = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = os.environ | {
        "TONGGUAN_HOME": str(tmp_path),
        "TONGGUAN_DATABASE_URL": f"postgresql://{database['USER']}:{database['PASSWORD']}@{address}",
        "TONGGUAN_NATS_URL": bus,
        "TONGGUAN_READINGS_PARTS": str(PARTS),
    }
    begun = []

    def start(count):
        command = [sys.executable, "-m", "tongguan", "readings_worker"]
        fresh = []
        for _ in range(count):
            with (tmp_path / f"worker-{len(begun)}.log").open("wb") as log:
                begun.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log))
            fresh.append(begun[-1])
        return fresh

    yield start
    for one in begun:
        with suppress(ProcessLookupError):
            one.terminate()
    for one in begun:
        with suppress(subprocess.TimeoutExpired):
            one.wait(240)
        one.kill()
        one.wait()
    let_go()


def now_ms():
    return round(time.time() * 1000)


def made(number):
    """Declare a manhole with its methane sensor; give the number of its stream."""
    thing = f"N-{number}"
    declare(sensor(number, thing=thing, thing_name=f"新{number}号井"))
    return sensors.datastreams_by_key([(thing, GAS)])[thing, GAS].id


def waiting(stream):
    """Tell whether readings of a stream wait aside."""
    return stream in {row.stream for row in told(queries.aside) or ()}


def kept(streams):
    """Give the newest reading of each stream, nothing while a part has no owner."""
    found = told(lambda: queries.latest(streams))
    return rows(found) if found is not None else []


def test_readings_of_a_stream_made_in_a_transaction_are_let_in_whoever_owns_its_part(crew):
    square_city()
    crew(2)
    until(lambda: told(queries.condition))
    begin, wanted = now_ms(), []
    for number in range(8):
        with transaction.atomic():
            stream = made(number)
            api.take_within(Frame.of([stream], [begin + number], [float(number)]))
            if number % 2:  # The worker judges it before the commit; the others it may meet at any moment.
                until(lambda mine=stream: waiting(mine))
        wanted.append((stream, begin + number, float(number), 0))
    until(lambda: kept([stream for stream, *_ in wanted]) == wanted)


def test_a_stream_whose_part_has_no_owner_at_the_commit_is_let_in_by_the_next_one(crew):
    square_city()
    (first,) = crew(1)
    until(lambda: told(queries.condition))
    at = now_ms()
    with transaction.atomic():
        stream = made(1)
        api.take_within(Frame.of([stream], [at], [7.0]))
        until(lambda: waiting(stream))
        first.kill()
        first.wait(240)
    assert kept([stream]) == []
    crew(1)
    until(lambda: kept([stream]) == [(stream, at, 7.0, 0)])


def test_rules_go_on_with_another_worker_and_no_alarm_is_raised_twice(crew):
    square_city()
    streams = wells(12)
    in_force(methane())
    started = crew(3)
    until(lambda: told(queries.condition))
    begin = now_ms() - 60 * MINUTE

    def send(minutes, value):
        for minute in minutes:
            api.take(Frame.of(streams, [begin + minute * MINUTE] * 12, [value] * 12))

    send(range(5), 5.0)
    send(range(5, 10), 60.0)
    until(lambda: Alarm.objects.filter(grade=4).count() == 12)
    started[0].kill()
    send(range(10, 20), 60.0)
    last = [(stream, begin + 19 * MINUTE, 60.0, 0) for stream in streams]
    until(lambda: [row[:3] for row in kept(streams)] == [row[:3] for row in last])
    send(range(20, 30), 1.0)
    until(lambda: Alarm.objects.filter(cleared_at=None).count() == 0)
    assert Alarm.objects.count() == Line.objects.filter(move="raise").count() == 12


def test_a_balance_over_meters_of_several_parts_is_judged_once_and_goes_on_after_a_kill(crew):
    square_city()
    flows = wells(6, observed="water.water_flow")
    assert len(set(part_of(np.array(flows), PARTS).tolist())) > 1
    keys = tuple(f"W-{n}/water.water_flow" for n in range(1, 7))
    limits = {"every": own(60.0), "stale": own(600.0), "red": own(20.0)}
    scope = Scope(by="group", groups=(Group("一区", keys, (1, -1, -1, -1, -1, -1)),))
    started = crew(2)
    until(lambda: told(queries.condition))
    in_force(methane(code="water.balance", detector="balance", settings=limits, scope=scope))
    begin, minutes = now_ms() - 120 * MINUTE, iter(range(120))

    def passing(inflow, seconds=1.0):
        minute = next(minutes)
        api.take(Frame.of(flows, [begin + minute * MINUTE] * 6, [inflow] + [10.0] * 5))
        time.sleep(seconds)

    def grades():
        return [(one.about, one.grade, one.cleared_at is None) for one in Alarm.objects.all()]

    def steady(inflow, wanted):
        """Let minutes pass until it is told: when the rule is met with is the workers' matter."""
        while grades() != wanted:
            passing(inflow)

    passing(50.0)
    steady(90.0, [("group:一区", 4, True)])
    for one in started:
        one.kill()
        one.wait(240)
    passing(90.0, 0)
    crew(2)
    steady(50.0, [("group:一区", 4, False)])
    assert Line.objects.filter(move="raise").count() == 1
