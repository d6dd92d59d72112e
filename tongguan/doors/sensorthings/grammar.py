# SPDX-License-Identifier: Apache-2.0
"""The query language of SensorThings 1.1 (OGC 18-088, after OData 4): texts to trees. Pure.

Understood in ``$filter`` and ``$orderby``: ``and or not``, ``eq ne gt ge lt le``, ``add sub mul div mod``,
brackets, paths (``Datastreams/ObservedProperty/name``, ``properties/model``), texts, numbers, times,
durations, geographies, ``true false null`` and the functions of ``FUNCTIONS``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from tongguan.kernel.errors import Refusal

#: Functions and how many values each takes, at least and at most.
FUNCTIONS: Final[dict[str, tuple[int, int]]] = {
    **dict.fromkeys(("substringof", "contains", "endswith", "startswith", "indexof", "concat"), (2, 2)),
    **dict.fromkeys(("length", "tolower", "toupper", "trim", "round", "floor", "ceiling"), (1, 1)),
    **dict.fromkeys(("year", "month", "day", "hour", "minute", "second", "date", "time"), (1, 1)),
    **dict.fromkeys(("fractionalseconds", "totaloffsetminutes"), (1, 1)),
    **dict.fromkeys(("now", "mindatetime", "maxdatetime"), (0, 0)),
    "substring": (2, 3),
    "geo.length": (1, 1),
    **dict.fromkeys(("geo.distance", "geo.intersects"), (2, 2)),
    **dict.fromkeys(
        tuple(
            f"st_{word}"
            for word in (
                "equals",
                "disjoint",
                "touches",
                "within",
                "overlaps",
                "crosses",
                "intersects",
                "contains",
            )
        ),
        (2, 2),
    ),
}
_MOST: Final = 200
_DEEPEST: Final = 24
#: Digits of a whole number that every database holds.
_LONGEST: Final = 18
_COMPARE: Final = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
_SUM: Final = frozenset({"add", "sub"})
_PRODUCT: Final = frozenset({"mul", "div", "mod"})
_WORDS: Final = _COMPARE | _SUM | _PRODUCT | {"and", "or", "not"}
_LITERALS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None}
# In an address a plus is a space: 08:00:00 08:00 was meant with a plus.
_TIME: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+\- ]\d\d:?\d\d)?"
_TOKENS: Final = re.compile(
    rf"""\s*(?:
    (?P<time>{_TIME})
  | (?P<date>\d{{4}}-\d\d-\d\d)
  | (?P<duration>duration'[^']*')
  | (?P<geo>(?:geography|geometry)'[^']*')
  | (?P<text>'(?:[^']|'')*')
  | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<name>[@A-Za-z_][\w.\-]*(?:/[@\w][\w.\-@]*)*)
  | (?P<mark>[(),])
    )""",
    re.VERBOSE,
)
_DURATION: Final = re.compile(
    r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.IGNORECASE
)


class NotUnderstood(Refusal):
    """A query that the door does not understand; ``field`` names the option."""

    status = 400


def misread(option: str, zh: str, en: str) -> NotUnderstood:
    """Give the refusal of an option."""
    return NotUnderstood("query.not_understood", zh=zh, en=en, field=option)


@dataclass(frozen=True, slots=True)
class Literal:
    """A value: text, number, time, date, duration, yes or no, nothing."""

    value: Any


@dataclass(frozen=True, slots=True)
class Geography:
    """A geometry as well-known text."""

    wkt: str


@dataclass(frozen=True, slots=True)
class Path:
    """An attribute, perhaps of a related entity."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function of values."""

    name: str
    of: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two values joined by an operator."""

    op: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary."""

    of: "Node"


Node = Literal | Geography | Path | Call | Pair | Not


def parse(text: str, option: str = "$filter") -> Node:
    """Give the tree of an expression. Raises NotUnderstood naming the option and the place."""
    reader = _Reader(text, option)
    node = reader.either(0)
    if reader.kind:
        raise reader.wrong()
    return node


def paths(node: Node) -> Iterator[Path]:
    """Give all paths of a tree."""
    if isinstance(node, Path):
        yield node
    elif isinstance(node, Call):
        for one in node.of:
            yield from paths(one)
    elif isinstance(node, Pair):
        yield from paths(node.left)
        yield from paths(node.right)
    elif isinstance(node, Not):
        yield from paths(node.of)


def conjuncts(node: Node | None) -> list[Node]:
    """Give the parts that must all hold."""
    if node is None:
        return []
    if isinstance(node, Pair) and node.op == "and":
        return [*conjuncts(node.left), *conjuncts(node.right)]
    return [node]


def moment(text: str) -> datetime:
    """Give an aware time of ISO 8601, UTC where it names no zone. Raises ValueError."""
    body = text.replace(" ", "+") if text[-6:-5] == " " else text
    found = datetime.fromisoformat(body)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def duration(text: str) -> timedelta:
    """Give an ISO 8601 duration of days and less. Raises ValueError."""
    match = _DURATION.fullmatch(text)
    if match is None or not any(match.groups()[1:]):
        raise ValueError(text)
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups()[1:])
    span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -span if match[1] else span


class _Reader:
    """Reads an expression token by token."""

    def __init__(self, text: str, option: str) -> None:
        self._text, self._option, self._place, self._nodes = text, option, 0, 0
        self.kind, self.token = "", ""
        self._start = 0
        self._next()

    def wrong(self, why: str = "", en: str = "") -> NotUnderstood:
        """Say where it cannot go on."""
        rest = self._text[self._start :][:40]
        zh = why or (f"此处无法理解：{rest}" if rest else "表达式不完整")
        return misread(self._option, f"{self._option} {zh}", en or f"cannot go on at {rest!r}")

    def either(self, depth: int) -> Node:
        """Read what ``or`` joins."""
        left = self._both(depth)
        while self._word("or"):
            left = self._made(Pair("or", left, self._both(depth)))
        return left

    def _both(self, depth: int) -> Node:
        left = self._contrary(depth)
        while self._word("and"):
            left = self._made(Pair("and", left, self._contrary(depth)))
        return left

    def _contrary(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise self.wrong("嵌套过深", "nested too deep")
        if self._word("not"):
            return self._made(Not(self._contrary(depth + 1)))
        left = self._sum(depth)
        if self.kind == "name" and self.token in _COMPARE:
            op = self._take()
            return self._made(Pair(op, left, self._sum(depth)))
        return left

    def _sum(self, depth: int) -> Node:
        left = self._product(depth)
        while self.kind == "name" and self.token in _SUM:
            op = self._take()
            left = self._made(Pair(op, left, self._product(depth)))
        return left

    def _product(self, depth: int) -> Node:
        left = self._single(depth)
        while self.kind == "name" and self.token in _PRODUCT:
            op = self._take()
            left = self._made(Pair(op, left, self._single(depth)))
        return left

    def _single(self, depth: int) -> Node:
        if self._at("("):
            self._take()
            node = self.either(depth + 1)
            self._expect(")")
            return node
        if self.kind == "name" and self.token not in _WORDS:
            name = self._take()
            if self._at("("):
                return self._call(name, depth)
            return self._made(Literal(_LITERALS[name]) if name in _LITERALS else Path(tuple(name.split("/"))))
        if self.kind in {"", "mark", "name"}:
            raise self.wrong()
        return self._made(self._literal())

    def _call(self, name: str, depth: int) -> Node:
        if name not in FUNCTIONS:
            raise self.wrong(f"没有函数 {name}", f"there is no function {name}")
        self._take()
        of: list[Node] = []
        while not (self._at(")")):
            if of:
                self._expect(",")
            of.append(self.either(depth + 1))
        self._expect(")")
        least, most = FUNCTIONS[name]
        if not least <= len(of) <= most:
            raise self.wrong(f"函数 {name} 的参数个数不对", f"{name} takes {least} to {most} values")
        return self._made(Call(name, tuple(of)))

    def _literal(self) -> Node:
        kind, token = self.kind, self.token
        try:
            node: Node
            if kind == "geo":
                node = Geography(token.partition("'")[2][:-1].rpartition(";")[2])
            elif kind == "text":
                node = Literal(token[1:-1].replace("''", "'"))
            elif kind == "time":
                node = Literal(moment(token))
            elif kind == "date":
                node = Literal(date.fromisoformat(token))
            elif kind == "duration":
                node = Literal(duration(token.partition("'")[2][:-1]))
            else:
                node = Literal(
                    int(token) if token.lstrip("-").isdigit() and len(token) <= _LONGEST else float(token)
                )
        except (ValueError, OverflowError) as error:
            raise self.wrong(f"不是合法的值：{token}", f"not a valid value: {token}") from error
        self._take()
        return node

    def _made(self, node: Node) -> Node:
        self._nodes += 1
        if self._nodes > _MOST:
            raise self.wrong("表达式过长", "the expression is too long")
        return node

    def _at(self, mark: str) -> bool:
        return (self.kind, self.token) == ("mark", mark)

    def _word(self, word: str) -> bool:
        if self.kind == "name" and self.token == word:
            self._take()
            return True
        return False

    def _expect(self, mark: str) -> None:
        if self.kind != "mark" or self.token != mark:
            raise self.wrong()
        self._take()

    def _take(self) -> str:
        token = self.token
        self._next()
        return token

    def _next(self) -> None:
        rest = self._text[self._place :]
        self._start = self._place + len(rest) - len(rest.lstrip())
        if not rest.strip():
            self.kind, self.token = "", ""
            return
        match = _TOKENS.match(self._text, self._place)
        if match is None:
            raise self.wrong()
        self.kind, self.token = str(match.lastgroup), match[str(match.lastgroup)]
        self._place = match.end()
