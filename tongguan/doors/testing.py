# SPDX-License-Identifier: Apache-2.0
"""A client for the doors' tests."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client

SCOPES = ("reports:write", "reports:read", "cases:read", "cases:move", "files:write")


class Door:
    """A test client that speaks JSON and carries a token, a session or nothing."""

    def __init__(self, token: str = "", user: Any = None, base: str = "/api/partner/v1") -> None:
        self.client = Client(raise_request_exception=False)
        self.base = base
        self.headers: dict[str, str] = {"authorization": f"Bearer {token}"} if token else {}
        if user is not None:
            self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(self.base + path, headers=self.headers | _named(headers))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        named = _named(headers)
        kind = named.pop("content-type", "application/json")
        return self.client.post(self.base + path, data=raw, content_type=kind, headers=self.headers | named)

    def put_file(self, path: str, name: str, content: bytes, **headers: str) -> Any:
        upload = io.BytesIO(content)
        upload.name = name
        sent = self.headers | _named(headers)
        return self.client.post(self.base + path, data={"file": upload}, headers=sent)

    def delete(self, path: str) -> Any:
        return self.client.delete(self.base + path, headers=self.headers)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def session_cookies(user: Any) -> tuple[dict[str, str], str]:
    """Give the cookies of a signed-in person and the CSRF token that goes with them."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    csrf = client.get("/api/desk/csrf").json()["csrf"]
    return {name: morsel.value for name, morsel in client.cookies.items()}, csrf


@contextmanager
def one_connection() -> Iterator[None]:
    """Within the block a request that really ends leaves the test's connection, and transaction, open."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in signals:
            signal.connect(close_old_connections)
