# SPDX-License-Identifier: Apache-2.0
"""Pure: the packets of MQTT 5 and 3.1.1 that a subscriber needs, many at once.

Source: OASIS MQTT Version 5.0 and Version 3.1.1 (sections named at the functions). Only what a gateway uses
is here: it reads PUBLISH of QoS 0 and 1 and answers them; it never asks for QoS 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

V3, V5 = 4, 5
#: One packet may hold so much; a bigger one breaks the connection (MQTT 5 tells the broker not to send it).
LARGEST: Final = 4 * 1024 * 1024
CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP, DISCONNECT = 2, 3, 4, 9, 13, 14
PING: Final = b"\xc0\x00"
GOODBYE: Final = b"\xe0\x00"
_MOST_TOPICS: Final = 200_000


class Malformed(Exception):  # noqa: N818 - what the other side is
    """The other side does not speak MQTT as it should."""


@dataclass(slots=True)
class Arrived:
    """Messages of one read, column by column; ``number`` 0: QoS 0, nothing to acknowledge."""

    topic: list[str] = field(default_factory=list)
    body: list[bytes] = field(default_factory=list)
    number: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Packet:
    """Any other packet: its kind, and the bytes behind its fixed header."""

    kind: int
    body: bytes


def connect(
    client: str,
    *,
    version: int = V5,
    user: str = "",
    password: str = "",
    keep_alive: int = 60,
    session: int = 0,
    window: int = 65_535,
) -> bytes:
    """Give CONNECT (3.1). ``session``: seconds for which the broker keeps it; ``window``: Receive Maximum.

    MQTT 3.1.1 knows neither: there a session above 0 is kept for as long as the broker likes.
    """
    clean = session == 0
    flags = (0x80 if user else 0) | (0x40 if password else 0) | (0x02 if clean and version == V3 else 0)
    head = _text("MQTT") + bytes((version, flags)) + keep_alive.to_bytes(2)
    if version == V5:
        properties = b"\x11" + session.to_bytes(4) + b"\x21" + window.to_bytes(2)
        properties += b"\x27" + LARGEST.to_bytes(4)
        head += _length(len(properties)) + properties
    body = head + _text(client) + (_text(user) if user else b"") + (_text(password) if password else b"")
    return b"\x10" + _length(len(body)) + body


def subscribe(number: int, topics: Sequence[str], qos: int, *, version: int = V5) -> bytes:
    """Give SUBSCRIBE (3.8); in MQTT 5 retained messages are wanted only where the subscription is new."""
    options = bytes((qos | (0x10 if version == V5 else 0),))
    body = number.to_bytes(2) + (b"\x00" if version == V5 else b"")
    body += b"".join(_text(topic) + options for topic in topics)
    return b"\x82" + _length(len(body)) + body


def publish(topic: str, body: bytes, *, qos: int = 0, number: int = 0, version: int = V5) -> bytes:
    """Give PUBLISH (3.3) without properties."""
    head = _text(topic) + (number.to_bytes(2) if qos else b"") + (b"\x00" if version == V5 else b"")
    return bytes((0x30 | qos << 1,)) + _length(len(head) + len(body)) + head + body


def acknowledged(numbers: Sequence[int]) -> bytes:
    """Give PUBACK (3.4) for every number but 0, in the given order; the same bytes in both versions."""
    wanted = np.asarray(numbers, np.uint16)
    wanted = wanted[wanted != 0]
    packets = np.empty((len(wanted), 4), np.uint8)
    packets[:, 0], packets[:, 1] = 0x40, 2
    packets[:, 2], packets[:, 3] = wanted >> 8, wanted & 0xFF
    return packets.tobytes()


def refusal(packet: Packet) -> int:
    """Give the reason code of a CONNACK or the worst one of a SUBACK; below 128 (CONNACK: 0) is good.

    Raises Malformed.
    """
    if packet.kind == CONNACK and len(packet.body) >= 2:  # noqa: PLR2004 - flags and code
        return packet.body[1]
    if packet.kind == SUBACK and packet.body:
        return max(packet.body)
    raise Malformed(f"packet {packet.kind} where an answer was due")


def suback_codes(packet: Packet, version: int) -> bytes:
    """Give the reason codes of SUBACK (3.9), one per topic. Raises Malformed."""
    begin = 2
    if version == V5:
        size, width = _varint(packet.body, begin)
        begin += width + size
    codes = packet.body[begin:]
    if packet.kind != SUBACK or not codes:
        raise Malformed("no reason codes in SUBACK")
    return codes


def session_present(packet: Packet) -> bool:
    """Tell from a CONNACK whether the broker still had the session."""
    return bool(packet.body and packet.body[0] & 1)


class Inbox:
    """Takes bytes as they come, gives what is whole. Remembers topics, so that each is decoded once."""

    def __init__(self, version: int = V5) -> None:
        """Begin empty."""
        self._version = version
        self._rest = b""
        self._topics: dict[bytes, str] = {}

    def feed(self, chunk: bytes) -> tuple[Arrived, list[Packet]]:
        """Give the messages and the other packets that are complete now. Raises Malformed."""
        buffer = self._rest + chunk if self._rest else chunk
        arrived, packets = Arrived(), []
        topics, more, properties = self._topics, arrived.number.append, self._version == V5
        add_topic, add_body = arrived.topic.append, arrived.body.append
        at, end = 0, len(buffer)
        while end - at >= 2:  # noqa: PLR2004 - the shortest packet
            first, size = buffer[at], buffer[at + 1]
            begin = at + 2
            if size > 127:  # noqa: PLR2004 - the length goes on
                size, width = _varint(buffer, at + 1)
                if width == 0:
                    break
                begin = at + 1 + width
                if size > LARGEST:
                    raise Malformed(f"a packet of {size} bytes")
            stop = begin + size
            if stop > end:
                break
            if first >> 4 == PUBLISH:
                here = begin + 2 + (buffer[begin] << 8) + buffer[begin + 1] if size > 1 else stop + 1
                name = buffer[begin + 2 : here]
                number = 0
                if first & 6:
                    number = int.from_bytes(buffer[here : here + 2])
                    here += 2
                if properties and here < stop:
                    skip = buffer[here]
                    if skip > 127:  # noqa: PLR2004 - the length goes on
                        skip, width = _varint(buffer, here)
                        here += width - 1
                    here += 1 + skip
                elif properties:
                    here = stop + 1
                if here > stop or first & 6 == 6 or (first & 6 and not number):  # noqa: PLR2004 - QoS 3
                    raise Malformed("a PUBLISH whose parts do not fit its length")
                topic = topics.get(name)
                add_topic(self._topic(name) if topic is None else topic)
                add_body(buffer[here:stop])
                more(number)
            else:
                packets.append(Packet(first >> 4, buffer[begin:stop]))
            at = stop
        self._rest = buffer[at:]
        return arrived, packets

    def _topic(self, name: bytes) -> str:
        try:
            text = name.decode()
        except UnicodeDecodeError as error:
            raise Malformed("a topic that is not UTF-8") from error
        if len(self._topics) >= _MOST_TOPICS:
            self._topics.clear()
        self._topics[name] = text
        return text


def _text(text: str) -> bytes:
    """Give a UTF-8 string with its length. Raises ValueError above 65,535 bytes."""
    raw = text.encode()
    if len(raw) > 0xFFFF:  # noqa: PLR2004 - the length has two bytes
        raise ValueError("a text of MQTT has at most 65,535 bytes")
    return len(raw).to_bytes(2) + raw


def _length(size: int) -> bytes:
    """Give a variable byte integer (1.5.5)."""
    out = bytearray()
    while True:
        size, digit = divmod(size, 128)
        out.append(digit | 0x80 if size else digit)
        if not size:
            return bytes(out)


def _varint(buffer: bytes, at: int) -> tuple[int, int]:
    """Give a variable byte integer and its width, width 0 when it is not whole yet. Raises Malformed."""
    value = 0
    for width in range(4):
        if at + width >= len(buffer):
            return 0, 0
        digit = buffer[at + width]
        value |= (digit & 0x7F) << 7 * width
        if digit < 0x80:  # noqa: PLR2004 - the last digit
            return value, width + 1
    raise Malformed("a length of more than four bytes")
