# SPDX-License-Identifier: Apache-2.0
"""Facts on NATS: each once, in order; a bus in trouble is waited for, shown, and delays nothing."""

import asyncio
import json
import logging
from uuid import uuid4

import nats
import pytest

from tongguan.kernel.testing import free_port
from tongguan.messaging import bus, queries
from tongguan.messaging.bus import BusCopier
from tongguan.messaging.models import FanOut
from tongguan.messaging.tests import neighbours
from tongguan.messaging.tests.test_webhooks import LampLit, publish

REAL = "nats://127.0.0.1:4222"
PATIENT = 10.0


@pytest.fixture
def own_stream(monkeypatch):
    """A stream and subjects of this test only, removed afterwards."""
    name = f"TEST{uuid4().hex[:12]}"
    monkeypatch.setattr(bus, "SUBJECTS", f"test.{name}")
    yield name

    async def remove():
        connection = await nats.connect(REAL)
        await connection.jetstream().delete_stream(name)
        await connection.close()

    asyncio.run(remove())


async def _read(stream, count):
    connection = await nats.connect(REAL)
    js = connection.jetstream()
    told = []
    held = await js.stream_info(stream)
    for n in range(1, count + 1):
        message = await js.get_msg(stream, n)
        told.append((message.subject, json.loads(message.data)))
    await connection.close()
    return held.state.messages, told


@pytest.mark.nats
def test_facts_are_copied_once_in_order(cast, settings, own_stream):
    settings.NATS_URL = REAL
    publish(*(LampLit(lamp=f"L{n}", division="990101") for n in range(20)), LampLit(lamp="city"))
    copier = BusCopier(stream=own_stream)
    assert copier.round(PATIENT) == 21
    assert copier.round(PATIENT) == 0
    FanOut.objects.update(seq=5)  # as after a crash between sending and recording
    copier = BusCopier(stream=own_stream)
    assert copier.round(PATIENT) == 16
    held, told = asyncio.run(_read(own_stream, 21))
    assert held == 21
    assert [one["data"]["lamp"] for _, one in told] == [*(f"L{n}" for n in range(20)), "city"]
    assert told[0][0] == f"test.{own_stream}.990101.LampLit"
    assert told[20][0] == f"test.{own_stream}.-.LampLit"
    assert queries.bus(cast.sysadmin).lag == 0
    assert queries.bus(cast.leader) is None


@pytest.mark.parametrize("trouble", ["down", "hanging", "rubbish"])
def test_a_bus_in_trouble_is_left_alone_and_shown(cast, settings, time, caplog, trouble):
    caplog.set_level(logging.WARNING, "tongguan")
    publish(LampLit(lamp="L1", division="990101"))
    copier = BusCopier(seconds=0.4)
    if trouble == "down":
        settings.NATS_URL = f"nats://127.0.0.1:{free_port()}"
        copier.round(PATIENT)
    else:
        with neighbours.raw(getattr(neighbours, trouble)) as port:
            settings.NATS_URL = f"nats://127.0.0.1:{port}"
            assert copier.round(0) == 0, "nobody waits for it"
            copier.close()
    shown = queries.bus(cast.sysadmin)
    assert (shown.seq, shown.lag, shown.failing_since) == (0, 1, time.now())
    assert shown.error
    assert copier.round(PATIENT) == 0
    assert FanOut.objects.get().attempts == 1, "left alone until its time"
    time.advance(seconds=2)
    settings.NATS_URL = f"nats://127.0.0.1:{free_port()}"
    copier.round(PATIENT)
    assert FanOut.objects.get().attempts == 2
    assert len([r for r in caplog.records if r.name.startswith("tongguan")]) == 1


@pytest.mark.nats
def test_a_bus_that_comes_back_gets_what_it_missed(cast, settings, time, own_stream, caplog):
    caplog.set_level(logging.WARNING, "tongguan")
    settings.NATS_URL = f"nats://127.0.0.1:{free_port()}"
    publish(LampLit(lamp="L1", division="990101"))
    copier = BusCopier(seconds=2, stream=own_stream)
    copier.round(PATIENT)
    publish(LampLit(lamp="L2", division="990101"))
    settings.NATS_URL = REAL
    time.advance(seconds=2)
    assert copier.round(PATIENT) == 2
    assert queries.bus(cast.sysadmin).failing_since is None
    assert [r.message.split(":")[0] for r in caplog.records] == [
        "the message bus is down",
        "the message bus works again after 0",
    ]


def test_without_a_bus_nothing_happens(db, settings, django_assert_num_queries):
    settings.NATS_URL = ""
    with django_assert_num_queries(0):
        assert BusCopier().round() == 0
