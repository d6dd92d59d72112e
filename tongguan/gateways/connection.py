# SPDX-License-Identifier: Apache-2.0
"""One connection to a broker: opened, read in bulk, answered; whoever calls decides when.

Own code instead of a library's, because a library's cost per message is the limit (ADR 0028): about 3 µs
of CPU per message of QoS 1 here, 38 µs with paho-mqtt. Nothing is read while nobody asks, so a slow store
holds the broker back by the connection itself.
"""

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tongguan.gateways import wire
from tongguan.gateways.wire import Arrived

_CHUNK: Final = 512 * 1024
_PATIENCE: Final = 10.0
KEEP_ALIVE: Final = 60
#: Seconds for which a broker is asked to keep what comes while nobody sits at a seat.
SESSION: Final = 7 * 86_400
_NOT_AUTHORISED: Final = frozenset({4, 5, 0x86, 0x87, 0x8C})


class Refused(Exception):  # noqa: N818 - an answer, not an error in the program
    """The broker does not let us in, or not to a topic; ``field`` is what of the declaration to look at."""

    def __init__(self, field: str, words: str) -> None:
        """Keep both."""
        super().__init__(words)
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What a connection needs to know. ``authority``: PEM of who signs the broker's certificate."""

    host: str
    port: int
    client: str
    topics: tuple[str, ...]
    qos: int = 1
    tls: bool = False
    authority: str = ""
    user: str = ""
    password: str = ""
    version: int = wire.V5
    session: int = SESSION
    window: int = 20_000


class Connection:
    """An open connection with its subscriptions."""

    def __init__(self, where: Where, clock: Callable[[], float] = time.monotonic) -> None:
        """Connect and subscribe. Raises OSError, Refused, Malformed."""
        self._where = where
        self._clock = clock
        self._inbox = wire.Inbox(where.version)
        self._early = Arrived()
        self._heard = self._told = clock()
        self.resumed = False
        raw = socket.create_connection((where.host, where.port), timeout=_PATIENCE)
        try:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket = _secured(raw, where) if where.tls else raw
            self._greet()
        except BaseException:
            raw.close()
            raise

    def _greet(self) -> None:
        where = self._where
        hello = wire.connect(
            where.client,
            version=where.version,
            user=where.user,
            password=where.password,
            keep_alive=KEEP_ALIVE,
            session=where.session,
            window=where.window,
        )
        self._send(hello)
        answer = self._answer(wire.CONNACK)
        code = wire.refusal(answer)
        if code:
            field = "user" if code in _NOT_AUTHORISED else "version"
            raise Refused(field, f"服务器拒绝连接，代码 {code} (the broker refused the connection)")
        self.resumed = wire.session_present(answer)
        self._send(wire.subscribe(1, where.topics, where.qos, version=where.version))
        codes = wire.suback_codes(self._answer(wire.SUBACK), where.version)
        for topic, granted in zip(where.topics, codes, strict=False):
            if granted >= 0x80:  # noqa: PLR2004 - from here on: refused
                raise Refused("topics", f"服务器拒绝订阅 {topic}，代码 {granted} (subscription refused)")

    def _answer(self, kind: int) -> wire.Packet:
        """Wait for a packet; messages of a resumed session may come before it."""
        until = self._clock() + _PATIENCE
        while self._clock() < until:
            arrived, packets = self._inbox.feed(self._bytes(_PATIENCE))
            for column in ("topic", "body", "number"):
                getattr(self._early, column).extend(getattr(arrived, column))
            for packet in packets:
                if packet.kind == kind:
                    return packet
                self._look_at(packet)
        raise TimeoutError("服务器没有应答 (the broker does not answer)")

    def receive(self, patience: float) -> Arrived:
        """Give what has come, waiting at most so many seconds; empty when nothing has. Keeps alive.

        Raises OSError when the connection is gone, Malformed.
        """
        if self._early.number:
            early, self._early = self._early, Arrived()
            return early
        self.keep_alive()
        try:
            chunk = self._bytes(patience)
        except TimeoutError:
            return Arrived()
        arrived, packets = self._inbox.feed(chunk)
        for packet in packets:
            self._look_at(packet)
        return arrived

    def keep_alive(self) -> None:
        """Ping when it is time. Raises OSError when the broker has been silent for too long."""
        now = self._clock()
        if now - self._told > KEEP_ALIVE / 3:
            self._send(wire.PING)
            if now - self._heard > KEEP_ALIVE * 1.5:
                raise TimeoutError("服务器长时间没有声音 (the broker has fallen silent)")

    def acknowledge(self, numbers: Sequence[int]) -> None:
        """Answer messages, in their order. Raises OSError."""
        answer = wire.acknowledged(numbers)
        if answer:
            self._send(answer)

    def publish(self, topic: str, body: bytes) -> None:
        """Send a message of QoS 0. Raises OSError."""
        self._send(wire.publish(topic, body, version=self._where.version))

    def close(self, *, politely: bool = True) -> None:
        """Go; the broker keeps the session."""
        try:
            if politely:
                self._socket.settimeout(1.0)
                self._socket.sendall(wire.GOODBYE)
        except OSError:
            politely = False
        finally:
            self._socket.close()

    def _look_at(self, packet: wire.Packet) -> None:
        if packet.kind == wire.DISCONNECT:
            code = packet.body[0] if packet.body else 0
            raise ConnectionResetError(f"服务器断开，代码 {code} (the broker disconnected)")

    def _bytes(self, patience: float) -> bytes:
        self._socket.settimeout(max(patience, 0.001))
        chunk = self._socket.recv(_CHUNK)
        if not chunk:
            raise ConnectionResetError("服务器断开 (the broker closed the connection)")
        self._heard = self._clock()
        return chunk

    def _send(self, packet: bytes) -> None:
        self._socket.settimeout(_PATIENCE)
        self._socket.sendall(packet)
        self._told = self._clock()


def _secured(raw: socket.socket, where: Where) -> ssl.SSLSocket:
    context = ssl.create_default_context(cadata=where.authority or None)
    return context.wrap_socket(raw, server_hostname=where.host)
