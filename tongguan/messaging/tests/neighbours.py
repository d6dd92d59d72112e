# SPDX-License-Identifier: Apache-2.0
"""Real neighbours on this machine's loopback: good ones, and every bad kind."""

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller

from tongguan.kernel.testing import free_port


@dataclass
class Heard:
    """What an HTTP neighbour was sent."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpNeighbour:
    """Answers every request with what ``answer`` says: status, headers, body."""

    answer: Callable[[Heard], tuple[int, dict[str, str], bytes]]
    heard: list[Heard] = field(default_factory=list)
    url: str = ""


@contextlib.contextmanager
def http(answer=lambda _: (204, {}, b"")) -> Iterator[HttpNeighbour]:
    neighbour = HttpNeighbour(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            heard = Heard(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            neighbour.heard.append(heard)
            status, headers, content = neighbour.answer(heard)
            with contextlib.suppress(OSError):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    neighbour.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield neighbour
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextlib.contextmanager
def raw(behave: Callable[[socket.socket, threading.Event], None]) -> Iterator[int]:
    """A listener that treats every connection as ``behave`` does; gives its port."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    threads = []

    def treat(connection):
        with connection, contextlib.suppress(OSError):
            behave(connection, over)

    def accept():
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                connection.settimeout(5)
                thread = threading.Thread(target=treat, args=[connection])
                thread.start()
                threads.append(thread)

    acceptor = threading.Thread(target=accept)
    acceptor.start()
    try:
        yield listener.getsockname()[1]
    finally:
        over.set()
        acceptor.join()
        for thread in threads:
            thread.join()
        listener.close()


def hanging(_connection, over):
    """Accepts and never says a word."""
    over.wait()


def dripping(connection, over):
    """Sends a byte now and then, so that no single wait is long."""
    while not over.wait(0.05):
        connection.sendall(b"2")


def rubbish(connection, _over):
    """Answers nonsense and hangs up."""
    connection.sendall(b"\xff\xfe\x00 \r\n\xe4 nonsense\r\n\r\n" * 5)
    with contextlib.suppress(OSError):
        connection.recv(4096)


def slamming(_connection, _over):
    """Hangs up at once."""


class Mailbox:
    """A mail server's handler that keeps what it is given and refuses some recipients."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, bytes]] = []

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802
        if address.startswith("nobody@"):
            return "550 no such user"
        if address.startswith("busy@"):
            return "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802
        self.mails.append((envelope.rcpt_tos[0], envelope.content))
        await asyncio.sleep(0)
        return "250 taken"


@contextlib.contextmanager
def smtp() -> Iterator[tuple[Mailbox, int]]:
    """A real SMTP server; gives its mailbox and port."""
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield box, controller.port
    finally:
        controller.stop()


def gateway_answer(heard: Heard) -> tuple[int, dict[str, str], bytes]:
    """A text-message gateway that knows one bad number."""
    told = json.loads(heard.body)
    code = "BLACKLIST" if told["phone"] == "13900009999" else "OK"
    return 200, {}, json.dumps({"code": code, "data": {"msgId": f"m-{told['outId'][-4:]}"}}).encode()
