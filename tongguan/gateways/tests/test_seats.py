# SPDX-License-Identifier: Apache-2.0
"""Brokers are declared, their seats shared among gateways; what was not understood is read again."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tongguan.gateways import api, checks, credentials, jobs, queries
from tongguan.gateways.contracts import BrokerIn, Fault, Message
from tongguan.gateways.embedded import Embedded
from tongguan.gateways.ledger import SeatLedger
from tongguan.gateways.models import Broker, Gateway, Kept, Note, Seat
from tongguan.gateways.taking import Noted, Taken
from tongguan.gateways.team import Team, where_of
from tongguan.gateways.testing import Shelf
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.kernel.testing import free_port
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast, forget_caches
from tongguan.places.testing import square_city
from tongguan.runtime.testing import audited
from tongguan.vault import api as vault

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 20, 8, tzinfo=UTC)
DECLARED = {"topic": "d/{thing}/{property}", "value": "v", "time": "t"}
GAS = BrokerIn(
    name="gas",
    host="mqtt.jiangzhou",
    division="9901",
    topics=("d/#",),
    payload="json",
    declaration=DECLARED,
    user="tongguan",
    share="gateways",
    seats=3,
)


class Sleeper:
    """A seat's thread that only says whether it was started and stopped."""

    def __init__(self, broker):
        self.broker, self.alive = broker, False

    def start(self):
        self.alive = True

    def stop(self):
        self.alive = False

    def join(self, _timeout=None):
        assert not self.alive

    def is_alive(self):
        return self.alive


@pytest.fixture
def city():
    forget_caches()
    square_city()
    return cast()


@pytest.fixture
def gas(city):
    api.keep(PLATFORM, GAS, "geheim-2026")
    return Broker.objects.get()


@pytest.fixture
def manual():
    with clock.using(clock.ManualClock(START)) as manual:
        yield manual


def team(tmp_path, name):
    return Team(
        Shelf(tmp_path / "store"), name, lease=30, runner=lambda _store, broker, _seat: Sleeper(broker)
    )


def numbers(one):
    return sorted(Seat.objects.filter(pk__in=one.sitting).values_list("number", flat=True))


def test_a_broker_is_kept_with_its_password_sealed_and_shown_without_it(gas):
    assert "geheim" not in gas.password
    assert credentials.opened(gas) == "geheim-2026"
    where = where_of(gas, 2)
    assert (where.topics, where.client) == (("$share/gateways/d/#",), "tongguan-gas-2")
    (shown,) = queries.brokers(PLATFORM)
    assert not hasattr(shown, "password")
    assert [seat.number for seat in shown.seats] == [0, 1, 2]
    api.keep(PLATFORM, replace(GAS, port=8883, tls=True))
    gas.refresh_from_db()
    assert (gas.port, gas.changed, credentials.opened(gas)) == (8883, 2, "geheim-2026")
    assert [act.verb for act in audited()] == ["broker.keep"] * 2
    vault.rotate(PLATFORM)
    assert [(one.done, one.lost) for one in vault.reseal(PLATFORM) if one.title == "消息服务器密码"][-1] == (
        1,
        0,
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "Gas!"}, "name"),
        ({"host": ""}, "host"),
        ({"port": 0}, "port"),
        ({"topics": ()}, "topics"),
        ({"topics": ("a/#/b",)}, "topics"),
        ({"topics": ("a+/b",)}, "topics"),
        ({"topics": ("$share/x/a",)}, "topics"),
        ({"share": "a b"}, "share"),
        ({"share": ""}, "share"),
        ({"payload": "xml"}, "payload"),
        ({"payload": "sparkplug", "declaration": {}}, "share"),
        ({"declaration": {"topic": "d/{thing}"}}, "value"),
        ({"flood_rate": 0.0}, "flood_rate"),
        ({"qos": 2}, "qos"),
    ],
)
def test_a_wrong_declaration_names_its_field_and_keeps_nothing(city, change, field):
    with pytest.raises(Invalid) as refused:
        api.keep(PLATFORM, replace(GAS, **change))
    assert refused.value.field == field
    assert not Broker.objects.exists()


def test_only_a_system_administrator_of_the_division_declares_and_sees(city):
    with pytest.raises(Forbidden):
        api.keep(city.dispatcher, GAS)
    with pytest.raises(NotFound):
        api.keep(PLATFORM, replace(GAS, division="998877"))
    api.keep(city.sysadmin, GAS)
    assert len(queries.brokers(city.sysadmin)) == 1
    assert queries.brokers(city.dispatcher) == []
    for verb in (api.stop, api.read_again, api.forget, queries.notes, queries.kept):
        with pytest.raises(NotFound):
            verb(city.dispatcher, "gas")


def test_seats_are_shared_evenly_taken_over_and_given_back(gas, manual, tmp_path):
    first, second = team(tmp_path, "first"), team(tmp_path, "second")
    first.round()
    assert numbers(first) == [0, 1, 2]
    second.round()
    assert numbers(second) == []
    first.round()
    second.round()
    assert (numbers(first), numbers(second)) == ([0, 1], [2])
    # The first dies: nobody renews its seats, and the second takes them when they run out.
    manual.advance(seconds=20)
    second.round()
    assert numbers(second) == [2]
    manual.advance(seconds=20)
    second.round()
    assert numbers(second) == [0, 1, 2]
    # It was only asleep: it sees that its seats are others' and rises without touching them.
    first.round()
    assert numbers(first) == []
    second.round()
    first.round()
    assert sorted(numbers(first) + numbers(second)) == [0, 1, 2]
    first.end()
    second.end()
    assert not Gateway.objects.exists()
    assert set(Seat.objects.values_list("holder", flat=True)) == {""}


def test_a_changed_declaration_begins_anew_and_a_stopped_one_ends(gas, manual, tmp_path):
    one = team(tmp_path, "one")
    one.round()
    before = [s.runner for s in one.sitting.values()]
    one.round()
    assert [s.runner for s in one.sitting.values()] == before
    api.keep(PLATFORM, replace(GAS, port=8883))
    one.round()
    assert not any(runner.alive for runner in before)
    assert {s.runner.broker.port for s in one.sitting.values()} == {8883}
    api.stop(PLATFORM, "gas")
    one.round()
    assert one.sitting == {}


def test_figures_messages_and_devices_are_written_and_the_doctor_reads_them(gas, manual):
    seat = Seat.objects.get(number=1)
    ledger = SeatLedger(gas.pk, seat.pk, lambda: b"births")
    ledger.connected()
    message = Message("d/\x00x", b"{\xff", 1_795_132_800_000)
    taken = Taken(messages=9, readings=5, refused=1, unknown=3, flooded=2)
    taken.kept = [(message, Fault(0, "body", "body.json", "不是 JSON", "not JSON"))]
    taken.notes = [
        Noted("unknown", ("x9", "CH4"), "%", 3.5, 3),
        Noted("flood", "k", "", float("nan"), 2),
        Noted("silent", "city/n1", "", None, 1),
    ]
    ledger.keep(taken)
    ledger.tell(taken, 3.0, 12)
    manual.advance(minutes=1)
    taken.kept = []
    ledger.keep(taken)
    ledger.tell(taken, 3.0, 12)
    (shown,) = queries.brokers(PLATFORM)
    row = shown.seats[1]
    assert (row.messages, row.readings, row.refused, row.unknown, row.flooded) == (18, 10, 2, 6, 4)
    assert (row.rate, row.lag_ms, row.last_message_at) == (3.0, 12, clock.now())
    (note,) = queries.notes(PLATFORM, "gas")
    assert (note.thing, note.property, note.count, note.value) == ("x9", "CH4", 6, 3.5)
    assert note.last_at - note.first_at == timedelta(minutes=1)
    (kept,) = queries.kept(PLATFORM, "gas")
    assert (kept.topic, kept.body, kept.field) == ("d/\ufffdx", b"{\xff", "body")
    gas.refresh_from_db()
    assert bytes(gas.memory) == b"births"
    ledger.failing(OSError("gone"))
    words = [finding.zh for finding in checks.check_brokers()]
    assert any("gone" in w for w in words)
    assert any("1 条消息未能识别" in w for w in words)
    assert any("截去 4 个读数" in w for w in words)
    assert api.forget(PLATFORM, "gas", ["k"]) == 1


def test_kept_messages_are_read_again_once_their_device_is_registered(gas, tmp_path):
    shelf = Shelf(tmp_path / "store")
    told = [("new", 1), ("new", 2), ("other", 3)]
    Kept.objects.bulk_create(
        Kept(
            broker=gas, topic=f"d/{thing}/p", body=json.dumps({"v": n, "t": n}).encode(), at=START,
            field="key", code="key.unknown", words="未登记",
        )
        for thing, n in told
    )  # fmt: skip
    assert api.read_again(PLATFORM, "gas", shelf) == (0, 0)
    shelf.known["new", "p"] = (5, "")
    assert api.read_again(PLATFORM, "gas", shelf) == (2, 2)
    assert shelf.rows() == [(5, 1_000, 1.0, 0), (5, 2_000, 2.0, 0)]
    assert [k.topic for k in queries.kept(PLATFORM, "gas")] == ["d/other/p"]


def test_no_more_than_a_brokers_bound_is_kept_and_nothing_for_ever(gas, manual):
    Broker.objects.update(keep=3)
    for n in range(5):
        Kept.objects.create(broker=gas, topic=str(n), body=b"", at=START, field="f", code="c", words="w")
    Note.objects.create(broker=gas, kind="unknown", thing="x", count=1, first_at=START, last_at=START)
    assert jobs.prune() == 2
    assert [k.topic for k in queries.kept(PLATFORM, "gas")] == ["4", "3", "2"]
    manual.advance(days=31)
    assert jobs.prune() == 3
    assert queries.notes(PLATFORM, "gas") == []


def test_the_embedded_broker_runs_only_while_no_other_is_declared(city):
    embedded = Embedded(free_port())
    try:
        assert jobs.offer(embedded)
        (row,) = Broker.objects.all()
        assert (row.name, row.host, row.port, row.active) == ("embedded", "127.0.0.1", embedded.port, True)
        api.keep(PLATFORM, GAS)
        assert not jobs.offer(embedded)
        assert list(Broker.objects.filter(active=True).values_list("name", flat=True)) == ["gas"]
        api.stop(PLATFORM, "gas")
        assert jobs.offer(embedded)
    finally:
        embedded.stop()
