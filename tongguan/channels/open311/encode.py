# SPDX-License-Identifier: Apache-2.0
"""Pure: answers of GeoReport v2 as XML or JSON, both from one tree of plain values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from xml.sax.saxutils import escape

import msgspec

FORMATS: Final = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}
#: How one entry of a list is called in XML.
_ONE: Final = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}
_HEAD: Final = '<?xml version="1.0" encoding="utf-8"?>\n'


def encode(form: str, name: str, value: Any) -> bytes:
    """Give a document: ``name`` is the root in XML; JSON has the bare value."""
    if form == "json":
        return msgspec.json.encode(_plain(value))
    return (_HEAD + _element(name, value)).encode()


def moment(at: datetime | None) -> str | None:
    """Give a time in the w3 form, to the second, with its zone."""
    return at.isoformat(timespec="seconds") if at is not None else None


def _plain(value: Any) -> Any:
    """Give the value without what XML could not hold either, so that both tell the same."""
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _element(name: str, value: Any) -> str:
    return f"<{name}>{_inner(name, value)}</{name}>"


def _inner(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "".join(_element(key, one) for key, one in value.items())
    if isinstance(value, list):
        return "".join(_element(_ONE[name], one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(_clean(str(value)))


def _clean(text: str) -> str:
    """Leave out the characters that XML 1.0 does not allow."""
    return "".join(
        c
        for c in text
        if c in "\t\n\r" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )
