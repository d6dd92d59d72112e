# SPDX-License-Identifier: Apache-2.0
"""The same request sent twice is done once and answered twice."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tongguan.kernel import clock, ids
from tongguan.kernel.errors import Conflict, Invalid
from tongguan.runtime.models import IdempotencyKey
from tongguan.runtime.transactions import atomic

_LONGEST = 200


@dataclass(slots=True)
class Remembered:
    """What is known of the request. ``answer`` is None the first time: do the work, then ``keep``."""

    answer: Any = None

    def keep(self, answer: Any) -> None:
        """Set the answer (JSON values) to give to every later sender of the same key."""
        self.answer = answer


def fingerprint(*parts: str | bytes) -> str:
    """Give one hash (64 hex digits) over what makes the request: method, path, body."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()


@contextmanager
def remember(client_key: str, key: str, fingerprint: str) -> Iterator[Remembered]:
    """Open the transaction of a request that may be sent again.

    Use::

        with remember(actor.key, key, fingerprint(method, path, body)) as request:
            if request.answer is None:
                request.keep(do_it())
        return request.answer

    A second sender waits for the first, then gets its answer; a refusal or crash leaves no trace, so
    the key may be used again. Raises Conflict ``idempotency.reused`` for the same key with another
    body, and Invalid for an empty or over-long key.
    """
    if not 0 < len(key) <= _LONGEST or not key.isprintable():
        raise Invalid(
            "idempotency.key",
            zh=f"幂等键应为 1 到 {_LONGEST} 个可见字符",
            en=f"the idempotency key must have 1 to {_LONGEST} printable characters",
            field="Idempotency-Key",
        )
    with atomic():
        token = ids.new_id()
        row = IdempotencyKey(client=client_key, key=key, fingerprint=fingerprint, token=token, at=clock.now())
        IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
        kept = IdempotencyKey.objects.get(client=client_key, key=key)
        if kept.fingerprint != fingerprint:
            raise Conflict(
                "idempotency.reused",
                zh="同一幂等键已用于内容不同的请求",
                en="this idempotency key was used for a different request",
                field="Idempotency-Key",
            )
        remembered = Remembered(None if kept.token == token else kept.answer)
        yield remembered
        if kept.token == token:
            IdempotencyKey.objects.filter(pk=kept.pk).update(answer=remembered.answer)
