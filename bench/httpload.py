# SPDX-License-Identifier: Apache-2.0
"""What the HTTP benchmarks share: a database of their own, two web processes, a cheap client, /proc."""

import asyncio
import contextlib
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tongguan.kernel.testing import free_port

ROOT = Path(__file__).resolve().parent.parent
_TICKS = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def own_database(url: str) -> Iterator[str]:
    """Give the URL of an empty database beside the given one (or a SQLite file); it is gone afterwards."""
    if not url.startswith("postgres"):
        folder = tempfile.mkdtemp(prefix="tongguan-bench-")
        try:
            yield f"sqlite://{folder}/bench.sqlite3"
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    parts = urlsplit(url)
    name = f"tg_bench_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield parts._replace(path=f"/{name}").geturl()
        finally:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextlib.contextmanager
def web(environment: dict[str, str], workers: int) -> Iterator[tuple[int, int]]:
    """Run ``tongguan web``; give its port and process id once it answers."""
    port = free_port()
    env = environment | {"TONGGUAN_WEB_WORKERS": str(workers), "TONGGUAN_PORT": str(port)}
    server = subprocess.Popen([sys.executable, "-m", "tongguan", "web"], cwd=ROOT, env=env)
    try:
        wait_for(port)
        yield port, server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def wait_for(port: int, seconds: float = 30) -> None:
    """Wait until the port takes connections. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.3):
            return
        time.sleep(0.1)
    raise TimeoutError(port)


def family(pid: int) -> list[int]:
    """Give a process and all its descendants."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                ppid = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                parents.setdefault(ppid, []).append(int(entry.name))
    found, rest = [], [pid]
    while rest:
        one = rest.pop()
        found.append(one)
        rest.extend(parents.get(one, []))
    return found


def cpu_seconds(pids: list[int]) -> float:
    """Give the CPU time these processes have used."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def resident_mib(pids: list[int]) -> list[float]:
    """Give the resident memory of each process in MiB."""
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids]
    return [round(n * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024, 1) for n in pages]


@dataclass
class Load:
    """What a run gave: latencies in seconds, answers by status, bytes."""

    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    received: int = 0
    seconds: float = 0.0

    def percentile(self, share: float) -> float:
        """Give a percentile of the latencies in milliseconds."""
        ordered = sorted(self.latencies) or [0.0]
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 2)


class Connection(asyncio.Protocol):
    """One keep-alive connection: a request, its answer, the next request."""

    def __init__(self, load: Load, next_request: Callable[[], bytes], ends: float) -> None:
        """Share the load's book and the source of requests."""
        self.load, self.next_request, self.ends = load, next_request, ends
        self.buffer = bytearray()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        """Send the first request."""
        self.transport = transport
        self.send()

    def send(self) -> None:
        """Send the next request, or stop when the time is over or there are no more."""
        request = self.next_request() if time.perf_counter() < self.ends else b""
        if not request:
            self.transport.close()
            return
        self.sent = time.perf_counter()
        self.transport.write(request)

    def data_received(self, chunk: bytes) -> None:
        """Read answers with a Content-Length, or chunked ones to their last chunk."""
        self.buffer += chunk
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        headers = bytes(self.buffer[:head]).lower()
        at = headers.find(b"content-length:")
        if at >= 0:
            length = int(headers[at + 15 :].split(b"\r\n", 1)[0])
            if len(self.buffer) < head + 4 + length:
                return
        elif not self.buffer.endswith(b"\r\n0\r\n\r\n"):
            return
        status = int(self.buffer[9:12])
        self.load.latencies.append(time.perf_counter() - self.sent)
        self.load.statuses[status] = self.load.statuses.get(status, 0) + 1
        self.load.received += len(self.buffer)
        self.buffer.clear()
        self.send()

    def connection_lost(self, _error: Exception | None) -> None:
        """Tell that this connection is over."""
        if not self.done.done():
            self.done.set_result(None)


async def _drive(port: int, next_request: Callable[[], bytes], connections: int, seconds: float) -> Load:
    load = Load()
    began = time.perf_counter()
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(
            lambda: Connection(load, next_request, began + seconds), "127.0.0.1", port
        )
        for _ in range(connections)
    ]
    await asyncio.wait([protocol.done for _, protocol in made], timeout=seconds + 30)
    load.seconds = time.perf_counter() - began
    return load


def drive(port: int, next_request: Callable[[], bytes], connections: int, seconds: float) -> Load:
    """Keep so many connections busy for so long."""
    return asyncio.run(_drive(port, next_request, connections, seconds))


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """Give the bytes of one request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{k}: {v}" for k, v in headers.items())]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def machine() -> dict[str, Any]:
    """Describe the machine."""
    return {
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "load_before": round(os.getloadavg()[0], 1),
    }


def tell(**figure: Any) -> None:
    """Print one JSON line."""
    print(json.dumps(figure, ensure_ascii=False), flush=True)
