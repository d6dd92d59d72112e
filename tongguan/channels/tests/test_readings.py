# SPDX-License-Identifier: Apache-2.0
"""Every payload decoder: samples read as they say, rubbish is a fault that names its field."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.channels import folders
from tongguan.channels.mqtt.sparkplug_messages import Payload
from tongguan.channels.tests.test_fuzz import NASTY, values
from tongguan.gateways.contracts import Message, Readings
from tongguan.gateways.spi import decoders
from tongguan.kernel.errors import Invalid

FOLDERS = folders.manifest_folders("readings")
SAMPLES = sorted(p for f in FOLDERS for p in (f / "samples").iterdir() if ".expect." not in p.name)
each_sample = pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.stem)
NAMES = (
    "mqtt",
    "id",
    "v",
    "n",
    "bn",
    "bt",
    "t",
    "s",
    "u",
    "bver",
    "vb",
    "vs",
    "result",
    "Datastream",
    "list",
)
DECLARED = {"json": {"key": "id", "value": "v", "time": "t", "unit": "u", "records": "list"}}
TOPICS = (
    "spBv1.0/g/NBIRTH/n",
    "spBv1.0/g/DDATA/n/d",
    "v1.1/Datastreams(1)/Observations",
    "v1.1/Observations",
    "x",
)


def reader_of(name, declaration=None):
    return decoders.get(name).reader(DECLARED.get(name, {}) if declaration is None else declaration)


def sample(path: Path, at=1000):
    told = json.loads(path.read_text("utf-8"))
    bodies = [bytes.fromhex(m["hex"]) if "hex" in m else m["text"].encode() for m in told["messages"]]
    messages = [Message(m["topic"], body, at) for m, body in zip(told["messages"], bodies, strict=True)]
    return told["declaration"], messages


def whole(found: Readings, count: int):
    """Columns fit each other, times and values can be stored, faults name a field of a message there is."""
    columns = (found.message, found.key, found.at, found.value, found.unit)
    assert len({len(column) for column in columns}) == 1
    assert all(0 <= at <= 253_402_300_799_999 for at in found.at)
    assert not any(math.isinf(value) for value in found.value)
    assert all(isinstance(key, str | int | tuple) and key not in {"", ("", "")} for key in found.key)
    assert all(fault.field and fault.code and fault.zh and fault.en for fault in found.faults)
    assert all(0 <= place < count for place in [*found.message, *(f.message for f in found.faults)])


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)
def test_the_manifest_reaches_silver_and_each_decoder_has_a_sample(folder):
    assert folders.manifest_of(folder).level() in {"silver", "gold"}
    named = {path.name.split(".")[0] for path in SAMPLES if path.parent.parent == folder}
    assert named
    assert all(decoders.get(name).title for name in named)


@each_sample
def test_a_sample_reads_as_it_says(path):
    expected = json.loads(path.with_name(f"{path.stem}.expect.json").read_text("utf-8"))
    declaration, messages = sample(path, expected.get("at", 1000))
    found = reader_of(path.name.split(".")[0], declaration).read(messages)
    rows = zip(found.message, found.key, found.at, found.value, found.unit, strict=True)
    shown = [
        [place, list(key) if isinstance(key, tuple) else key, at, None if math.isnan(value) else value, unit]
        for place, key, at, value, unit in rows
    ]
    assert shown == expected["readings"]
    assert [[f.message, f.field, f.code] for f in found.faults] == expected["faults"]
    assert [ask.topic for ask in found.asks] == expected.get("asks", [])
    assert found.silent == expected.get("silent", [])


@each_sample
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_damaged_message_harms_only_itself(path, data):
    declaration, messages = sample(path)
    place = data.draw(st.integers(0, len(messages) - 1))
    body = bytearray(messages[place].body)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body)))
        body[at : at + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=6))
    damaged = [*messages]
    damaged[place] = Message(messages[place].topic, bytes(body), 1000)
    name = path.name.split(".")[0]
    found = reader_of(name, declaration).read(damaged)
    whole(found, len(messages))
    if name != "sparkplug":
        before = reader_of(name, declaration).read(messages)
        assert others(found, place) == others(before, place)


def others(found, place):
    rows = zip(found.message, found.key, found.at, map(str, found.value), found.unit, strict=True)
    return [row for row in rows if row[0] != place]


@pytest.mark.parametrize("name", ["json", "senml", "sparkplug", "sensorthings"])
@pytest.mark.parametrize("body", NASTY.values(), ids=NASTY)
def test_what_breaks_parsers_is_a_fault(name, body):
    messages = [Message(topic, body, 1000) for topic in TOPICS]
    found = reader_of(name).read(messages)
    whole(found, len(messages))
    assert found.faults


@pytest.mark.parametrize("name", ["json", "senml", "sparkplug", "sensorthings"])
@given(
    told=st.lists(st.dictionaries(st.sampled_from(NAMES), values, max_size=6), max_size=3),
    raw=st.binary(max_size=60),
    topic=st.sampled_from(TOPICS) | st.text(max_size=30),
)
@settings(max_examples=60, deadline=None)
def test_json_of_any_values_and_bytes_of_any_kind_are_read_or_faults(name, told, raw, topic):
    bodies = [json.dumps(told).encode(), json.dumps(told[0] if told else 1).encode(), raw]
    messages = [Message(topic, body, 1000) for body in bodies]
    whole(reader_of(name).read(messages), 3)


@given(
    st.lists(
        st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 40), st.integers(0, 2**32 - 1), st.booleans()),
        max_size=5,
    ),
    st.integers(0, 2**64 - 1),
)
@settings(max_examples=60, deadline=None)
def test_any_sparkplug_payload_is_read_or_a_fault(metrics, stamp):
    payload = Payload(timestamp=stamp, seq=stamp)
    for alias, kind, value, null in metrics:
        payload.metrics.add(
            name="m" if kind % 2 else "", alias=alias, datatype=kind, int_value=value, is_null=null
        )
    body = payload.SerializeToString()
    reader = reader_of("sparkplug")
    messages = [Message(topic, body, 1000) for topic in TOPICS[:2]]
    whole(reader.read(messages), 2)
    again = decoders.get("sparkplug").reader({}, reader.memory())
    whole(again.read(messages), 2)


@pytest.mark.parametrize(
    ("name", "declaration", "field"),
    [
        ("json", {}, "key"),
        ("json", {"key": "a"}, "value"),
        ("json", {"key": "a", "thing": "b", "value": "v"}, "key"),
        ("json", {"thing": "a", "value": "v"}, "property"),
        ("json", {"key": "a", "value": "v", "colour": "red"}, "declaration"),
        ("json", {"topic": "a/{key}", "key": "id", "value": "v"}, "topic"),
        ("json", {"key": "a", "value": "v", "zone": "Mars/Base"}, "zone"),
        ("senml", {"name": "x"}, "prefix"),
        ("sparkplug", {"key": "x"}, "declaration"),
        ("sensorthings", {"key": "x"}, "declaration"),
    ],
)
def test_a_wrong_declaration_names_its_field(name, declaration, field):
    with pytest.raises(Invalid) as refused:
        reader_of(name, declaration)
    assert refused.value.field == field


def test_a_restarted_gateway_knows_the_aliases_that_a_birth_explained():
    _, messages = sample(next(p for p in SAMPLES if p.stem == "sparkplug.node"))
    before = reader_of("sparkplug")
    before.read(messages[:2])
    after = decoders.get("sparkplug").reader({}, before.memory())
    found = after.read(messages[2:3])
    assert (found.key[0], found.value[0]) == (("city/n1/d1", "T"), -6.0)


def test_a_sparkplug_name_that_is_no_text_is_a_fault_of_its_message_alone():
    good, bad = Payload(timestamp=2_000), bytes.fromhex("08d00f120b0a056264aa6571200858031800")
    good.metrics.add(name="m", datatype=9, float_value=0.5)
    messages = [Message("spBv1.0/g/NDATA/n", body, 1000) for body in (bad, good.SerializeToString())]
    found = reader_of("sparkplug").read(messages)
    assert [(f.message, f.code) for f in found.faults] == [(0, "body.encoding")]
    assert found.value == [0.5]
