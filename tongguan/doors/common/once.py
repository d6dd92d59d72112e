# SPDX-License-Identifier: Apache-2.0
"""Idempotency-Key: a create sent twice is done once and answered twice."""

from collections.abc import Callable
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from tongguan.doors.common.reply import encode, reply
from tongguan.kernel.errors import Invalid
from tongguan.people.contracts import Actor
from tongguan.runtime import idempotency

_LONGEST = 200


def key_of(request: HttpRequest) -> str:
    """Give the request's Idempotency-Key, "" when there is none. Raises Invalid for an unusable one."""
    key = request.headers.get("idempotency-key", "")
    if key and not (len(key) <= _LONGEST and key.isascii() and key.isprintable()):
        raise Invalid(
            "idempotency.key",
            zh=f"幂等键应为 1 到 {_LONGEST} 个可见 ASCII 字符",
            en=f"the idempotency key must have 1 to {_LONGEST} printable ASCII characters",
            field="Idempotency-Key",
        )
    return key


def once(
    request: HttpRequest, actor: Actor, do: Callable[[], Any], status: int = 201, *, body: bytes | None = None
) -> HttpResponse:
    """Do it, or give the first answer again when the same key came before; without a key just do it.

    ``body`` stands for the request's body where that was a stream and is read already.
    """
    key = key_of(request)
    if not key:
        return reply(do(), status)
    with idempotency.remember(actor.key, key, fingerprint(request, body)) as known:
        repeated = known.answer is not None
        if not repeated:
            known.keep(msgspec.json.decode(encode(do())))
    response = reply(known.answer, status)
    if repeated:
        response["Idempotent-Replay"] = "true"
    return response


def fingerprint(request: HttpRequest, body: bytes | None = None) -> str:
    """Give the hash of what makes this request: method, path, body."""
    told = request.body if body is None else body
    return idempotency.fingerprint(request.method or "", request.get_full_path(), told)
