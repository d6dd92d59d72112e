# SPDX-License-Identifier: Apache-2.0
"""The packets of MQTT: written as the standard says, read the same however they are cut."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tongguan.gateways import wire
from tongguan.gateways.flood import Buckets

messages = st.lists(
    st.tuples(st.text(max_size=12), st.binary(max_size=300), st.integers(0, 65_535)), min_size=1, max_size=20
)


def test_packets_are_the_bytes_of_the_standard():
    assert wire.connect("c", version=4, keep_alive=60) == b"\x10\r\x00\x04MQTT\x04\x02\x00<\x00\x01c"
    hello = wire.connect("c", user="u", password="p", session=1, window=2)
    assert hello == (
        b"\x10\x21\x00\x04MQTT\x05\xc0\x00<\x0d\x11\x00\x00\x00\x01\x21\x00\x02\x27\x00\x40\x00\x00"
        b"\x00\x01c\x00\x01u\x00\x01p"
    )
    assert wire.subscribe(1, ["a/#"], 1, version=4) == b"\x82\x08\x00\x01\x00\x03a/#\x01"
    assert wire.subscribe(1, ["a"], 1) == b"\x82\x07\x00\x01\x00\x00\x01a\x11"
    assert wire.publish("a", b"x", qos=1, number=258, version=4) == b"\x32\x06\x00\x01a\x01\x02x"
    assert wire.acknowledged([1, 0, 258]) == b"\x40\x02\x00\x01\x40\x02\x01\x02"


@given(messages, st.sampled_from([4, 5]), st.lists(st.integers(1, 60), max_size=30))
@settings(max_examples=80, deadline=None)
def test_messages_are_the_same_however_the_bytes_are_cut(told, version, cuts):
    whole = b"".join(wire.publish(t, b, qos=1 if n else 0, number=n, version=version) for t, b, n in told)
    inbox, found = wire.Inbox(version), []
    for size in [*cuts, len(whole)]:
        chunk, whole = whole[:size], whole[size:]
        arrived, packets = inbox.feed(chunk)
        found += zip(arrived.topic, arrived.body, arrived.number, strict=True)
        assert not packets
    assert found == told


@given(st.lists(st.binary(max_size=60), max_size=8), st.sampled_from([4, 5]))
@example([b"\x32\x00"], 5)
@example([b"\x30\x01\x00"], 4)
@example([b"\x32\x05\x00\x01a\x00"], 5)
@example([b"\x30\xff\xff\xff\xff\x7f"], 5)
@settings(max_examples=150, deadline=None)
def test_rubbish_is_malformed_or_waits_for_more(chunks, version):
    inbox = wire.Inbox(version)
    try:
        for chunk in chunks:
            arrived, _ = inbox.feed(chunk)
            assert len(arrived.topic) == len(arrived.body) == len(arrived.number)
    except wire.Malformed:
        pass


def test_a_packet_larger_than_agreed_breaks_the_connection():
    with pytest.raises(wire.Malformed, match="a packet of"):
        wire.Inbox().feed(b"\x30\xff\xff\xff\x7f")


@given(
    st.lists(
        st.tuples(st.lists(st.integers(1, 4), max_size=12), st.sampled_from([0.0, 0.3, 1.0, -2.0])),
        max_size=8,
    ),
    st.sampled_from([1.0, 4.0]),
    st.integers(1, 6),
)
@settings(max_examples=120, deadline=None)
def test_buckets_hold_what_one_after_the_other_would(frames, rate, burst):
    buckets, plain, now = Buckets(rate, burst), {}, 100.0
    for streams, later in frames:
        now += later
        expected = []
        for stream in dict.fromkeys(streams):
            left, since = plain.get(stream, (float(burst), now))
            plain[stream] = (min(left + max(now - since, 0.0) * rate, burst), now)
        for stream in streams:
            left, since = plain[stream]
            expected.append(left >= 1)
            plain[stream] = (left - 1 if left >= 1 else left, since)
        assert buckets.taken(np.array(streams, np.int64), now).tolist() == expected


def test_one_stream_at_ten_thousand_times_its_rate_is_cut_and_no_other():
    buckets = Buckets(rate=1.0, burst=5)
    quiet, loud = [1, 2, 3, 4], [9] * 10_000
    for second in range(4):
        taken = buckets.taken(np.array(quiet + loud, np.int64), float(second))
        assert taken[:4].all()
        assert taken[4:].sum() == (5 if second == 0 else 1)
