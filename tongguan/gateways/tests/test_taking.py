# SPDX-License-Identifier: Apache-2.0
"""A frame of messages: what is known is stored in its stream's unit, what is not is kept and listed."""

import json
import math

from tongguan.gateways.contracts import Message, Readings
from tongguan.gateways.flood import Buckets
from tongguan.gateways.resolving import Resolver
from tongguan.gateways.spi import decoders
from tongguan.gateways.taking import Gate
from tongguan.gateways.testing import Shelf
from tongguan.kernel.frames import Quality

DECLARED = {"topic": "d/{thing}/{property}", "value": "v", "time": "t", "unit": "u"}
KNOWN = {("a", "p"): (1, "MPa"), ("b", "p"): (2, "MPa"), ("c", "T"): (3, "Cel")}


class Clock:
    now = 1_000.0

    def __call__(self):
        return self.now


def message(thing, prop, **body):
    return Message(f"d/{thing}/{prop}", json.dumps(body).encode(), 5_000)


def gate(tmp_path, known=KNOWN, rate=100.0, burst=1_000, reader=None):
    shelf, clock = Shelf(tmp_path / "store", known), Clock()
    reader = reader or decoders.get("json").reader(DECLARED)
    return Gate(reader, shelf, Resolver(shelf, "99", clock), Buckets(rate, burst), clock), shelf, clock


def test_readings_are_stored_in_their_streams_unit_and_a_wrong_unit_is_flagged(tmp_path):
    one, shelf, _ = gate(tmp_path)
    told = [
        message("a", "p", v=300, t=10, u="kPa"),
        message("b", "p", v=0.3, t=10, u="MPa"),
        message("c", "T", v=50, t=10, u="degF"),
        message("c", "T", v=1, t=11, u="m"),
        message("c", "T", v=2, t=12),
    ]
    taken = one.take(told)
    assert (taken.readings, taken.refused, taken.unknown) == (5, 0, 0)
    rows = [(s, at, round(v, 9), q) for s, at, v, q in shelf.rows()]
    wrong = int(Quality.WRONG_UNIT)
    assert rows == [
        (1, 10_000, 0.3, 0),
        (2, 10_000, 0.3, 0),
        (3, 10_000, 10.0, 0),
        (3, 11_000, 1, wrong),
        (3, 12_000, 2, 0),
    ]


def test_an_unknown_device_is_listed_and_known_once_it_is_registered(tmp_path):
    one, shelf, clock = gate(tmp_path)
    told = [message("new", "p", v=n, t=n) for n in range(30)]
    taken = one.take([*told, message("a", "p", v=1, t=1)])
    (note,) = taken.notes
    assert (note.kind, note.key, note.count, note.value) == ("unknown", ("new", "p"), 30, 29.0)
    assert (taken.readings, taken.unknown) == (1, 30)
    assert [fault.code for _, fault in taken.kept] == ["key.unknown"] * 20
    assert taken.wrong == set(range(30))
    shelf.known["new", "p"], shelf.version = (9, ""), "changed"
    assert one.take(told[:1]).readings == 0
    clock.now += 1.1
    assert one.take(told[:1]).readings == 1


def test_a_register_without_news_is_asked_again_for_unknown_keys_alone(tmp_path):
    one, shelf, clock = gate(tmp_path)
    asked = []
    shelf.streams, plain = (
        (lambda keys, division: asked.append(set(keys)) or plain(keys, division)),
        shelf.streams,
    )
    told = [message("a", "p", v=1, t=1), message("new", "p", v=1, t=1)]
    for _ in range(3):
        one.take(told)
    clock.now += 6
    one.take(told)
    assert asked == [{("a", "p"), ("new", "p")}, {("new", "p")}]


def test_what_is_not_understood_is_kept_with_its_field_and_not_endlessly(tmp_path):
    one, shelf, clock = gate(tmp_path)
    bad = [Message("d/a/p", b"{", 1)] * 50
    taken = one.take([*bad, message("a", "p", v=1, t=1), message("b", "p", v="x", t=1)])
    assert (taken.refused, taken.readings) == (51, 1)
    assert [fault.field for _, fault in taken.kept] == ["body"] * 20 + ["v"]
    assert len(taken.wrong) == 51
    assert one.take(bad).kept == []
    clock.now += 61
    assert len(one.take(bad).kept) == 20
    assert len(shelf.rows()) == 1


def test_a_flooding_device_is_cut_flagged_and_told_while_others_are_whole(tmp_path):
    one, shelf, _ = gate(tmp_path, rate=1.0, burst=10)
    loud = [message("a", "p", v=n, t=n) for n in range(1_000)]
    quiet = [message("b", "p", v=n, t=n) for n in range(8)]
    taken = one.take([*loud, *quiet])
    assert (taken.readings, taken.flooded) == (18, 990)
    (note,) = taken.notes
    assert (note.kind, note.key, note.count) == ("flood", ("a", "p"), 990)
    flags = {stream: {q for s, _, _, q in shelf.rows() if s == stream} for stream in (1, 2)}
    assert flags == {1: {int(Quality.FLOOD)}, 2: {0}}


def test_a_message_that_breaks_its_decoder_is_kept_and_the_others_are_read(tmp_path, caplog):
    class Fragile:
        def read(self, messages):
            if any(m.body == b"bomb" for m in messages):
                raise ZeroDivisionError
            found = Readings()
            for place, m in enumerate(messages):
                found.add(place, "k", m.at, math.nan, "")
            return found

        def memory(self):
            return b""

    one, shelf, _ = gate(tmp_path, {"k": (1, "")}, reader=Fragile())
    taken = one.take([Message("t", b"x", 1), Message("t", b"bomb", 2), Message("t", b"y", 3)])
    assert [at for _, at, _, _ in shelf.rows()] == [1, 3]
    assert [(m.body, f.code) for m, f in taken.kept] == [(b"bomb", "decoder.broken")]
