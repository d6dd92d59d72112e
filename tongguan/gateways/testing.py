# SPDX-License-Identifier: Apache-2.0
"""For tests: a store of one's own, a broker process of one's own, a device that counts its answers."""

import shutil
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from tongguan.gateways import wire
from tongguan.gateways.contracts import Key
from tongguan.gateways.resolving import Known
from tongguan.kernel.frames import Frame
from tongguan.kernel.testing import free_port, until

PROGRAM = shutil.which("mosquitto") or "/usr/sbin/mosquitto"


class Shelf:
    """A store in a file of SQLite that many processes may use: a reading is kept once, durable on return."""

    def __init__(self, path: Path | str, known: Mapping[Key, tuple[int, str]] | None = None) -> None:
        self.path, self.known, self.version = str(path), dict(known or {}), ""
        self.broken = threading.Event()
        with self._open() as file:
            file.execute("PRAGMA journal_mode=WAL")
            file.execute("CREATE TABLE IF NOT EXISTS r (stream, at, value, quality, UNIQUE (stream, at))")

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=20)

    def streams(self, keys: Collection[Key], division: str) -> dict[Key, Known]:  # noqa: ARG002 - one city
        return {key: Known(*self.known[key]) for key in keys if key in self.known}

    def conversion(self, told: str, unit: str) -> tuple[float, float] | None:
        return {("kPa", "MPa"): (0.001, 0.0), ("degF", "Cel"): (5 / 9, -160 / 9)}.get((told, unit))

    def stamp(self) -> str:
        return self.version

    def take(self, frame: Frame) -> None:
        if self.broken.is_set():
            raise OSError("no space left")
        rows = zip(*(c.tolist() for c in (frame.stream, frame.at, frame.value, frame.quality)), strict=True)
        file = self._open()
        try:
            with file:
                file.executemany("INSERT OR IGNORE INTO r VALUES (?, ?, ?, ?)", rows)
        finally:
            file.close()

    def rows(self) -> list[tuple[int, int, float, int]]:
        file = self._open()
        try:
            return file.execute("SELECT stream, at, value, quality FROM r ORDER BY stream, at").fetchall()
        finally:
            file.close()


class Mosquitto:
    """A broker process on a port of its own that remembers over restarts."""

    def __init__(self, folder: Path) -> None:
        self.port, self._folder = free_port(), folder
        self._running: subprocess.Popen[bytes] | None = None
        folder.mkdir(exist_ok=True)
        folder.chmod(0o777)
        lines = [
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous true",
            "persistence true",
            f"persistence_location {folder}/",
            "max_queued_messages 0",
            "log_dest none",
            "user root",
        ]
        (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")

    def start(self) -> None:
        self._running = subprocess.Popen(  # noqa: S603 - the test's own
            [PROGRAM, "-c", str(self._folder / "mosquitto.conf")],
            stderr=subprocess.DEVNULL,
        )

        def listens() -> bool:
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        until(listens)

    def kill(self) -> None:
        """End it at once: what it had not written is lost."""
        if self._running is not None:
            self._running.kill()
            self._running.wait(240)
            self._running = None

    def stop(self) -> None:
        """End it in order: what it acknowledged is on disk."""
        if self._running is not None:
            self._running.terminate()
            self._running.wait(240)
            self._running = None


class Device:
    """Publishes at QoS 1 and knows what was acknowledged."""

    def __init__(self, port: int = 1883, client: str = "device") -> None:
        self._inbox, self._number = wire.Inbox(), 0
        self._asked: dict[int, tuple[str, bytes]] = {}
        self.acknowledged: list[tuple[str, bytes]] = []
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=240)
        self._socket.sendall(wire.connect(client))
        self._hear(wire.CONNACK)

    def _hear(self, kind: int) -> None:
        while True:
            _, packets = self._inbox.feed(self._bytes())
            for packet in packets:
                if packet.kind == wire.PUBACK:
                    sent = self._asked.pop(int.from_bytes(packet.body[:2]), None)
                    if sent:
                        self.acknowledged.append(sent)
            if any(packet.kind == kind for packet in packets):
                return

    def _bytes(self) -> bytes:
        chunk = self._socket.recv(1 << 16)
        if not chunk:
            raise ConnectionResetError
        return chunk

    def send(self, messages: Sequence[tuple[str, bytes]], window: int = 500) -> None:
        """Send all and wait until each is acknowledged. Raises OSError when the broker goes away."""
        packets: list[bytes] = []
        for topic, body in messages:
            self._number = self._number % 65_535 + 1
            self._asked[self._number] = (topic, body)
            packets.append(wire.publish(topic, body, qos=1, number=self._number))
            if len(packets) == window:
                self._flush(packets)
        self._flush(packets)

    def _flush(self, packets: list[bytes]) -> None:
        self._socket.sendall(b"".join(packets))
        packets.clear()
        while self._asked:
            self._hear(wire.PUBACK)

    def close(self) -> None:
        self._socket.close()
