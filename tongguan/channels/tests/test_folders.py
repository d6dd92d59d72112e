# SPDX-License-Identifier: Apache-2.0
"""Every channel folder: its manifest is in order, its samples read as they say, rubbish never breaks it."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.channels import folders, manifests
from tongguan.intake.contracts import Parcel, Piece
from tongguan.intake.spi import channels
from tongguan.kernel.errors import Refusal

SAMPLES = sorted(
    path
    for folder in folders.manifest_folders("tellings")
    for path in (folder / "samples").iterdir()
    if not path.name.endswith((".expect.json", ".headers.json"))
)
each_sample = pytest.mark.parametrize("path", SAMPLES, ids=lambda p: f"{p.parent.parent.name}-{p.name}")
each_folder = pytest.mark.parametrize("folder", folders.manifest_folders("tellings"), ids=lambda p: p.name)


def channel_of(path: Path) -> str:
    """A sample called after a declaration (``name.what.json``) is read by that declaration."""
    declared = path.name.split(".")[0]
    return declared if declared in channels and path.name.count(".") > 1 else path.parent.parent.name


def parcel_of(path: Path) -> Parcel:
    beside = path.with_name(f"{path.stem}.headers.json")
    headers = json.loads(beside.read_text(encoding="utf-8")) if beside.exists() else {}
    return Parcel(path.read_bytes(), headers.get("content-type", ""), headers, path.name)


def read(channel: str, parcel: Parcel) -> list[Piece]:
    try:
        return list(channels.get(channel).decode(parcel))
    except Refusal as refusal:
        return [Piece(parcel, fault=refusal)]


def flat(piece: Piece) -> dict[str, Any]:
    if piece.fault is not None:
        return {"fault": piece.fault.code, "field": piece.fault.field}
    if piece.held is not None:
        told = {f"held.{name}": value for name, value in asdict(piece.held).items()}
        told["media"] = len(piece.media)
        return {k: plain(v) for k, v in told.items()}
    assert piece.report is not None
    told = asdict(piece.report)
    reporter = told.pop("reporter") or {}
    told |= {f"reporter.{name}": value for name, value in reporter.items()} | {"media": len(piece.media)}
    return {k: plain(v) for k, v in told.items()}


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) and value and isinstance(value[0], float) else value


def whole(piece: Piece) -> bool:
    """Either something was read or the fault is named, never both."""
    return (piece.report is not None or piece.held is not None) == (piece.fault is None)


@each_folder
def test_the_manifest_is_in_order_and_reaches_silver(folder: Path):
    manifest = manifests.read((folder / "manifest.yaml").read_text(encoding="utf-8"), folder.name)
    assert manifest.level() in {"silver", "gold"}
    assert channels.get(manifest.name).title == manifest.title
    assert any(path.parent.parent == folder for path in SAMPLES)


@each_sample
def test_a_sample_reads_as_it_says(path: Path):
    expected = json.loads(path.with_name(f"{path.stem}.expect.json").read_text(encoding="utf-8"))
    pieces = read(channel_of(path), parcel_of(path))
    found = [flat(piece) for piece in pieces]
    assert len(found) == len(expected)
    for one, wanted in zip(found, expected, strict=True):
        assert wanted.pop("payload_lacks", "\x00") not in one.get("payload", "")
        assert {name: one.get(name) for name in wanted} == wanted


@each_sample
def test_each_part_reads_the_same_alone(path: Path):
    channel = channel_of(path)
    for piece in read(channel, parcel_of(path)):
        (again,) = read(channel, piece.alone)
        assert (again.report, again.held) == (piece.report, piece.held)
        assert (again.fault and again.fault.code) == (piece.fault and piece.fault.code)


@each_sample
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_damaged_parcel_gives_parts_or_a_refusal_never_a_crash(path: Path, data):
    parcel = parcel_of(path)
    body = bytearray(parcel.body)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body)))
        body[at : at + data.draw(st.integers(0, 12))] = data.draw(st.binary(max_size=6))
    for piece in read(channel_of(path), Parcel(bytes(body), parcel.content_type, parcel.headers)):
        assert whole(piece)


@each_folder
@given(
    body=st.binary(max_size=200),
    kind=st.text(max_size=40),
    headers=st.dictionaries(st.text(max_size=12), st.text()),
)
@settings(max_examples=80, deadline=None)
def test_rubbish_gives_a_refusal_never_a_crash(folder: Path, body, kind, headers):
    for piece in read(folder.name, Parcel(body, kind, headers)):
        assert whole(piece)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("name: x\n", "title"),
        ("{name: a, title: t, version: 1, reads: [], ladder: {}, colour: red}", "colour"),
        ("{name: b, title: t, version: 1, reads: [], ladder: {}}", "samples"),
    ],
)
def test_a_manifest_that_is_not_in_order_says_what_is_wrong(text, wrong):
    with pytest.raises(ValueError, match=wrong):
        manifests.read(text, "b" if "name: b" in text else "a")
