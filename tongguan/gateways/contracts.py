# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of gateways: messages in, columns of readings out, brokers as they are declared and seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

#: What names a datastream: its key outside, (thing, property), or the datastream's own number.
Key = str | tuple[str, str] | int
#: The broker that runs within the engine while none is declared.
EMBEDDED: Final = "embedded"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a broker; ``at``: when it came, milliseconds since 1970 (UTC)."""

    topic: str
    body: bytes
    at: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a message, or one reading of it, could not be understood. ``message``: its place in the batch."""

    message: int
    field: str
    code: str
    zh: str
    en: str


@dataclass(slots=True)
class Readings:
    """What a batch of messages says, column by column; the first five lists are of one length.

    ``message``: the place of the message it came from. ``at``: milliseconds since 1970 (UTC). ``unit``: as
    told, "" where it is not. ``asks``: messages that the sender must get (Sparkplug's rebirth), ``silent``:
    devices that said they are gone.
    """

    message: list[int] = field(default_factory=list)
    key: list[Key] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    unit: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    asks: list[Message] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        """Give the number of readings."""
        return len(self.key)

    def add(self, message: int, key: Key, at: int, value: float, unit: str) -> None:
        """Append one reading."""
        self.message.append(message)
        self.key.append(key)
        self.at.append(at)
        self.value.append(value)
        self.unit.append(unit)

    def fault(self, message: int, name: str, code: str, zh: str, en: str) -> None:
        """Append what is wrong with a field of a message."""
        self.faults.append(Fault(message, name, code, zh, en))

    def cut(self, length: int) -> None:
        """Take back the readings behind the first ``length``."""
        for column in (self.message, self.key, self.at, self.value, self.unit):
            del column[length:]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerIn:
    """A broker to listen to. ``division``: whose datastreams its devices may write.

    ``topics``: filters, at QoS ``qos``; ``share``: the group of the shared subscription, "" for none;
    ``seats``: how many connections take part in it. ``payload``: the decoder, with its ``declaration``.
    A frame is closed at ``size`` messages or ``linger_ms`` after its first one. ``flood_rate``: readings a
    second of one datastream that are taken for good, ``flood_burst`` at once. ``keep``: how many messages
    that are not understood are kept.
    """

    name: str
    host: str
    division: str
    topics: tuple[str, ...]
    payload: str
    declaration: Mapping[str, Any] = field(default_factory=dict)
    port: int = 1883
    tls: bool = False
    authority: str = ""
    user: str = ""
    version: int = 5
    qos: int = 1
    share: str = ""
    seats: int = 1
    size: int = 5_000
    linger_ms: int = 50
    flood_rate: float = 100.0
    flood_burst: int = 10_000
    keep: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatInfo:
    """One connection to a broker and how it does; ``lag_ms``: from arrival to durable, of the last frame."""

    number: int
    holder: str
    connected_at: datetime | None
    failing_since: datetime | None
    error: str
    messages: int
    readings: int
    refused: int
    unknown: int
    flooded: int
    rate: float
    lag_ms: int
    last_message_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerInfo:
    """A broker as operators see it, without its secret."""

    name: str
    host: str
    port: int
    tls: bool
    user: str
    division: str
    topics: tuple[str, ...]
    qos: int
    share: str
    payload: str
    active: bool
    kept: int
    seats: tuple[SeatInfo, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceNote:
    """A device worth a look: ``unknown``, ``flood`` (told more than its bucket holds), ``silent``."""

    kind: str
    thing: str
    property: str
    unit: str
    value: float | None
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptInfo:
    """A message that was not understood, and why."""

    id: int
    topic: str
    body: bytes
    at: datetime
    field: str
    code: str
    words: str
