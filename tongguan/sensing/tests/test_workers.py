# SPDX-License-Identifier: Apache-2.0
"""Four workers share the readings over a real NATS; one is killed, the others take its parts over."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from uuid import uuid4

import nats
import pytest

from tongguan.kernel.errors import Unavailable
from tongguan.kernel.frames import Frame
from tongguan.kernel.testing import until
from tongguan.sensing import owning, queries
from tongguan.sensing.bus import Spreader, packed, unpacked
from tongguan.sensing.owner import now_ms
from tongguan.sensing.tests import sharer
from tongguan.series.api import open_store, part_of
from tongguan.series.contracts import DAY_MS
from tongguan.series.testing import SMALL, numbers, rows

URL = "nats://127.0.0.1:4222"
STREAMS = list(range(1, 201))


@pytest.fixture
def stream():
    name = f"TEST{uuid4().hex[:10]}"
    yield name

    async def remove():
        connection = await nats.connect(URL)
        for one in (name, f"KV_{name}_parts"):
            with suppress(nats.js.errors.NotFoundError):
                await connection.jetstream().delete_stream(one)
        await connection.close()

    asyncio.run(remove())


@contextmanager
def workers(count, folder, stream):
    environment = os.environ | {"TONGGUAN_HOME": str(folder)}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", sharer.__name__, URL, str(folder), f"w{n}", stream], env=environment
        )
        for n in range(count)
    ]
    try:
        yield started
    finally:
        for one in started:
            one.send_signal(signal.SIGTERM)
        for one in started:
            with suppress(subprocess.TimeoutExpired):
                one.wait(240)
            one.kill()
            one.wait()


def owners(stream):
    """Give who owns each part now."""

    async def asked():
        connection = await nats.connect(URL)
        try:
            bucket = await connection.jetstream().key_value(f"{stream}_parts")
            keys = [key for key in await bucket.keys() if key.startswith("part.")]
            return {key: (await bucket.get(key)).value.decode() for key in keys}
        except nats.js.errors.Error:
            return {}
        finally:
            await connection.close()

    return asyncio.run(asked())


def counted(begin):
    """Give how many readings each stream has, nothing while an owner is missing."""
    try:
        return queries.aggregate(STREAMS, begin, begin + 1, DAY_MS).count.tolist()
    except Unavailable:
        return []


@pytest.mark.nats
def test_four_workers_keep_every_reading_once_though_one_is_killed(tmp_path, stream, settings):
    settings.HOME, settings.READINGS_PARTS = tmp_path, sharer.PARTS
    spreader, begin = Spreader(URL, sharer.PARTS, stream), now_ms()

    def told(first, count):
        frames = [Frame.of(STREAMS, [begin + n] * 200, [float(n)] * 200) for n in range(first, first + count)]
        for done in [spreader.send(frame) for frame in frames]:
            done.result(30)

    with workers(4, tmp_path, stream) as started:
        until(lambda: len(set(owners(stream).values())) == 4 and len(owners(stream)) == sharer.PARTS)
        told(0, 20)
        started[2].kill()
        told(20, 20)
        until(lambda: len(owners(stream)) == sharer.PARTS and "w2" not in owners(stream).values())
        told(40, 5)
        # Every part is asked over its owner's socket; an owner that has just come may need a moment.
        until(lambda: counted(begin) == [45] * len(STREAMS))
        assert rows(queries.latest(STREAMS)) == [(s, begin + 44, 44.0, 0) for s in STREAMS]
        assert len(queries.window(STREAMS, 0, begin + 1000)) == 45 * len(STREAMS)
        assert queries.chart(7, begin, begin + 45, 45).high.tolist() == [float(n) for n in range(45)]
        assert (queries.condition().streams, queries.aside(), queries.is_here()) == (len(STREAMS), [], False)
        for part in range(sharer.PARTS):
            owning.elsewhere(owning.part_folder(part)).close()
    spreader.close()
    for part in range(sharer.PARTS):
        mine = numbers(*STREAMS)[part_of(numbers(*STREAMS), sharer.PARTS) == part]
        store = open_store(owning.part_folder(part) / "store", SMALL)
        found = rows(store.window(numbers(*STREAMS), 0, begin + 1000))
        store.close()
        assert [row[:3] for row in found] == [
            (s, begin + n, float(n)) for s in mine.tolist() for n in range(45)
        ]


def test_a_message_is_read_as_it_was_written_and_rubbish_is_told():
    frame = Frame.of([1, 2], [3, 4], [5.0, 6.0], [0, 8])
    read, heard = unpacked(packed(frame, frame.at + 1))
    assert (rows(read), heard.tolist()) == (rows(frame), [4, 5])
    for rubbish in (b"", b"\x90", b"hello", packed(frame, frame.at[:1])):
        with pytest.raises(ValueError):
            unpacked(rubbish)


def test_a_bus_that_is_away_is_told_to_the_sender():
    spreader = Spreader("nats://127.0.0.1:1", 4, seconds=0.5)
    with pytest.raises(Unavailable, match="bus of readings"):
        spreader.send(Frame.of([1], [1], [1.0])).result(30)
    spreader.close()
