# SPDX-License-Identifier: Apache-2.0
"""CAP messages in an envelope of OASIS EDXL-DE 1.0: who sends them, where to, in which state. Pure.

依据 OASIS EDXL Distribution Element 1.0（2006）：命名空间、必填元素与取值；只取其中的 CAP 1.2 消息。
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

from tongguan.warnings import cap
from tongguan.warnings.cap import Area, Message, Reference
from tongguan.warnings.elements import Elements

NAMESPACE: Final = "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
_DE: Final = Elements(NAMESPACE, "edxl.invalid")
STATUSES: Final = ("Actual", "Exercise", "System", "Test")
KINDS: Final = (
    "Report", "Update", "Cancel", "Request", "Response", "Dispatch", "Ack", "Error", "SensorConfiguration",
    "SensorControl", "SensorStatus", "SensorDetection",
)  # fmt: skip
#: Kinds that speak of an earlier distribution and must name it.
_ABOUT: Final = frozenset({"Update", "Cancel", "Error"})
_CODES: Final = ("country", "subdivision", "locCodeUN")
_PARTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a distribution says of itself; ``areas``: where it is meant for, codes as (kind, code)."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    kind: str
    confidentiality: str
    references: tuple[Reference, ...] = ()
    areas: tuple[Area, ...] = ()


def opened(body: bytes) -> tuple[Envelope | None, tuple[Message, ...]]:
    """Give the messages of a CAP document, or of an envelope with what it says of itself.

    In an envelope that is no actual one (an exercise, a test) no message is. Raises Invalid naming the
    element that is missing or wrong: also for an envelope without a CAP 1.2 message.
    """
    root = cap.root_of(body)
    if root.tag != f"{{{NAMESPACE}}}EDXLDistribution":
        return None, (cap.message_of(root),)
    envelope = _envelope(root)
    found = [
        alert
        for held in _DE.all(root, "contentObject")
        for content in _DE.all(held, "xmlContent")
        for inside in _DE.all(content, "embeddedXMLContent")
        for alert in inside.findall(f"{{{cap.NAMESPACE}}}alert")
    ]
    if not found:
        raise _DE.wrong("embeddedXMLContent", "其中没有 CAP 1.2 消息", "no CAP 1.2 message is in it")
    messages = tuple(cap.message_of(one) for one in found)
    if envelope.status != "Actual":
        messages = tuple(replace(one, status=envelope.status) for one in messages)
    return envelope, messages


def _envelope(root: Element) -> Envelope:
    envelope = Envelope(
        identifier=_DE.needed(root, "distributionID"),
        sender=_DE.needed(root, "senderID"),
        sent=cap.moment_of(_DE.needed(root, "dateTimeSent"), "dateTimeSent"),
        status=_DE.word(root, "distributionStatus", STATUSES),
        kind=_DE.word(root, "distributionType", KINDS),
        confidentiality=_DE.needed(root, "combinedConfidentiality"),
        references=tuple(_reference(text) for text in _DE.texts(root, "distributionReference")),
        areas=tuple(_area(one) for one in _DE.all(root, "targetArea")),
    )
    if envelope.kind in _ABOUT and not envelope.references:
        raise _DE.wrong(
            "distributionReference", "须指明所针对的分发", "must say of which distribution it speaks"
        )
    return envelope


def _area(one: Element) -> Area:
    return Area(
        description="",
        polygons=tuple(cap.ring_of(text) for text in _DE.texts(one, "polygon")),
        circles=tuple(cap.circle_of(text) for text in _DE.texts(one, "circle")),
        codes=tuple((name, text) for name in _CODES for text in _DE.texts(one, name)),
    )


def _reference(text: str) -> Reference:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != _PARTS:
        raise _DE.wrong("distributionReference", "应为 分发标识,发送者,时间", "must be id,sender,sent")
    return Reference(parts[1], parts[0], cap.moment_of(parts[2], "distributionReference"))
