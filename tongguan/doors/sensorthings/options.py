# SPDX-License-Identifier: Apache-2.0
"""Query options of SensorThings: from an address to what is wanted. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tongguan.doors.sensorthings.grammar import Node, misread, parse

USUAL: Final = 100
MOST: Final = 1_000
FARTHEST: Final = 1_000_000
_KNOWN: Final = frozenset(
    {"$filter", "$expand", "$select", "$orderby", "$top", "$skip", "$count", "$resultFormat"}
)
_FORMATS: Final = frozenset({"", "dataArray"})
_EXPANDED: Final = 20


@dataclass(slots=True)
class Options:
    """What is wanted of a collection or an entity. ``top`` None: the usual number."""

    where: Node | None = None
    expand: dict[str, "Options"] = field(default_factory=dict)
    select: tuple[str, ...] = ()
    order: tuple[tuple[Node, bool], ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    form: str = ""

    @property
    def limit(self) -> int:
        """Give how many entities a page holds at most."""
        return USUAL if self.top is None else min(self.top, MOST)


def read(told: Mapping[str, str]) -> Options:
    """Read the options of an address. Raises NotUnderstood naming the option."""
    for name in told:
        if name.startswith("$") and name not in _KNOWN:
            raise misread(name, f"不认识的选项 {name}", f"unknown option {name}")
    found = Options()
    for name, text in told.items():
        _set(found, name, text)
    return found


def _set(found: Options, name: str, text: str) -> None:
    if name == "$filter":
        found.where = parse(text, name)
    elif name == "$expand":
        found.expand = _expand(text)
    elif name == "$select":
        found.select = tuple(one.strip() for one in text.split(",") if one.strip())
    elif name == "$orderby":
        found.order = tuple(_order(one) for one in split(text, ",", name))
    elif name == "$top":
        found.top = _whole(text, name)
    elif name == "$skip":
        found.skip = _whole(text, name)
    elif name == "$count":
        found.count = _yes(text)
    elif name == "$resultFormat":
        if text not in _FORMATS:
            raise misread(name, "$resultFormat 只有 dataArray", "only dataArray")
        found.form = text


def split(text: str, mark: str, option: str) -> list[str]:
    """Cut at a mark outside of brackets and texts. Raises NotUnderstood for brackets that do not close."""
    parts, depth, quoted, begin = [], 0, False, 0
    for place, one in enumerate(text):
        if one == "'":
            quoted = not quoted
        elif quoted:
            continue
        elif one == "(":
            depth += 1
        elif one == ")":
            depth -= 1
        elif one == mark and depth == 0:
            parts.append(text[begin:place])
            begin = place + 1
    if depth or quoted:
        raise misread(option, f"{option} 括号或引号不成对", "brackets or quotes do not close")
    parts.append(text[begin:])
    return [part.strip() for part in parts if part.strip()]


def _expand(text: str, depth: int = 0) -> dict[str, Options]:
    if depth > 5:  # noqa: PLR2004 - nobody asks deeper
        raise misread("$expand", "$expand 嵌套过深", "nested too deep")
    found: dict[str, Options] = {}
    for part in split(text, ",", "$expand"):
        path, _, inside = part.partition("(")
        if inside and not inside.endswith(")"):
            raise misread("$expand", f"$expand 此处无法理解：{part[:40]}", f"cannot read {part[:40]!r}")
        names = path.strip().split("/")
        if not all(names):
            raise misread("$expand", f"$expand 此处无法理解：{part[:40]}", f"cannot read {part[:40]!r}")
        here = found
        for name in names[:-1]:
            here = here.setdefault(name, Options()).expand
        options = _inside(inside[:-1], depth) if inside else Options()
        known = here.get(names[-1])
        if known is not None:
            options.expand = known.expand | options.expand
        here[names[-1]] = options
    if len(found) > _EXPANDED:
        raise misread("$expand", "$expand 过多", "too many")
    return found


def _inside(text: str, depth: int) -> Options:
    found = Options()
    for part in split(text, ";", "$expand"):
        name, _, value = part.partition("=")
        name = name.strip()
        if name not in _KNOWN or name == "$resultFormat":
            raise misread("$expand", f"$expand 内不认识的选项 {name}", f"unknown option {name}")
        if name == "$expand":
            found.expand = _expand(value, depth + 1)
        else:
            _set(found, name, value)
    return found


def _order(text: str) -> tuple[Node, bool]:
    body, _, way = text.rpartition(" ")
    if body and way.lower() in {"asc", "desc"}:
        return parse(body, "$orderby"), way.lower() == "desc"
    return parse(text, "$orderby"), False


def _whole(text: str, name: str) -> int:
    body = text.strip()
    if not (body.isascii() and body.isdigit() and len(body) <= 8 and int(body) <= FARTHEST):  # noqa: PLR2004
        raise misread(name, f"{name} 应为 0 到 {FARTHEST} 的整数", f"{name} must be 0 to {FARTHEST}")
    return int(body)


def _yes(text: str) -> bool:
    if text not in {"true", "false"}:
        raise misread("$count", "$count 应为 true 或 false", "must be true or false")
    return text == "true"
