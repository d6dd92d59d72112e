# SPDX-License-Identifier: Apache-2.0
"""Answers: frozen values encoded straight to JSON, versions as ETags, pages with signed cursors."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from tongguan.kernel.errors import Invalid, Refusal, Stale

_SIGNATURE: Final = 9
_LONGEST_CURSOR: Final = 600
_LONGEST_TAG: Final = 10


class Required(Refusal):
    """The request must say which version it is about."""

    status = 428


def encode(value: Any) -> bytes:
    """Give JSON bytes of builtins, dataclasses, structs, dates, UUIDs and decimals (as numbers)."""
    return _encoder.encode(value)


def reply(value: Any, status: int = 200, *, version: int | None = None) -> HttpResponse:
    """Give a JSON answer; with a version also its ETag. Answers are private and not kept by caches."""
    response = HttpResponse(encode(value), status=status, content_type="application/json")
    response["Cache-Control"] = "private, no-cache" if version is not None else "no-store"
    if version is not None:
        response["ETag"] = etag(version)
    return response


def etag(version: int) -> str:
    """Give the strong ETag of a version: ``"v7"``."""
    return f'"v{version}"'


def expected_version(request: HttpRequest) -> int:
    """Give the version the caller has seen (If-Match). Raises Required, Invalid or Stale.

    ``*`` is refused: a change must say what it is based on.
    """
    header = request.headers.get("if-match", "").strip()
    if not header:
        raise Required(
            "version.required",
            zh="请在 If-Match 中给出案件版本",
            en="give the version you have seen in If-Match",
            field="If-Match",
        )
    tag = header.removeprefix("W/").strip('"')
    if not (tag.startswith("v") and tag[1:].isascii() and tag[1:].isdigit() and len(tag) <= _LONGEST_TAG):
        raise Invalid("version.form", zh='应形如 "v7"', en='must look like "v7"', field="If-Match")
    return int(tag[1:])


def seen_version(request: HttpRequest) -> int | None:
    """Give the version of If-Match, None where the caller gave none. Raises Invalid.

    For changes that by themselves never overwrite another's: a second one is refused as a conflict.
    """
    return expected_version(request) if request.headers.get("if-match", "").strip() else None


def stale() -> Stale:
    """Give the refusal of an outdated version."""
    return Stale(
        "version.stale", zh="案件已被他人更新，请刷新", en="it was changed meanwhile", field="If-Match"
    )


def unchanged(request: HttpRequest, version: int) -> HttpResponse | None:
    """Give 304 when the caller already has this version (If-None-Match)."""
    if etag(version) not in [
        t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")
    ]:
        return None
    response = HttpResponse(status=304)
    response["ETag"] = etag(version)
    response["Cache-Control"] = "private, no-cache"
    return response


def page(rows: Sequence[Any], cursor: str, total: int | None, *, estimated: bool) -> dict[str, Any]:
    """Give one page: the rows, the sealed cursor of the next one, the count and whether it is estimated."""
    return {
        "rows": rows,
        "next": seal(cursor) if cursor else None,
        "total": total,
        "estimated": estimated,
    }


def seal(cursor: str) -> str:
    """Give the cursor as callers carry it: opaque and signed."""
    raw = cursor.encode()
    return base64.urlsafe_b64encode(_signature(raw) + raw).decode().rstrip("=")


def unseal(sealed: str) -> str:
    """Give the cursor back, "" for none. Raises Invalid for one that was not given here."""
    if not sealed:
        return ""
    try:
        raw = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raw = b""
    mark, cursor = raw[:_SIGNATURE], raw[_SIGNATURE:]
    if len(sealed) > _LONGEST_CURSOR or not hmac.compare_digest(mark, _signature(cursor)):
        raise Invalid("page.cursor", zh="翻页游标无效", en="the cursor is invalid", field="after")
    return cursor.decode()


def cursor_id(sealed: str) -> UUID | None:
    """Give the row id that a cursor holds, None for none. Raises Invalid for one that was not given here."""
    cursor = unseal(sealed)
    try:
        return UUID(cursor) if cursor else None
    except ValueError as error:  # a cursor of another list
        raise Invalid("page.cursor", zh="翻页游标无效", en="the cursor is invalid", field="after") from error


def _signature(raw: bytes) -> bytes:
    key = b"tongguan.cursor:" + settings.SECRET_KEY.encode()
    return hmac.digest(key, raw, hashlib.sha256)[:_SIGNATURE]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    if hasattr(value, "items"):
        return dict(value.items())
    return str(value)


_encoder = msgspec.json.Encoder(enc_hook=_plain, decimal_format="number")
