# SPDX-License-Identifier: Apache-2.0
"""Every decoder against what breaks parsers: depth, huge numbers, odd encodings, XML that expands."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.channels import folders
from tongguan.channels.tests.test_folders import read, whole
from tongguan.intake.contracts import Parcel
from tongguan.tellings.reading import json_bytes

each_folder = pytest.mark.parametrize("folder", folders.manifest_folders("tellings"), ids=lambda p: p.name)
KINDS = ("application/json", "application/cloudevents+json", "application/cloudevents-batch+json", "")
NASTY = {
    "deep lists": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "huge number": b'[{"id": "1", "text": "x", "lon": ' + b"9" * 5_000 + b', "time": 1e400, "score": 1e999}]',
    "huge time": b'{"id": "1", "camera": "c", "kind": "k", "score": 0, "time": 99999999999999999999}',
    "half a character": b'{"text": "\\ud800", "id": "1"}',
    "no character": b'{"text": "a\x00b"}',
    "utf-16": '{"text": "路灯"}'.encode("utf-16"),
    "expanding xml": b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">'
    + b"&a;" * 1_000
    + b"]><l>&a;</l>",
    "outside xml": b'<!DOCTYPE l [<!ENTITY f SYSTEM "file:///etc/passwd">]><l>&f;</l>',
    "zip": b"PK\x03\x04" + b"\x00" * 200,
    "many fields": b"&".join(b"a%d=1" % n for n in range(5_000)),
    "many parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\n" * 3_000,
}
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = (
    "id",
    "text",
    "lon",
    "lat",
    "time",
    "told_at",
    "score",
    "box",
    "camera",
    "kind",
    "data",
    "source",
    "specversion",
    "type",
    "reporter",
    "picture",
    "messages",
    "content",
    "sender",
    "findings",
)


@each_folder
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("body", NASTY.values(), ids=NASTY)
def test_what_breaks_parsers_is_read_or_refused(folder: Path, kind, body):
    assert all(whole(piece) for piece in read(folder.name, Parcel(body, kind, {"content-type": kind})))


@each_folder
@given(
    told=st.dictionaries(st.sampled_from(NAMES), values, max_size=8),
    kind=st.sampled_from(KINDS),
    many=st.booleans(),
)
@settings(max_examples=120, deadline=None)
def test_json_of_any_values_is_read_or_refused(folder: Path, told, kind, many):
    body = json_bytes([told, told] if many else told)
    assert all(whole(piece) for piece in read(folder.name, Parcel(body, kind, {"content-type": kind})))
