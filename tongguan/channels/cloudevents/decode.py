# SPDX-License-Identifier: Apache-2.0
"""Pure: CloudEvents 1.0 over HTTP, in its three modes, become tellings.

The data of an event carries our own field names, as at the open interface. The event's source and id
together are its number: CloudEvents promises that they name one event.
"""

import hashlib
from collections.abc import Mapping
from typing import Final

from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from cloudevents.core.exceptions import BaseCloudEventException
from cloudevents.core.formats.json import JSONFormat

from tongguan.intake.contracts import Parcel, Piece, ReportIn
from tongguan.kernel.errors import Invalid, Refusal
from tongguan.tellings.reading import Fields, json_bytes, json_of, telling

SOURCE: Final = "cloudevents"
_ONE: Final = "application/cloudevents+json"
_MANY: Final = "application/cloudevents-batch"
_LONGEST_NUMBER: Final = 200
_FORMAT: Final = JSONFormat()
#: What the library raises for a message that is no event.
_BROKEN: Final = (BaseCloudEventException, ValueError, TypeError, KeyError, AttributeError, RecursionError)


def decode(parcel: Parcel) -> list[Piece]:
    """Give one telling per event. Raises Invalid when a batch is no list."""
    if not parcel.content_type.casefold().startswith(_MANY):
        return [_piece(parcel)]
    events = json_of(parcel.body)
    if not isinstance(events, list):
        raise Invalid(
            "event.batch", zh="批量模式应为事件列表", en="a batch is a list of events", field="body"
        )
    return [_piece(Parcel(json_bytes(event), _ONE)) for event in events]


def _piece(alone: Parcel) -> Piece:
    try:
        timed = _checked(alone)
        return Piece(alone, report=_report(_event(alone), timed=timed))
    except Refusal as refusal:
        return Piece(alone, fault=refusal)


def _checked(parcel: Parcel) -> bool:
    """Refuse an event that does not name itself; tell whether it says when it happened.

    The library would make up a number and a time, and each repetition would become another report.
    """
    if parcel.content_type.casefold().startswith(_ONE):
        event = json_of(parcel.body)
        told = {f"ce-{name}": value for name, value in event.items()} if isinstance(event, dict) else {}
    else:
        told = dict(parcel.headers)
    number = told.get("ce-id", "" if "ce-specversion" in told else "unread")
    if not isinstance(number, str) or not number.strip():
        raise Invalid("event.form", zh="事件没有 id", en="the event has no id", field="id")
    return bool(told.get("ce-time"))


def _event(parcel: Parcel) -> BaseCloudEvent:
    headers = {"content-type": parcel.content_type}
    headers |= {name: value for name, value in parcel.headers.items() if name.startswith("ce-")}
    if not parcel.content_type.casefold().startswith(_ONE) and "ce-specversion" not in headers:
        raise Invalid(
            "event.mode",
            zh="既没有 ce-specversion 消息头，也不是 application/cloudevents+json",
            en="neither a ce-specversion header nor application/cloudevents+json",
            field="ce-specversion",
        )
    try:
        return from_http_event(HTTPMessage(headers, parcel.body))
    except _BROKEN as error:
        raise _no_event(error) from error


def _no_event(error: Exception) -> Invalid:
    # The library names the attributes that are wrong; the first of them is the field.
    wrong = getattr(error, "errors", None)
    field = str(next(iter(wrong))) if isinstance(wrong, Mapping) and wrong else "body"
    return Invalid(
        "event.form", zh=f"不是 CloudEvents 事件：{error}", en=f"not an event: {error}", field=field
    )


def _report(event: BaseCloudEvent, *, timed: bool) -> ReportIn:
    data = event.get_data()
    if isinstance(data, bytes):
        data = json_of(data)
    if not isinstance(data, Mapping):
        raise Invalid("event.data", zh="data 应为对象", en="data must be an object", field="data")
    number = f"{event.get_source()} {event.get_id()}"
    if len(number) > _LONGEST_NUMBER:
        number = hashlib.sha256(number.encode("utf-8", "replace")).hexdigest()
    shown = {key: value for key, value in data.items() if key != "reporter"}
    told_at = data.get("told_at") or (event.get_time() if timed else None)
    # Only the event names itself: a number inside the data would let one event be two.
    fields = Fields({**data, "external_id": "", "told_at": told_at}, "data")
    return telling(fields, source=SOURCE, external_id=number, payload=json_bytes(shown))
