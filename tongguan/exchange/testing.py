# SPDX-License-Identifier: Apache-2.0
"""For tests: a department's own system as a real HTTP server, with every bad habit such systems have."""

import base64
import contextlib
import hashlib
import hmac
import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tongguan.exchange import completeness, events
from tongguan.exchange.contracts import Kind
from tongguan.exchange.deliver import Sender
from tongguan.exchange.models import IncomingEvent, Link
from tongguan.kernel import clock

#: What it may do with an event: take it; take it and be slow, break off or say 500; not take it.
OK, LATE, BROKEN, TAKEN_500, FAILS, AWAY, REFUSES = "ok", "late", "broken", "taken_500", "500", "503", "422"
_TAKES = {OK, LATE, BROKEN, TAKEN_500}
_STATUS = {OK: 204, LATE: 204, TAKEN_500: 500, FAILS: 500, AWAY: 503, REFUSES: 422}


@dataclass
class Order:
    """A work order as the department's system knows it."""

    their_id: str
    case: str
    events: list[str] = field(default_factory=list)
    state: str = "new"


class _Server(ThreadingHTTPServer):
    """Says nothing of senders that are killed while they speak."""

    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Leave it at that."""


class Department:
    """Listens on a port of its own; keeps what it takes once by the event's id, as a good receiver does.

    ``behave`` says what it does with the n-th request (from 0) for an event. ``secrets`` are those it
    accepts; it signs with the first.
    """

    def __init__(self, *secrets: str, behave: Callable[[int, Mapping[str, Any]], str] | None = None) -> None:
        self.secrets = list(secrets)
        self.behave = behave or (lambda _n, _event: OK)
        self.slow = 1.6
        self.requests = 0
        self.forged = 0
        self.taken: list[dict[str, Any]] = []
        self.copies: Counter[str] = Counter()
        self.bodies: dict[str, set[bytes]] = {}
        self.orders: dict[str, Order] = {}
        self._lock = threading.Lock()
        self._port = 0
        self._server: ThreadingHTTPServer | None = None
        self._sent = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.crash()

    @property
    def url(self) -> str:
        """Where it listens; the same after a crash."""
        return f"http://127.0.0.1:{self._port}/events"

    def start(self) -> None:
        """Listen, again on the same port."""
        department = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                habit = department.hear(headers, content)
                if habit == LATE:
                    time.sleep(department.slow)
                if habit == BROKEN:
                    self.close_connection = True
                    return
                with contextlib.suppress(OSError):
                    self.send_response(_STATUS.get(habit, 401))
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = _Server(("127.0.0.1", self._port), Handler)
        self._server.daemon_threads = True
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()

    def crash(self) -> None:
        """Stop listening at once."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def hear(self, headers: Mapping[str, str], content: bytes) -> str:
        """Do with a request what the script says; give the habit, "" for a wrong signature."""
        with self._lock:
            if not any(
                _mac(headers["webhook-id"], headers["webhook-timestamp"], one, content)
                in headers["webhook-signature"].split()
                for one in self.secrets
            ):
                self.forged += 1
                return ""
            event = json.loads(content)
            habit = self.behave(self.requests, event)
            self.requests += 1
            if habit in _TAKES:
                self._take(event, content)
            return habit

    def _take(self, event: dict[str, Any], content: bytes) -> None:
        self.copies[event["id"]] += 1
        self.bodies.setdefault(event["id"], set()).add(content)
        if self.copies[event["id"]] > 1:
            return
        self.taken.append(event)
        known = self.orders.setdefault(
            event["subject"], Order(f"JZ-{len(self.orders) + 1:04d}", event["partitionkey"])
        )
        known.events.append(event["type"].removeprefix("tongguan."))

    def told(self, case_number: str) -> list[str]:
        """Give what it took of a case, in the order it took it: type and move."""
        return [
            f"{e['type'].removeprefix('tongguan.')} {e['data']['line']['move']}"
            for e in self.taken
            if e["partitionkey"] == case_number
        ]

    def event(self, word: str, order_id: str = "", **data: Any) -> dict[str, Any]:
        """Give an event about an order, numbered one after another. A photo is attached to what is done."""
        self._sent += 1
        known = self.orders.get(order_id)
        return {
            "specversion": "1.0",
            "id": f"JZ-E{self._sent}",
            "source": "/jiangbei/shizheng",
            "type": f"department.order.{word}",
            "sequence": str(self._sent),
            "data": {
                "order_id": order_id,
                "their_id": known.their_id if known else "",
                **data,
            },
        }

    def signed(self, told: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> tuple[dict[str, str], bytes]:
        """Give headers and body of a request that tells one event, or a batch."""
        batch = not isinstance(told, Mapping)
        content = json.dumps(told, ensure_ascii=False).encode()
        kind = "application/cloudevents-batch+json" if batch else "application/cloudevents+json"
        return {**self.sign(content), "content-type": kind}, content

    def sign(self, content: bytes, at: float | None = None) -> dict[str, str]:
        """Give the headers that prove who sent these bytes, and when."""
        stamp = str(int(clock.now().timestamp() if at is None else at))
        message = f"msg-{self._sent}-{len(content)}"
        signature = _mac(message, stamp, self.secrets[0], content)
        return {"webhook-id": message, "webhook-timestamp": stamp, "webhook-signature": signature}


class Service(Department):
    """The system of 110, 119 or 120: it hears of hand-overs and answers about them."""

    def heard(self, handover_id: object) -> list[str]:
        """Give what it took of a hand-over, in the order it took it: type and line."""
        return [
            f"{e['type'].removeprefix('tongguan.handover.')} {e['data']['line']['kind']}"
            for e in self.taken
            if e["subject"] == str(handover_id)
        ]

    def says(self, word: str, handover_id: object, **data: Any) -> dict[str, Any]:
        """Give an event about a hand-over, numbered one after another, with its own number of it."""
        event = self.event(word, str(handover_id), **data)
        event["data"]["handover_id"] = event["data"].pop("order_id")
        return event | {"type": f"service.handover.{word}", "source": "/jiangzhou/119"}


def send_due() -> None:
    """Send what is due now, and what becomes due by it."""
    sender = Sender()
    while sender.round(patience=3):
        pass
    sender.close()


def photo_data(content: bytes, name: str = "处置后.jpg") -> list[dict[str, str]]:
    """Give a photo as events carry it."""
    return [{"name": name, "base64": base64.b64encode(content).decode()}]


def state(link: Link, no: int, kind: Kind, taken: datetime, **told: Any) -> IncomingEvent:
    """Give what a department's system told of an order, as it was taken (see exchange.incoming)."""
    blank = dict.fromkeys(("text", "reason", "clause", "handler", "their_id"), "")
    event = events.Told(
        **{"key": f"k{no}", "event_id": f"e{no}", "order_id": "", "at": None, "number": None, "files": ()}
        | blank | {"kind": kind} | told
    )  # fmt: skip
    return IncomingEvent(
        link=link, key=event.key, event_id=event.event_id, kind=kind, state="done", first_at=taken,
        last_at=taken, done_at=taken, fields_due=len(completeness.DUE[kind]),
        lacks=list(completeness.lacking(event)),
    )  # fmt: skip


def _mac(message: str, stamp: str, secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{message}.{stamp}.".encode() + content, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
