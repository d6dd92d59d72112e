# SPDX-License-Identifier: Apache-2.0
"""Pure: the exported talk of a work group becomes tellings.

Two forms are read: text, in which a line with a time and a name begins each message, and JSON, a list of
objects with ``sender``, ``time`` and ``content``. What one person writes within three minutes is one
telling. Bare acknowledgements (收到, 好的, 谢谢 …) tell nothing and are passed over.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tongguan.intake.contracts import Parcel, Piece, ReporterIn, ReportIn
from tongguan.kernel.errors import Invalid, Refusal
from tongguan.tellings.reading import CITY, Fields, json_bytes, json_of, records_of, text_of

SOURCE: Final = "chat"
TOGETHER: Final = timedelta(minutes=3)
_TEXT: Final = 20_000
_NAME: Final = 60
_TIME: Final = r"(?P<time>\d{4}[-/年]\d{1,2}[-/月]\d{1,2}日?\s+\d{1,2}:\d{2}(?::\d{2})?)"
_HEADS: Final = (
    re.compile(rf"{_TIME}\s+(?P<name>\S.{{0,59}})", re.ASCII),
    re.compile(rf"(?P<name>\S.{{0,59}}?)\s+{_TIME}", re.ASCII),
)
_ASIDE: Final = re.compile(r"@\S+|\[[^\]\s]{1,6}\]|[\W_]")
_NOTHING: Final = re.compile(r"(?:收到|好的?|谢谢|辛苦了?|明白|知道了|已阅|ok|嗯|是的?|在|1)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Said:
    """One message."""

    name: str
    at: datetime
    text: str


def decode(parcel: Parcel) -> list[Piece]:
    """Give the tellings of a group in order. Raises Invalid when the export has no message."""
    if parcel.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        pieces: list[Said | Piece] = [_said(one) for one in records_of(json_of(parcel.body))]
    else:
        pieces = list(_lines(text_of(parcel.body)))
        if not pieces:
            raise Invalid(
                "chat.no_message",
                zh="没有找到形如“2026-05-01 09:30:00 张三”的消息行",
                en="no line with a time and a name",
                field="body",
            )
    faulty = [piece for piece in pieces if isinstance(piece, Piece)]
    return [*faulty, *(_piece(group) for group in _grouped([s for s in pieces if isinstance(s, Said)]))]


def _said(record: Fields) -> Said | Piece:
    try:
        at = record.moment("time")
        if at is None:
            raise record.fault("time", "field.missing", "缺少此项", "is missing")
        return Said(record.text("sender", need=True)[:_NAME], at, record.text("content"))
    except Refusal as refusal:
        return Piece(Parcel(json_bytes(record.record), "application/json"), fault=refusal)


def _lines(text: str) -> list[Said]:
    said: list[Said] = []
    for raw in text.splitlines():
        line = raw.strip("﻿ \t\r")
        head = _head(line)
        if head is not None:
            said.append(head)
        elif said and line:
            last = said[-1]
            said[-1] = Said(last.name, last.at, f"{last.text}\n{line}".strip())
    return said


def _head(line: str) -> Said | None:
    for pattern in _HEADS:
        found = pattern.fullmatch(line)
        if found:
            year, month, day, hour, minute, *rest = (int(part) for part in re.findall(r"\d+", found["time"]))
            try:
                at = datetime(year, month, day, hour, minute, rest[0] if rest else 0, tzinfo=CITY)
            except ValueError:
                return None
            return Said(found["name"].strip(":： "), at, "")
    return None


def _grouped(said: Sequence[Said]) -> list[Said]:
    """Join what one person says in a row; leave out what tells nothing."""
    groups: list[tuple[Said, datetime]] = []
    for one in said:
        if _NOTHING.fullmatch(_ASIDE.sub("", one.text)):
            continue
        if groups and groups[-1][0].name == one.name and one.at - groups[-1][1] <= TOGETHER:
            first, _ = groups[-1]
            groups[-1] = (Said(first.name, first.at, f"{first.text}\n{one.text}"), one.at)
        else:
            groups.append((one, one.at))
    return [group for group, _ in groups]


def _piece(said: Said) -> Piece:
    told = [{"sender": said.name, "time": said.at.isoformat(), "content": said.text}]
    number = hashlib.sha256(json_bytes(told)).hexdigest()
    report = ReportIn(
        source=SOURCE,
        external_id=number,
        text=said.text[:_TEXT],
        told_at=said.at,
        reporter=ReporterIn(name=said.name),
        payload=said.text[:_TEXT],
    )
    return Piece(Parcel(json_bytes(told), "application/json"), report=report)
