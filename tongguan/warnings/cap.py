# SPDX-License-Identifier: Apache-2.0
"""CAP 1.2 messages: written in the order of the standard, read with every fault named. Pure.

依据 OASIS Common Alerting Protocol 1.2（字段与取值见 emergency.yaml cap_1_2）。
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from math import cos, radians
from typing import Final
from xml.etree.ElementTree import Element, ParseError, SubElement, XMLParser, fromstring, tostring

from tongguan.warnings.elements import Elements

NAMESPACE: Final = "urn:oasis:names:tc:emergency:cap:1.2"
_CAP: Final = Elements(NAMESPACE, "cap.invalid")
MAX_BYTES: Final = 1024 * 1024
STATUSES: Final = ("Actual", "Exercise", "System", "Test", "Draft")
MSG_TYPES: Final = ("Alert", "Update", "Cancel", "Ack", "Error")
SCOPES: Final = ("Public", "Restricted", "Private")
CATEGORIES: Final = (
    "Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE",
    "Other",
)  # fmt: skip
RESPONSES: Final = (
    "Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None",
)  # fmt: skip
URGENCIES: Final = ("Immediate", "Expected", "Future", "Past", "Unknown")
SEVERITIES: Final = ("Extreme", "Severe", "Moderate", "Minor", "Unknown")
CERTAINTIES: Final = ("Observed", "Likely", "Possible", "Unlikely", "Unknown")
#: The standard's form of a time: with an offset, no letter for UTC, no fraction.
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
_NAME: Final = re.compile(r"[^\s,<&]+")
_POINT: Final = re.compile(r"-?\d+(\.\d+)?,-?\d+(\.\d+)?")
_RING: Final = 4
_KM_PER_DEGREE: Final = 111.195


@dataclass(frozen=True, slots=True)
class Reference:
    """An earlier message: sender, identifier and when it was sent."""

    sender: str
    identifier: str
    sent: datetime


@dataclass(frozen=True, slots=True)
class Area:
    """Where: in words, rings of (latitude, longitude), circles (latitude, longitude, kilometres), codes."""

    description: str
    polygons: tuple[tuple[tuple[float, float], ...], ...] = ()
    circles: tuple[tuple[float, float, float], ...] = ()
    codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What is told in one language."""

    event: str
    categories: tuple[str, ...]
    urgency: str
    severity: str
    certainty: str
    language: str = ""
    responses: tuple[str, ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    effective: datetime | None = None
    onset: datetime | None = None
    expires: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    areas: tuple[Area, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One CAP message."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    msg_type: str
    scope: str
    restriction: str = ""
    note: str = ""
    references: tuple[Reference, ...] = ()
    infos: tuple[Info, ...] = ()


def write(message: Message) -> bytes:
    """Give the message as UTF-8 XML."""
    root = Element("alert", {"xmlns": NAMESPACE})
    for name, value in (
        ("identifier", message.identifier),
        ("sender", message.sender),
        ("sent", stamp(message.sent)),
        ("status", message.status),
        ("msgType", message.msg_type),
        ("scope", message.scope),
        ("restriction", message.restriction),
        ("note", message.note),
        ("references", " ".join(f"{r.sender},{r.identifier},{stamp(r.sent)}" for r in message.references)),
    ):
        _put(root, name, value)
    for info in message.infos:
        _write_info(SubElement(root, "info"), info)
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def stamp(at: datetime | None) -> str:
    """Give a time in the standard's form, "" for none."""
    if at is None:
        return ""
    text = at.replace(microsecond=0).isoformat()
    return text.removesuffix("+00:00") + "-00:00" if text.endswith("+00:00") else text


def _put(parent: Element, name: str, value: str) -> None:
    if value:
        SubElement(parent, name).text = value


def _write_info(to: Element, info: Info) -> None:
    _put(to, "language", info.language)
    for category in info.categories:
        _put(to, "category", category)
    _put(to, "event", info.event)
    for response in info.responses:
        _put(to, "responseType", response)
    for name in ("urgency", "severity", "certainty"):
        _put(to, name, getattr(info, name))
    _pairs(to, "eventCode", info.codes)
    for name in ("effective", "onset", "expires"):
        _put(to, name, stamp(getattr(info, name)))
    for name, value in (
        ("senderName", info.sender_name),
        ("headline", info.headline),
        ("description", info.description),
        ("instruction", info.instruction),
        ("web", info.web),
    ):
        _put(to, name, value)
    _pairs(to, "parameter", info.parameters)
    for area in info.areas:
        place = SubElement(to, "area")
        SubElement(place, "areaDesc").text = area.description
        for ring in area.polygons:
            _put(place, "polygon", " ".join(f"{lat:g},{lon:g}" for lat, lon in ring))
        for lat, lon, radius in area.circles:
            _put(place, "circle", f"{lat:.6f},{lon:.6f} {radius:g}")
        _pairs(place, "geocode", area.codes)


def _pairs(to: Element, name: str, pairs: tuple[tuple[str, str], ...]) -> None:
    for key, value in pairs:
        pair = SubElement(to, name)
        SubElement(pair, "valueName").text = key
        SubElement(pair, "value").text = value


def read(body: bytes) -> Message:
    """Give what a message says. Raises Invalid naming the element that is missing or wrong.

    The order of elements is not insisted on; a document type is refused, so that no entity is ever expanded.
    """
    return message_of(root_of(body))


def root_of(body: bytes) -> Element:
    """Give the root of a document without a document type. Raises Invalid naming ``alert``."""
    if len(body) > MAX_BYTES:
        raise _CAP.wrong("alert", "超过 1 MB", "larger than 1 MB")
    if b"<!" in body.replace(b"<!--", b"").replace(b"<![CDATA[", b""):
        raise _CAP.wrong("alert", "不接受文档类型声明", "a document type is not taken")
    try:
        return fromstring(body, parser=XMLParser())  # noqa: S314 - without a document type there are no entities
    except (ParseError, ValueError, LookupError) as error:
        raise _CAP.wrong("alert", "不是合法的 XML", "not well-formed XML") from error


def message_of(root: Element) -> Message:
    """Give what an ``alert`` element says. Raises Invalid naming the element that is missing or wrong."""
    if root.tag != f"{{{NAMESPACE}}}alert":
        raise _CAP.wrong("alert", "根元素应为 CAP 1.2 的 alert", "the root must be alert of CAP 1.2")
    message = Message(
        identifier=_name(root, "identifier"),
        sender=_name(root, "sender"),
        sent=_time(root, "sent", needed=True),
        status=_CAP.word(root, "status", STATUSES),
        msg_type=_CAP.word(root, "msgType", MSG_TYPES),
        scope=_CAP.word(root, "scope", SCOPES),
        restriction=_CAP.text(root, "restriction"),
        note=_CAP.text(root, "note"),
        references=tuple(_references(_CAP.text(root, "references"))),
        infos=tuple(_info(one) for one in _CAP.all(root, "info")),
    )
    if message.msg_type in {"Update", "Cancel"} and not message.references:
        raise _CAP.wrong("references", "更新与解除须指明所替代的消息", "an update or cancel must say of what")
    return message


def _name(parent: Element, name: str) -> str:
    text = _CAP.needed(parent, name)
    if not _NAME.fullmatch(text):
        raise _CAP.wrong(name, "不得含空格、逗号、< 和 &", "no spaces, commas, < or &")
    return text


def _words(parent: Element, name: str, words: tuple[str, ...]) -> tuple[str, ...]:
    found = _CAP.texts(parent, name)
    strange = next((text for text in found if text not in words), None)
    if strange is not None:
        raise _CAP.wrong(name, f"应为 {'、'.join(words)} 之一", f"must be one of {', '.join(words)}")
    return found


def moment_of(text: str, name: str) -> datetime:
    """Give a time told by the element ``name``. Raises Invalid naming it."""
    if not _TIME.fullmatch(text):
        raise _CAP.wrong(name, "时间应形如 2026-05-01T09:00:00+08:00", "a time with an offset")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise _CAP.wrong(name, "没有这个时间", "there is no such time") from error


def _time(parent: Element, name: str, *, needed: bool = False) -> datetime:
    return moment_of(_CAP.needed(parent, name) if needed else _CAP.text(parent, name), name)


def _maybe(parent: Element, name: str) -> datetime | None:
    return _time(parent, name) if _CAP.text(parent, name) else None


def _references(text: str) -> Iterator[Reference]:
    for told in text.split():
        parts = told.split(",")
        if len(parts) != 3:  # noqa: PLR2004 - sender, identifier, sent
            raise _CAP.wrong("references", "应为 发送者,标识,时间", "must be sender,identifier,sent")
        yield Reference(parts[0], parts[1], moment_of(parts[2], "references"))


def _info(one: Element) -> Info:
    categories = _words(one, "category", CATEGORIES)
    if not categories:
        raise _CAP.wrong("category", "缺少该元素", "the element is missing")
    return Info(
        event=_CAP.needed(one, "event"),
        categories=categories,
        urgency=_CAP.word(one, "urgency", URGENCIES),
        severity=_CAP.word(one, "severity", SEVERITIES),
        certainty=_CAP.word(one, "certainty", CERTAINTIES),
        language=_CAP.text(one, "language"),
        responses=_words(one, "responseType", RESPONSES),
        codes=_named(one, "eventCode"),
        effective=_maybe(one, "effective"),
        onset=_maybe(one, "onset"),
        expires=_maybe(one, "expires"),
        sender_name=_CAP.text(one, "senderName"),
        headline=_CAP.text(one, "headline"),
        description=_CAP.text(one, "description"),
        instruction=_CAP.text(one, "instruction"),
        web=_CAP.text(one, "web"),
        parameters=_named(one, "parameter"),
        areas=tuple(_area(area) for area in _CAP.all(one, "area")),
    )


def _named(parent: Element, name: str) -> tuple[tuple[str, str], ...]:
    return tuple((_CAP.text(one, "valueName"), _CAP.text(one, "value")) for one in _CAP.all(parent, name))


def _area(one: Element) -> Area:
    return Area(
        description=_CAP.needed(one, "areaDesc"),
        polygons=tuple(ring_of(text) for text in _CAP.texts(one, "polygon")),
        circles=tuple(circle_of(text) for text in _CAP.texts(one, "circle")),
        codes=_named(one, "geocode"),
    )


def _point(text: str, name: str) -> tuple[float, float]:
    if not _POINT.fullmatch(text):
        raise _CAP.wrong(name, "坐标应为 纬度,经度", "points are latitude,longitude")
    lat, lon = (float(part) for part in text.split(","))
    if abs(lat) > 90 or abs(lon) > 180:  # noqa: PLR2004 - degrees
        raise _CAP.wrong(name, "坐标超出范围", "beyond the globe")
    return lat, lon


def ring_of(text: str) -> tuple[tuple[float, float], ...]:
    """Give the corners (latitude, longitude) of a ``polygon``. Raises Invalid naming it."""
    ring = tuple(_point(part, "polygon") for part in text.split())
    if len(ring) < _RING or ring[0] != ring[-1]:
        raise _CAP.wrong("polygon", "至少四点且首尾相同", "four points or more, the last like the first")
    return ring


def circle_of(text: str) -> tuple[float, float, float]:
    """Give latitude, longitude and kilometres of a ``circle``. Raises Invalid naming it."""
    point, _, radius = text.partition(" ")
    lat, lon = _point(point, "circle")
    try:
        kilometres = float(radius)
    except ValueError as error:
        raise _CAP.wrong("circle", "应为 纬度,经度 半径", "latitude,longitude radius") from error
    if not 0 <= kilometres < 20_100:  # noqa: PLR2004 - half round the globe
        raise _CAP.wrong("circle", "半径不正确", "not a radius")
    return lat, lon, kilometres


def reach(lat: float, lon: float, kilometres: float) -> tuple[tuple[float, float], ...]:
    """Give the four ends (latitude, longitude) of a circle, kept on the globe."""
    up = kilometres / _KM_PER_DEGREE
    aside = min(180.0, up / max(cos(radians(lat)), 1e-6))
    found = ((lat + up, lon), (lat - up, lon), (lat, lon + aside), (lat, lon - aside))
    return tuple((max(-90.0, min(90.0, y)), max(-180.0, min(180.0, x))) for y, x in found)
