# SPDX-License-Identifier: Apache-2.0
"""Readings in and out through the owner: in its own process, and from another one over its socket."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np
import pytest

from tongguan.kernel.errors import Invalid, TooMany, Unavailable
from tongguan.kernel.frames import Frame, Quality
from tongguan.runtime.transactions import atomic
from tongguan.sensing import api, owning, queries, spi, testing, wire
from tongguan.sensing.contracts import Declared, Policy, Receipt
from tongguan.sensing.owner import now_ms
from tongguan.sensing.server import Server
from tongguan.series.contracts import HOUR_MS, Mark
from tongguan.series.testing import SMALL, rows

KNOWN = Declared.of([(1, 0.0, 10.0, 1.0), (2, None, None, None), (3, None, None, None)])


@pytest.fixture
def owner():
    with testing.owned(declared=KNOWN, plan=SMALL) as owner:
        yield owner


@pytest.fixture
def far_owner():
    """An owner with its threads and its socket, asked as another process would."""
    with testing.owned(declared=KNOWN, plan=SMALL, threads=True) as owner:
        server = Server(owner, wire.address(owning.folder()))
        owning.leave(owner)
        yield owner
        owning.elsewhere().close()
        server.close()
        owning.enter(owner)


def test_a_frame_is_judged_kept_and_heard_in_order(owner):
    heard = []
    with spi.listeners.temporarily("test", heard.append):
        now = now_ms()
        assert api.take(Frame.of([1, 2], [now, now], [11.0, 2.0])) == Receipt(2, 1, 0, 0, 0)
        assert api.take(Frame.of([2, 2], [now, now - 5], [2.0, 3.0])) == Receipt(1, 1, 1, 0, 0)
    out_of_range, out_of_order = int(Quality.OUT_OF_RANGE), int(Quality.OUT_OF_ORDER)
    assert [rows(frame) for frame in heard] == [
        [(1, now, 11.0, out_of_range), (2, now, 2.0, 0)],
        [(2, now - 5, 3.0, out_of_order)],
    ]
    assert rows(queries.latest([2, 9])) == [(2, now, 2.0, 0)]
    assert rows(queries.window([2], now - 9, now)) == [(2, now - 5, 3.0, out_of_order)]
    assert queries.aggregate([2], now, now + 1, HOUR_MS).count.tolist() == [2]
    assert queries.chart(2, now - 9, now + 1, 2).high.tolist() == [3.0, 2.0]


def test_a_listener_that_fails_harms_neither_the_reading_nor_the_others(owner, caplog):
    heard = []

    def broken(frame):
        raise RuntimeError("broken")

    with spi.listeners.temporarily("a", broken), spi.listeners.temporarily("b", heard.append):
        for n in range(3):
            assert api.take(Frame.of([2], [now_ms() + n], [1.0])).kept == 1
    assert (len(heard), caplog.text.count("listener of readings a fails")) == (3, 1)
    assert owner.condition().behind == 0


def test_readings_of_streams_nobody_knows_wait_aside_and_are_taken_in_when_they_are_known(owner):
    now = now_ms()
    receipt = api.take(Frame.of([7, 1, 7, 2], [now, now, now + 1, -5], [1.0, 2.0, 3.0, 4.0]))
    assert receipt == Receipt(kept=1, flagged=0, again=0, aside=3, thinned=0)
    told = {(row.reason, row.stream): row for row in queries.aside()}
    assert told.keys() == {("unknown_stream", 7), ("time_out_of_bounds", 2)}
    row = told["unknown_stream", 7]
    assert (row.count, row.at, row.value) == (2, now + 1, 3.0)
    assert api.readmit([7, 2]).kept == 0
    (name,) = spi.declarations.items()
    with spi.declarations.temporarily(name, lambda: Declared.of([(7, None, None, None)])):
        owner._asked_at = 0  # as after a minute
        assert api.readmit([7, 2]) == Receipt(2, 0, 0, 0, 0)
    assert rows(queries.window([7], 0, now + 9)) == [(7, now, 1.0, 0), (7, now + 1, 3.0, 0)]


def test_what_waits_aside_outlives_the_owner(tmp_path):
    for _ in range(2):
        with testing.owned(tmp_path / "r", declared=KNOWN, plan=SMALL):
            api.take(Frame.of([7], [now_ms()], [1.0]))
            counted = [row.count for row in queries.aside()]
    assert counted == [2]


class Diary:
    """A follower that keeps its place where its effects are."""

    def __init__(self):
        self.seen, self.place = [], 0

    def position(self):
        return self.place

    def follow(self, number, frame):
        self.seen += rows(frame)
        self.place = number


def test_a_follower_gets_after_a_crash_what_it_missed(tmp_path):
    diary, now = Diary(), now_ms()
    with testing.owned(tmp_path / "r", declared=KNOWN, plan=SMALL):
        for n in range(4):
            api.take(Frame.of([2], [now + n], [float(n)]))
    with spi.followers.temporarily("diary", diary), testing.owned(tmp_path / "r", declared=KNOWN, plan=SMALL):
        assert [value for _, _, value, _ in diary.seen] == [0.0, 1.0, 2.0, 3.0]
        api.take(Frame.of([2], [now + 9], [9.0]))
        assert (len(diary.seen), diary.place) == (5, 5)


def test_other_processes_take_and_ask_over_the_socket(far_owner):
    now = now_ms()
    assert api.take(Frame.of([1, 9], [now, now], [1.0, 1.0]), Mark("gate", 3)) == Receipt(1, 0, 0, 1, 0)
    assert far_owner.store.marks() == {"gate": 3}
    assert rows(queries.latest([1])) == [(1, now, 1.0, 0)]
    assert rows(queries.window([1], 0, now + 1)) == [(1, now, 1.0, 0)]
    assert queries.aggregate([1], now, now + 1).mean.tolist() == [1.0]
    assert queries.chart(1, now - 5, now + 5, 4).count.tolist() == [1]
    assert [number for number, _ in queries.after(0)] == [1]
    assert (queries.aside()[0].stream, queries.floods(), queries.condition().number) == (9, [], 1)
    with pytest.raises(Invalid, match="whole number of minutes"):
        queries.aggregate([1], 0, 1, 7)
    with pytest.raises(Invalid):
        owning.ask("forget_everything")


def test_many_frames_under_way_from_many_threads_are_all_kept_once(far_owner):
    heard, now = [], now_ms()
    with spi.listeners.temporarily("test", heard.append), ThreadPoolExecutor(8) as pool:
        frames = [Frame.of([2, 3], [now + n] * 2, [float(n % 7)] * 2) for n in range(90)]
        waiting = list(pool.map(api.send, frames * 2))
        receipts = [future.result(30) for future in waiting]
        far_owner.quiet()
    assert sum(receipt.kept for receipt in receipts) == 180 == sum(receipt.again for receipt in receipts)
    assert len(queries.window([2, 3], 0, now + 99)) == 180 == sum(len(frame) for frame in heard)


def test_who_sends_too_much_is_told_to_come_later_and_who_asks_nobody_is_told_so(tmp_path):
    gate, now = threading.Event(), now_ms()
    with (
        testing.owned(
            tmp_path / "r", declared=KNOWN, plan=SMALL, policy=Policy(waiting_rows=10), threads=True
        ) as owner,
        spi.listeners.temporarily("slow", lambda _: gate.wait(240)),
    ):
        api.take(Frame.of([2] * 20, range(now, now + 20), [1.0] * 20))
        with pytest.raises(TooMany) as refused:
            api.take(Frame.of([2], [now], [1.0]))
        assert refused.value.params["retry_after"] == 1
        gate.set()
        owner._hearing.quiet()
        assert api.take(Frame.of([2], [now], [1.0])).again == 1
    with pytest.raises(Unavailable) as refused:
        api.take(Frame.of([2], [now], [1.0]))
    assert refused.value.params["retry_after"] == 5


def test_what_is_no_message_ends_the_connection_and_nothing_else(far_owner):
    client = owning.elsewhere()
    client.ask("condition")
    for rubbish in (b"\xff\xff\xff\xff", b"\x05\x00\x00\x00hello"):
        with wire.socket.socket(wire.socket.AF_UNIX) as stranger:
            stranger.connect(str(wire.address(owning.folder())))
            stranger.settimeout(10)
            stranger.sendall(rubbish)
            assert stranger.recv(1) == b""
    with pytest.raises(Invalid):
        owning.ask("take", {"stream": np.array([1]), "at": np.array([1, 2])}, None)
    assert api.take(Frame.of([2], [now_ms()], [1.0])).kept == 1


@pytest.mark.django_db(transaction=True)
def test_readings_of_a_stream_that_its_own_transaction_makes_are_let_in_when_it_stands():
    seen = [Declared.of([])]  # by another process: what is committed
    with spi.declarations.temporarily("sensors", lambda: seen[0]), testing.owned():
        now = now_ms()
        with atomic():
            assert api.take_within(Frame.of([5], [now], [1.5])).aside == 1
            assert rows(queries.latest([5])) == []
            seen[0] = Declared.of([(5, None, None, None)])
        assert rows(queries.latest([5])) == [(5, now, 1.5, 0)]
        with suppress(ZeroDivisionError), atomic():
            api.take_within(Frame.of([6], [now], [1.5]))
            raise ZeroDivisionError
        assert rows(queries.latest([6])) == []


def test_what_became_known_while_nobody_asked_is_let_in_once(owner):
    now = now_ms()
    api.take(Frame.of([7, 8], [now, now], [1.0, 2.0]))
    assert owner.let_in().kept == 0
    (name,) = spi.declarations.items()
    with spi.declarations.temporarily(name, lambda: Declared.of([(7, None, None, None)])):
        assert owner.let_in() == Receipt(1, 0, 0, 0, 0)
        assert owner.let_in() == Receipt(0, 0, 0, 0, 0)  # not even looked at again
    assert rows(queries.latest([7, 8])) == [(7, now, 1.0, 0)]
