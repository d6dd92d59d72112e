# SPDX-License-Identifier: Apache-2.0
"""Pure: CloudEvents 1.0 to and from a department's system.

Only the structured and the batched mode are read: in the binary mode the attributes stand in headers,
which the signature does not cover.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tongguan.exchange.contracts import Kind
from tongguan.exchange.mapping import ORDER, About, Declaration
from tongguan.intake.contracts import Medium, Parcel
from tongguan.kernel.errors import Invalid
from tongguan.tellings.reading import Fields, json_bytes, json_of

ONE: Final = "application/cloudevents+json"
MANY: Final = "application/cloudevents-batch+json"
SOURCE: Final = "/tongguan"
MOST_EVENTS: Final = 100
_MOST_FILES: Final = 20
_LONGEST: Final = 200
_LONGEST_TEXT: Final = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event of a department in our own words. ``number``: its place as the sender counts."""

    key: str
    event_id: str
    kind: Kind
    order_id: str
    their_id: str
    text: str
    reason: str
    clause: str
    handler: str
    at: datetime | None
    number: int | None
    files: tuple[Medium, ...]


def body(
    *,
    event_id: str,
    kind: str,
    at: datetime,
    seq: int,
    subject: str,
    line: str,
    data: Mapping[str, Any],
) -> str:
    """Write the CloudEvent that is sent: ``sequence`` counts per link; order is kept within a ``line``."""
    event = {
        "specversion": "1.0",
        "id": event_id,
        "source": SOURCE,
        "type": f"tongguan.{kind}",
        "subject": subject,
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "sequence": str(seq),
        "sequencetype": "Integer",
        "partitionkey": line,
        "data": data,
    }
    return json_bytes(event).decode()


def alone(parcel: Parcel) -> list[Parcel]:
    """Give one parcel per event. Raises Invalid when the body holds none."""
    kind = parcel.content_type.casefold().partition(";")[0].strip()
    if kind not in {ONE, MANY}:
        raise Invalid(
            "event.mode",
            zh=f"消息类型应为 {ONE} 或 {MANY}（二进制模式的消息头不在签名之内，不予接收）",
            en=f"the body must be {ONE} or {MANY}: headers of the binary mode are not signed",
            field="Content-Type",
        )
    told = json_of(parcel.body)
    if kind == ONE:
        return [parcel]
    if not isinstance(told, list) or not 1 <= len(told) <= MOST_EVENTS:
        raise Invalid(
            "event.batch",
            zh=f"批量模式应为 1 到 {MOST_EVENTS} 个事件的列表",
            en=f"a batch is a list of 1 to {MOST_EVENTS} events",
            field="body",
        )
    return [Parcel(json_bytes(event), ONE) for event in told]


def read(parcel: Parcel, declaration: Declaration, about: About = ORDER) -> Told:
    """Give the event of a parcel in our words. Raises Invalid naming the field."""
    event = json_of(parcel.body)
    if not isinstance(event, Mapping):
        raise Invalid("event.form", zh="事件应为对象", en="an event is an object", field="body")
    outer = Fields(event)
    if event.get("specversion") != "1.0":
        raise outer.fault("specversion", "event.version", "应为 1.0", "must be 1.0")
    event_id, source = outer.text("id", need=True), outer.text("source", need=True)
    event_type = outer.text("type", need=True)
    kind = declaration.kind(event_type, about)
    if kind is None:
        raise outer.fault("type", "event.type", "不认识的事件类型", "unknown type of event")
    data = Fields(_data(event), "data")

    def word(name: str) -> str:
        found = data.text(*declaration.paths(name, about))
        if len(found) > _LONGEST_TEXT or "\x00" in found:
            path = declaration.paths(name, about)[0]
            raise data.fault(path, "field.text", "文字过长或含空字符", "too long, or holds a NUL")
        return found

    order_id = word("order_id") or outer.text("subject")
    if not order_id and not word("their_id"):
        path = declaration.paths("order_id", about)[0]
        raise data.fault(path, "event.order", "没有说明是哪一件", "does not say of which one")
    return Told(
        key=hashlib.sha256(f"{source}\x1f{event_id}".encode("utf-8", "replace")).hexdigest(),
        event_id=event_id[:_LONGEST],
        kind=kind,
        order_id=order_id[:_LONGEST],
        their_id=word("their_id")[:_LONGEST],
        text=word("text"),
        reason=word("reason"),
        clause=word("clause")[:_LONGEST],
        handler=word("handler")[:_LONGEST],
        at=outer.moment("time"),
        number=_number(outer),
        files=tuple(_files(data, declaration.paths("files"))),
    )


def event_id_of(parcel: Parcel) -> str:
    """Give the id of an event as far as it can be read; for answers to what cannot be."""
    try:
        event = json_of(parcel.body)
    except Invalid:
        return ""
    found = event.get("id") if isinstance(event, Mapping) else None
    return found[:_LONGEST].replace("\x00", "") if isinstance(found, str) else ""


def _data(event: Mapping[str, Any]) -> Any:
    data = event.get("data", {})
    if not isinstance(data, Mapping):
        raise Invalid("event.data", zh="data 应为对象", en="data must be an object", field="data")
    return data


def _number(outer: Fields) -> int | None:
    given = outer.text("sequence")
    if not given:
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 19):  # noqa: PLR2004 - fits the column
        raise outer.fault("sequence", "event.sequence", "应为整数", "must be a whole number")
    return int(given)


def _files(data: Fields, paths: tuple[str, ...]) -> Iterator[Medium]:
    path = next((one for one in paths if data.at(one) is not None), None)
    if path is None:
        return
    for number, one in enumerate(data.parts(path)):
        if number >= _MOST_FILES:
            raise data.fault(
                path, "event.files", f"最多 {_MOST_FILES} 个附件", f"at most {_MOST_FILES} files"
            )
        try:
            yield Medium(
                one.text("name", need=True), base64.b64decode(one.text("base64", need=True), validate=True)
            )
        except (binascii.Error, ValueError) as error:
            raise one.fault("base64", "event.base64", "不是 base64", "is not base64") from error
