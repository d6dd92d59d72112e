# SPDX-License-Identifier: Apache-2.0
"""From a device's message to the reading in the store, by the register, of the broker's division only."""

import json

import pytest
from django.test import Client

from tongguan.gateways import api, queries
from tongguan.gateways.contracts import BrokerIn, Message
from tongguan.gateways.flood import Buckets
from tongguan.gateways.ledger import SeatLedger
from tongguan.gateways.models import Broker, Seat
from tongguan.gateways.resolving import Resolver
from tongguan.gateways.spi import decoders
from tongguan.gateways.store import Registered
from tongguan.gateways.taking import Gate
from tongguan.kernel import clock
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast, forget_caches, sign_in
from tongguan.places.testing import square_city
from tongguan.sensing import queries as readings
from tongguan.sensing.testing import owned
from tongguan.sensors import queries as sensors
from tongguan.sensors.testing import declare, told

pytestmark = pytest.mark.django_db
GAS = BrokerIn(
    name="gas",
    host="127.0.0.1",
    division="9901",
    topics=("gas/#",),
    payload="json",
    declaration={"topic": "gas/{thing}/{property}", "value": "v", "unit": "u", "time": "t"},
)


@pytest.fixture
def city():
    forget_caches()
    square_city()
    people = cast()
    api.keep(PLATFORM, GAS)
    return people


@pytest.fixture
def owner(tmp_path):
    with owned(tmp_path / "readings") as owner:
        yield owner


def gate(division="9901"):
    reader = decoders.get("json").reader(GAS.declaration)
    return Gate(reader, Registered(), Resolver(Registered(), division), Buckets(1e3, 1_000))


def message(thing, value, second=0, **more):
    body = {"v": value, "t": int(clock.now().timestamp()) - 60 + second, **more}
    return Message(f"gas/{thing}/gas.ch4_conc_lel", json.dumps(body).encode(), 0)


def number(thing):
    key = (thing, "gas.ch4_conc_lel")
    return sensors.datastreams_by_key([key])[key].id


def test_a_device_is_unknown_then_registered_and_what_it_told_is_read_again(city, owner):
    first, row = gate(), Broker.objects.get()
    taken = first.take([message("W-1", 3.5), message("W-1", 4.5, 1)])
    assert (taken.readings, taken.unknown) == (0, 2)
    SeatLedger(row.pk, Seat.objects.get().pk, lambda: b"").keep(taken)
    declare(told())
    assert api.read_again(PLATFORM, "gas") == (2, 2)
    assert queries.kept(PLATFORM, "gas") == []
    stream = number("W-1")
    assert readings.latest([stream]).value.tolist() == [4.5]
    # The broker sends what it was not answered once more: the store has it once.
    gate().take([message("W-1", 5.5, 2)] * 2)
    assert readings.window([stream], 0, 1 << 45).value.tolist() == [3.5, 4.5, 5.5]


def test_a_broker_writes_no_streams_of_another_division(city, owner):
    declare(told())
    assert gate("9902").take([message("W-1", 3.5)]).unknown == 1
    assert gate("990101").take([message("W-1", 3.5)]).readings == 1


def test_an_observation_names_its_stream_by_number(city, owner):
    declare(told())
    stream = number("W-1")
    reader = decoders.get("sensorthings").reader({})
    one = Gate(reader, Registered(), Resolver(Registered(), "99"), Buckets(1e3, 1_000))
    now = clock.now().isoformat()
    body = json.dumps({"result": 2.5, "phenomenonTime": now}).encode()
    taken = one.take(
        [
            Message(f"v1.1/Datastreams({stream})/Observations", body, 0),
            Message("v1.1/Datastreams(999999)/Observations", body, 0),
        ]
    )
    assert (taken.readings, taken.unknown) == (1, 1)
    assert readings.latest([stream]).value.tolist() == [2.5]


def test_a_system_administrator_sees_brokers_and_connections_in_the_registers_others_do_not(city):
    page, other = Client(), Client()
    for client, role in ((page, "sysadmin"), (other, "handler")):
        person = city.user(role)
        person.is_staff = True
        person.save()
        sign_in(client, person)
    for name in ("broker", "seat", "note", "kept"):
        assert page.get(f"/admin/gateways/{name}/").status_code == 200
        assert other.get(f"/admin/gateways/{name}/").status_code in {302, 403}
    shown = page.get(f"/admin/gateways/broker/{Broker.objects.get().pk}/change/").content.decode()
    assert "mqtt" in shown or "127.0.0.1" in shown
    assert "password" not in shown
