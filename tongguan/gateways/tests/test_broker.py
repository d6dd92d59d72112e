# SPDX-License-Identifier: Apache-2.0
"""A seat at work with real brokers: durable before acknowledged, through restarts, trouble and kills."""

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import paho.mqtt.client as paho
import pytest

from tongguan.gateways.connection import Connection, Refused, Where
from tongguan.gateways.embedded import Embedded
from tongguan.gateways.flood import Buckets
from tongguan.gateways.resolving import Resolver
from tongguan.gateways.running import Runner
from tongguan.gateways.spi import decoders
from tongguan.gateways.taking import Gate, Taken
from tongguan.gateways.testing import Device, Mosquitto, Shelf
from tongguan.kernel.testing import free_port, until

ROOT = Path(__file__).resolve().parents[3]
DECLARED = {"topic": "tg/+/{thing}/{property}", "value": "v", "time": "t"}
KNOWN = {(f"d{n}", "p"): (n, "") for n in range(10)}


class Notebook:
    """What a seat wrote: its sums, whether it stands."""

    def __init__(self):
        self.sum, self.states, self.kept = Taken(), [], []

    def keep(self, taken):
        self.kept += taken.kept

    def tell(self, taken, _seconds, _lag_ms):
        self.sum.messages += taken.messages

    def connected(self):
        self.states.append("connected")

    def failing(self, _error):
        self.states.append("failing")


def seat(shelf, where):
    reader = decoders.get("json").reader(DECLARED)
    gate = Gate(reader, shelf, Resolver(shelf, ""), Buckets(1e5, 100_000))
    notebook = Notebook()
    return Runner("test", lambda: where, gate, shelf.take, notebook, size=500, linger_ms=20), notebook


def told(run, first, count):
    return [
        (f"tg/{run}/d{n % 10}/p", json.dumps({"v": n, "t": 1_790_000_000_000 + n}).encode())
        for n in range(first, first + count)
    ]


def said(messages):
    """What the store must hold once of messages that were acknowledged."""
    found = []
    for topic, body in messages:
        value = json.loads(body)
        found.append((int(topic.split("/")[2][1:]), value["t"], float(value["v"]), 0))
    return sorted(found)


@pytest.fixture
def mosquitto(tmp_path):
    broker = Mosquitto(tmp_path / "broker")
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def devices():
    """Give a maker of devices that are gone after the test."""
    made = []

    def make(port, client):
        made.append(Device(port, client))
        return made[-1]

    yield make
    for device in made:
        device.close()


@pytest.mark.mosquitto
def test_devices_of_a_public_client_reach_the_store_through_the_citys_broker(tmp_path):
    run = uuid.uuid4().hex
    shelf = Shelf(tmp_path / "store", KNOWN)
    where = Where(host="127.0.0.1", port=1883, client=f"tg-{run}", topics=(f"tg/{run}/#",), session=0)
    runner, notebook = seat(shelf, where)
    runner.start()
    until(lambda: notebook.states == ["connected"])
    device = paho.Client(paho.CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
    device.connect("127.0.0.1", 1883)
    device.loop_start()
    sent = [device.publish(topic, body, qos=1) for topic, body in told(run, 0, 200)]
    device.publish(f"tg/{run}/d1/p", b"{", qos=1).wait_for_publish(10)
    for one in sent:
        one.wait_for_publish(10)
    device.disconnect()
    device.loop_stop()
    until(lambda: len(shelf.rows()) == 200 and notebook.kept)
    runner.stop()
    runner.join(240)
    assert shelf.rows() == said(told(run, 0, 200))
    assert [fault.field for _, fault in notebook.kept] == ["body"]
    assert notebook.sum.messages == 201


@pytest.mark.mosquitto
def test_nothing_is_acknowledged_before_it_is_durable_and_a_restarted_broker_sends_it_again(
    tmp_path, mosquitto, devices, caplog
):
    shelf = Shelf(tmp_path / "store", KNOWN)
    where = Where(host="127.0.0.1", port=mosquitto.port, client="gateway", topics=("tg/#",))
    runner, notebook = seat(shelf, where)
    runner.start()
    until(lambda: notebook.states == ["connected"])
    device = devices(mosquitto.port, "d")
    device.send(told("a", 0, 100))
    until(lambda: len(shelf.rows()) == 100)
    shelf.broken.set()
    device.send(told("a", 100, 300))
    until(lambda: "failing" in notebook.states)
    mosquitto.stop()
    assert len(shelf.rows()) == 100
    shelf.broken.clear()
    mosquitto.start()
    until(lambda: len(shelf.rows()) == 400)
    devices(mosquitto.port, "other").send(told("a", 400, 50))
    until(lambda: len(shelf.rows()) == 450)
    runner.stop()
    runner.join(240)
    assert shelf.rows() == said(told("a", 0, 450))
    assert len([r for r in caplog.records if "nothing is acknowledged" in r.message]) == 1


@pytest.mark.mosquitto
def test_a_broker_that_is_away_is_told_once_and_found_again(tmp_path, mosquitto, caplog):
    shelf = Shelf(tmp_path / "store", KNOWN)
    mosquitto.stop()
    runner, notebook = seat(shelf, Where(host="127.0.0.1", port=mosquitto.port, client="g", topics=("tg/#",)))
    runner.start()
    until(lambda: notebook.states.count("failing") >= 2)
    mosquitto.start()
    until(lambda: notebook.states[-1] == "connected")
    runner.stop()
    runner.join(240)
    assert len([r for r in caplog.records if r.levelname == "ERROR"]) == 1
    assert len([r for r in caplog.records if "connected again" in r.message]) == 1


@pytest.mark.mosquitto
def test_a_broker_that_refuses_a_sign_in_says_which_field_to_look_at(tmp_path):
    broker = Mosquitto(tmp_path / "closed")
    path = tmp_path / "closed" / "mosquitto.conf"
    path.write_text(path.read_text().replace("allow_anonymous true", "allow_anonymous false"))
    broker.start()
    try:
        with pytest.raises(Refused) as refused:
            Connection(Where(host="127.0.0.1", port=broker.port, client="g", topics=("a",)))
    finally:
        broker.stop()
    assert refused.value.field == "user"


def test_the_embedded_broker_takes_a_device_without_anything_installed(tmp_path):
    embedded = Embedded(free_port())
    assert embedded.start()
    shelf = Shelf(tmp_path / "store", KNOWN)
    where = Where(host="127.0.0.1", port=embedded.port, client="g", topics=("tg/#",), version=4, session=0)
    runner, notebook = seat(shelf, where)
    try:
        runner.start()
        until(lambda: notebook.states == ["connected"])
        device = paho.Client(paho.CallbackAPIVersion.VERSION2)
        device.connect("127.0.0.1", embedded.port)
        device.loop_start()
        for topic, body in told("e", 0, 30):
            device.publish(topic, body, qos=1).wait_for_publish(10)
        device.disconnect()
        device.loop_stop()
        until(lambda: len(shelf.rows()) == 30)
    finally:
        runner.stop()
        runner.join(240)
        embedded.stop()
    assert shelf.rows() == said(told("e", 0, 30))


#: Only the rooms that a gateway needs: a process begins in a second instead of six.
LIGHT = """
import sys, threading
from tongguan.config import settings
settings.INSTALLED_APPS = [
    *map("tongguan.{}".format, "runtime vault people places catalog things sensors sensing gateways".split()),
    "django.contrib.auth", "django.contrib.contenttypes",
]
import django
django.setup()
from django.core.management import call_command
"""
MEMBER = """
from tongguan.channels.mqtt.decode import DECODERS
from tongguan.gateways.spi import decoders
from tongguan.gateways.team import Team
from tongguan.gateways.testing import Shelf
decoders.register("json", DECODERS["json"])
known = {(f"d{n}", "p"): (n, "") for n in range(10)}
Team(Shelf(sys.argv[1], known), lease=1.5).run(threading.Event())
"""
PREPARE = """
from tongguan.gateways.models import Broker, Seat
call_command("migrate", "gateways", verbosity=0)
row = Broker.objects.create(
    name="city", host="127.0.0.1", port=int(sys.argv[1]), topics=["tg/#"], share="gateways", seats=2,
    payload="json", declaration={"topic": "tg/+/{thing}/{property}", "value": "v", "time": "t"},
    division="99", size=200, linger_ms=20, flood_rate=1e6, flood_burst=1_000_000, keep=100,
)
Seat.objects.bulk_create(Seat(broker=row, number=n) for n in range(2))
"""
SEATS = "SELECT count(DISTINCT holder) FROM gateways_seat WHERE connected_at IS NOT NULL AND holder <> ''"


@pytest.mark.mosquitto
def test_one_of_two_gateways_is_killed_and_every_acknowledged_message_is_in_the_store_once(
    tmp_path, mosquitto, devices
):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tongguan.config.settings",
        "PYTHONWARNINGS": "ignore",
        "TONGGUAN_HOME": str(tmp_path / "home"),
        "TONGGUAN_DATABASE_URL": "",
    }
    command = [sys.executable, "-c", LIGHT + PREPARE, str(mosquitto.port)]
    subprocess.run(command, env=environment, cwd=ROOT, check=True, timeout=240)
    shelf = Shelf(tmp_path / "store", KNOWN)
    registry = Shelf(tmp_path / "home" / "tongguan.sqlite3")
    members = [
        subprocess.Popen([sys.executable, "-c", LIGHT + MEMBER, str(shelf.path)], env=environment, cwd=ROOT)
        for _ in range(2)
    ]
    try:
        until(lambda: registry._open().execute(SEATS).fetchone() == (2,), 90)
        device = devices(mosquitto.port, "d")
        device.send(told("k", 0, 2_000))
        members[0].send_signal(signal.SIGKILL)
        device.send(told("k", 2_000, 3_000))
        members[0].wait(240)
        until(lambda: len(shelf.rows()) == 5_000, 60)
    finally:
        for member in members:
            member.kill()
            member.wait(240)
    assert len(device.acknowledged) == 5_000
    assert shelf.rows() == said(device.acknowledged)
