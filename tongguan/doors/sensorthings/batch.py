# SPDX-License-Identifier: Apache-2.0
"""JSON batches (18-088 clause 11): many questions in one, with groups of which all or none are done."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlsplit

from django.http import QueryDict

from tongguan.doors.sensorthings.asking import Ask
from tongguan.doors.sensorthings.door import answer
from tongguan.doors.sensorthings.told import wrong
from tongguan.runtime.transactions import atomic

MOST: Final = 1_000
_METHODS: Final = frozenset({"GET", "POST", "PATCH", "PUT", "DELETE"})
_NAMED: Final = re.compile(r"\$([A-Za-z0-9_.-]+)")
_FAILED: Final = 400

#: Turns an error into (status, problem); HTTP knows how.
Tell = Callable[[Exception], tuple[int, Any]]


class _Undone(Exception):  # noqa: N818 - a way out of a group, told to nobody
    """A part of a group failed: the group is taken back."""


def run(ask: Ask, body: Any, tell: Tell) -> dict[str, Any]:
    """Answer the parts in order. Raises Untold for what is no batch."""
    parts = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(parts, list) or len(parts) > MOST or not all(isinstance(one, dict) for one in parts):
        raise wrong("requests", f"应为至多 {MOST} 个请求的数组", f"must be an array of at most {MOST}")
    made: dict[str, str] = {}
    answers: list[dict[str, Any]] = []
    for group in _grouped(parts):
        if group[0].get("atomicityGroup"):
            answers += _together(ask, group, made, tell)
        else:
            answers += [_part(ask, one, made, tell) for one in group]
    return {"responses": answers}


def _grouped(parts: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    groups: list[list[dict[str, Any]]] = []
    for one in parts:
        name = one.get("atomicityGroup")
        if name and groups and groups[-1][0].get("atomicityGroup") == name:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _together(
    ask: Ask, group: list[dict[str, Any]], made: dict[str, str], tell: Tell
) -> list[dict[str, Any]]:
    answers: list[dict[str, Any]] = []
    try:
        with atomic():
            for one in group:
                answers.append(_part(ask, one, made, tell))
                _stand(answers[-1])
    except _Undone:
        failed = answers[-1]
        return [
            failed if one.get("id") == failed["id"] else {"id": one.get("id", ""), "status": 424}
            for one in group
        ]
    return answers


def _stand(told: dict[str, Any]) -> None:
    if told["status"] >= _FAILED:
        raise _Undone


def _part(ask: Ask, one: dict[str, Any], made: dict[str, str], tell: Tell) -> dict[str, Any]:
    name = str(one.get("id", ""))
    try:
        found = answer(_asked(ask, one, made))
    except Exception as error:  # noqa: BLE001 - told as a problem, and logged where nobody expected it
        status, problem = tell(error)
        return {"id": name, "status": status, "body": problem}
    told: dict[str, Any] = {"id": name, "status": found.status}
    if found.location:
        told["location"] = found.location
        made[name] = found.location
    if found.body is not None:
        told["body"] = found.body
    return told


def _asked(ask: Ask, one: dict[str, Any], made: dict[str, str]) -> Ask:
    method, url = str(one.get("method", "")).upper(), one.get("url")
    if method not in _METHODS or not isinstance(url, str):
        raise wrong("method", "method 或 url 有误", "method or url is wrong")
    parts = urlsplit(
        _NAMED.sub(lambda match: _address(ask, match, made), url, count=1) if "$" in url[:1] else url
    )
    path = parts.path
    for root in (ask.root, urlsplit(ask.root).path):
        path = path.removeprefix(root)
    patching = (
        "json-patch" in str(one.get("headers", {})) if isinstance(one.get("headers", {}), dict) else False
    )
    body = _resolved(ask, one.get("body"), made)
    return replace(
        ask, method=method, path=path, told=QueryDict(parts.query).dict(), body=body, patching=patching
    )


def _address(ask: Ask, match: re.Match[str], made: dict[str, str]) -> str:
    """Give the path of what an earlier part made."""
    return made[match[1]].removeprefix(ask.root).lstrip("/") if match[1] in made else match[0]


def _resolved(ask: Ask, value: Any, made: dict[str, str]) -> Any:
    """Put the ids of what earlier parts made where ``"@iot.id": "$name"`` stands."""
    if isinstance(value, list):
        return [_resolved(ask, one, made) for one in value]
    if not isinstance(value, dict):
        return value
    found = {name: _resolved(ask, one, made) for name, one in value.items()}
    named = found.get("@iot.id")
    if isinstance(named, str) and named.startswith("$") and named[1:] in made:
        inside = made[named[1:]].rpartition("(")[2].rstrip(")").strip("'")
        found["@iot.id"] = int(inside) if inside.isdigit() else inside
    return found
