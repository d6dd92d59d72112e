# SPDX-License-Identifier: Apache-2.0
"""Bodies and signatures of webhooks. Pure.

Body: CloudEvents 1.0, structured JSON. Signature: Standard Webhooks 1.0 (``webhook-id``,
``webhook-timestamp``, ``webhook-signature: v1,base64(HMAC-SHA256(secret, id.timestamp.body))``).
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

_PREFIX: Final = "whsec_"
#: A receiver refuses signatures older than this.
TOLERANCE_SECONDS: Final = 300


def new_secret() -> str:
    """Give a fresh secret of 32 random bytes in the usual written form."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def body(event_id: str, kind: str, at: datetime, payload: Mapping[str, Any], *, subject: str = "") -> str:
    """Write a CloudEvent: ``kind`` is the fact's name, ``payload`` its fields."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id,
        "source": "/tongguan",
        "type": f"tongguan.{kind}",
        "time": at.isoformat(),
        "datacontenttype": "application/json",
        "data": payload,
    }
    if subject:
        event["subject"] = subject
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def headers(message_id: str, secret: str, content: bytes, at: datetime) -> dict[str, str]:
    """Give the headers of one attempt; the id is the same at every attempt, the time is not.

    ``secret`` may be several with blanks between: each signs, so that one can be exchanged for another.
    """
    stamp = str(int(at.timestamp()))
    return {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "User-Agent": "Tongguan",
        "Idempotency-Key": message_id,
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(
            f"v1,{_mac(message_id, stamp, one, content)}" for one in secret.split()
        ),
    }


def genuine(given: Mapping[str, str], secret: str, content: bytes, now: datetime) -> bool:
    """Tell whether headers (lower-case names) prove that the holder of the secret sent this just now.

    ``secret`` may be several with blanks between: any of them proves it.
    """
    stamp = given.get("webhook-timestamp", "")
    if not (stamp.isascii() and stamp.isdigit()):
        return False
    if abs(now.timestamp() - int(stamp)) > TOLERANCE_SECONDS:
        return False
    expected = [f"v1,{_mac(given.get('webhook-id', ''), stamp, one, content)}" for one in secret.split()]
    return any(
        hmac.compare_digest(mine.encode(), one.encode("utf-8", "replace"))
        for one in given.get("webhook-signature", "").split(" ")
        for mine in expected
    )


def _mac(message_id: str, stamp: str, secret: str, content: bytes) -> str:
    key = secret.encode()
    if secret.startswith(_PREFIX):
        try:
            key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except binascii.Error:
            key = secret.encode()
    signed = f"{message_id}.{stamp}.".encode() + content
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
