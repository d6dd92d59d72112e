# SPDX-License-Identifier: Apache-2.0
"""The SMS sender: any HTTP gateway, described by a declaration instead of code.

::

    url: https://sms.example.gov.cn/send
    headers: {Authorization: "Bearer ${SMS_TOKEN}"}      # ${…} from the environment
    json: {phone: "{phone}", content: "【江州城运】{text}", outId: "{id}"}   # or form: {…}
    success: {field: code, equals: "OK"}                 # dotted path in the JSON answer; optional
    refused: ["INVALID_PHONE", "BLACKLIST"]              # values of that field that are final; optional
    receipt: data.msgId                                  # optional
"""

import asyncio
import json
import re
import string
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import httpx

from tongguan.messaging import wire
from tongguan.messaging.spi import Envelope, Fate, Result
from tongguan.messaging.webhooks import judge

_KEYS: Final = {"url", "method", "headers", "json", "form", "success", "refused", "receipt"}
_PLACES: Final = {"phone", "text", "id", "key"}
_PHONE: Final = re.compile(r"\+?\d{5,15}")
_VARIABLE: Final = re.compile(r"\$\{([A-Z0-9_]+)\}")


@dataclass(frozen=True, slots=True)
class Gateway:
    """A checked declaration."""

    url: str
    method: str
    headers: Mapping[str, str]
    body: Any
    is_form: bool
    field: str
    equals: str
    refused: frozenset[str]
    receipt: str


def gateway(written: Any, environment: Mapping[str, str]) -> Gateway:
    """Check a declaration. Raises ValueError saying what is wrong."""
    if not isinstance(written, Mapping) or not set(written) <= _KEYS or "url" not in written:
        unknown = ", ".join(sorted(map(str, set(written) - _KEYS))) if isinstance(written, Mapping) else ""
        raise _wrong(f"unknown: {unknown}" if unknown else "needs a url")
    if ("json" in written) == ("form" in written):
        raise _wrong("needs either json or form")
    body = _expanded(written.get("json", written.get("form")), environment)
    if not isinstance(body, Mapping) or not {"phone", "text"} <= _places(body):
        raise _wrong("the body must be an object that uses {phone} and {text}")
    url = _expanded(written["url"], environment)
    bad = wire.check_url(url) if isinstance(url, str) else "url must be text"
    if bad:
        raise _wrong(bad)
    success = written.get("success") or {}
    if not isinstance(success, Mapping) or set(success) - {"field", "equals"} or len(success) == 1:
        raise _wrong("success needs field and equals")
    return Gateway(
        url=url,
        method=str(written.get("method", "POST")).upper(),
        headers={str(k): str(v) for k, v in _expanded(written.get("headers") or {}, environment).items()},
        body=body,
        is_form="form" in written,
        field=str(success.get("field", "")),
        equals=str(success.get("equals", "")),
        refused=frozenset(str(one) for one in written.get("refused") or ()),
        receipt=str(written.get("receipt") or ""),
    )


class HttpSmsSender:
    """Sends text messages through the declared gateway."""

    batch = 20

    def __init__(self, declared: Gateway, *, seconds: float = 5.0, deadline: float = 20.0) -> None:
        """Bound one request and the whole batch in seconds. A gateway may lie in the intranet."""
        self.gateway = declared
        self.seconds = seconds
        self.deadline = deadline

    def send(self, envelopes: Sequence[Envelope]) -> list[Result]:
        """Send each envelope's body (its subject is left out) to its phone number."""
        return asyncio.run(self._send(envelopes))

    async def _send(self, envelopes: Sequence[Envelope]) -> list[Result]:
        ends = time.monotonic() + self.deadline
        results: list[Result] = []
        failed = False
        async with wire.client(self.seconds) as http:
            for envelope in envelopes:
                left = ends - time.monotonic()
                if left <= 0 or failed:
                    results.append(Result(Fate.UNTRIED))
                    continue
                results.append(await self._one(http, envelope, min(self.seconds, left)))
                failed = results[-1].fate is Fate.FAILED
        return results

    async def _one(self, http: httpx.AsyncClient, envelope: Envelope, seconds: float) -> Result:
        if not _PHONE.fullmatch(envelope.address):
            return Result(Fate.REFUSED, error="手机号码有误 (not a phone number)")
        values = {
            "phone": envelope.address,
            "text": envelope.body,
            "id": str(envelope.id),
            "key": envelope.key,
        }
        filled = _filled(self.gateway.body, values)
        kind = "application/x-www-form-urlencoded" if self.gateway.is_form else "application/json"
        content = urlencode(filled) if self.gateway.is_form else json.dumps(filled, ensure_ascii=False)
        headers = {"Content-Type": kind, "Idempotency-Key": str(envelope.id), **self.gateway.headers}
        try:
            answer = await wire.post(
                http,
                self.gateway.url,
                content.encode(),
                headers,
                seconds=seconds,
                private=True,
                method=self.gateway.method,
            )
        except wire.WireError as error:
            return Result(Fate.FAILED, error=str(error))
        return self.judge(answer)

    def judge(self, answer: wire.Answer) -> Result:
        """Turn the gateway's answer into a fate, by the declaration."""
        first = judge(answer)
        if first.fate is not Fate.SENT or not (self.gateway.field or self.gateway.receipt):
            return first
        try:
            told = json.loads(answer.body)
        except ValueError:
            shown = answer.body[:200].decode("utf-8", "replace").replace("\x00", "")
            return Result(Fate.FAILED, error=f"答复不是 JSON (not JSON): {shown}")
        receipt = _dig(told, self.gateway.receipt)[:200] if self.gateway.receipt else first.receipt
        if self.gateway.field:
            code = _dig(told, self.gateway.field)
            if code != self.gateway.equals:
                fate = Fate.REFUSED if code in self.gateway.refused else Fate.FAILED
                return Result(fate, error=f"{self.gateway.field}={code[:200]}")
        return Result(Fate.SENT, receipt=receipt)


def _dig(told: Any, path: str) -> str:
    for part in path.split("."):
        told = told.get(part) if isinstance(told, Mapping) else None
    return "" if told is None else str(told).replace("\x00", "")


def _expanded(written: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(written, Mapping):
        return {str(key): _expanded(value, environment) for key, value in written.items()}
    if isinstance(written, list):
        return [_expanded(value, environment) for value in written]
    if not isinstance(written, str):
        return written
    missing = [name for name in _VARIABLE.findall(written) if name not in environment]
    if missing:
        raise _wrong(f"not in the environment: {', '.join(missing)}")
    return _VARIABLE.sub(lambda found: environment[found[1]], written)


def _places(body: Any) -> set[str]:
    if isinstance(body, Mapping):
        return set().union(*(_places(value) for value in body.values()))
    if isinstance(body, list):
        return set().union(*(_places(value) for value in body))
    if not isinstance(body, str):
        return set()
    names = {name for _, name, _, _ in string.Formatter().parse(body) if name is not None}
    if names - _PLACES:
        raise _wrong(f"unknown placeholder: {', '.join(sorted(names - _PLACES))}")
    return names


def _filled(body: Any, values: Mapping[str, str]) -> Any:
    if isinstance(body, Mapping):
        return {key: _filled(value, values) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, values) for value in body]
    return body.format_map(values) if isinstance(body, str) else body


def _wrong(why: str) -> ValueError:
    return ValueError(f"SMS gateway: {why}")
