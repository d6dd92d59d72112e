# SPDX-License-Identifier: Apache-2.0
"""JSON Patch (RFC 6902) upon what an entity shows: the attributes that come out changed. Pure."""

import copy
from typing import Any, Final

from tongguan.doors.sensorthings.told import wrong

_MOST: Final = 100


def patched(before: dict[str, Any], operations: Any) -> dict[str, Any]:
    """Give the attributes that the operations change, as a merge would tell them. Raises Untold.

    Objects are walked, arrays replaced as a whole; ``add replace remove test copy move`` are known.
    """
    if not isinstance(operations, list) or len(operations) > _MOST:
        raise wrong("body", "应为 JSON Patch 数组", "must be a JSON Patch")
    after = copy.deepcopy(before)
    for one in operations:
        if not isinstance(one, dict):
            raise wrong("body", "应为 JSON Patch 数组", "must be a JSON Patch")
        _apply(after, one)
    return {name: value for name, value in after.items() if name not in before or value != before[name]}


def _apply(after: dict[str, Any], one: dict[str, Any]) -> None:
    kind = one.get("op")
    holder, last = _found(after, one.get("path"))
    if kind in {"add", "replace", "test"} and "value" not in one:
        raise wrong("value", "缺少", "is missing")
    if kind in {"replace", "remove", "test"} and last not in holder:
        raise wrong(str(one.get("path")), "不存在", "does not exist")
    if kind in {"add", "replace"}:
        holder[last] = one["value"]
    elif kind == "remove":
        del holder[last]
    elif kind == "test":
        if holder[last] != one["value"]:
            raise wrong(str(one.get("path")), "与所述不符", "is not what was told")
    elif kind in {"copy", "move"}:
        source, name = _found(after, one.get("from"))
        if name not in source:
            raise wrong(str(one.get("from")), "不存在", "does not exist")
        holder[last] = copy.deepcopy(source[name])
        if kind == "move":
            del source[name]
    else:
        raise wrong("op", "不认识的操作", "unknown operation")


def _found(after: dict[str, Any], path: Any) -> tuple[dict[str, Any], str]:
    if not isinstance(path, str) or not path.startswith("/"):
        raise wrong("path", "应为 JSON 指针", "must be a JSON pointer")
    *names, last = [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]
    here: Any = after
    for name in names:
        here = here.get(name) if isinstance(here, dict) else None
        if not isinstance(here, dict):
            raise wrong(path, "不存在", "does not exist")
    return here, last
