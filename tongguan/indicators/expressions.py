# SPDX-License-Identifier: Apache-2.0
"""Formulas of vital signs: numbers, ``+ - * /``, brackets, ``min max abs``, measures and other signs. Pure.

``100 * case_closed(month) / (case_disposed(month) + case_late(now))``: a measure is called with its window
and, if wanted, an item (``item="01"`` a major class, ``item="01003"`` one kind); a sign stands by its code
and may be narrowed the same way. Nothing else of Python is understood: the text is read, never run.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tongguan.indicators.contracts import Kind

#: Windows of flows in local days up to now; ``now`` is for levels.
WINDOWS: Final[Mapping[str, int]] = {"now": 0, "today": 1, "week": 7, "month": 30}
WINDOWS_ZH: Final = {"now": "当前", "today": "今日", "week": "近 7 日", "month": "近 30 日"}
MAX_TEXT: Final = 1000
MAX_NODES: Final = 300
MAX_DEPTH: Final = 12
_LARGEST: Final = 1e12
_LONGEST_ITEM: Final = 20

Floats: TypeAlias = NDArray[np.float64]


class Fault(ValueError):  # noqa: N818 - what is wrong with a formula, told to who wrote it
    """A formula cannot be used; ``zh`` and ``en`` say why."""

    def __init__(self, zh: str, en: str) -> None:
        """Keep both languages."""
        super().__init__(en)
        self.zh, self.en = zh, en


class Term(NamedTuple):
    """A measure over a window, of an item or of everything."""

    measure: str
    window: str
    item: str


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Ref:
    """Another sign, perhaps narrowed to an item."""

    code: str
    item: str


@dataclass(frozen=True, slots=True)
class Made:
    """Something made of others: an operator or a function."""

    of: str
    parts: "tuple[Node, ...]"


Node: TypeAlias = Number | Term | Ref | Made

_OPERATORS: Final[Mapping[type[ast.operator], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
_FUNCTIONS: Final[Mapping[str, tuple[int, int]]] = {"min": (2, 9), "max": (2, 9), "abs": (1, 1)}


def parse(text: str, kinds: Mapping[str, Kind]) -> Node:
    """Read a formula; ``kinds`` are the measures that exist. Raises Fault."""
    if len(text) > MAX_TEXT:
        raise Fault(f"公式最长 {MAX_TEXT} 字", f"a formula has at most {MAX_TEXT} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Fault("公式写法有误，请检查括号和运算符", "the formula is not well formed") from error
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES * 2:
        raise Fault("公式过长", "the formula is too long")
    return _read(tree.body, kinds, 0)


def _read(node: ast.expr, kinds: Mapping[str, Kind], depth: int) -> Node:
    if depth > MAX_DEPTH * 2:
        raise Fault("公式嵌套过深", "the formula is nested too deeply")
    if isinstance(node, ast.Constant) and type(node.value) in {int, float}:
        value = float(node.value)  # type: ignore[arg-type]
        if not abs(value) <= _LARGEST:
            raise Fault("公式中的数过大", "a number is too large")
        return Number(value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return Made("-", (Number(0.0), _read(node.operand, kinds, depth + 1)))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        sides = (_read(node.left, kinds, depth + 1), _read(node.right, kinds, depth + 1))
        return Made(_OPERATORS[type(node.op)], sides)
    if isinstance(node, ast.Name):
        return _named(node.id, kinds)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _called(node.func.id, node, kinds, depth)
    raise Fault(
        "公式只能用数字、四则运算、括号、min、max、abs、量和体征代码",
        "a formula has numbers, + - * /, brackets, min, max, abs, measures and signs only",
    )


def _named(code: str, kinds: Mapping[str, Kind]) -> Node:
    if code in kinds:
        raise Fault(f"量「{code}」须写明时段，如 {code}(today)", f"measure {code} needs a window")
    if code in _FUNCTIONS:
        raise Fault(f"「{code}」须有参数", f"{code} needs arguments")
    return Ref(code, "")


def _called(name: str, node: ast.Call, kinds: Mapping[str, Kind], depth: int) -> Node:
    if name in _FUNCTIONS:
        least, most = _FUNCTIONS[name]
        if node.keywords or not least <= len(node.args) <= most:
            raise Fault(f"「{name}」的参数个数不对", f"{name} has the wrong number of arguments")
        return Made(name, tuple(_read(one, kinds, depth + 1) for one in node.args))
    item = _item(name, node)
    if name not in kinds:
        if node.args:
            raise Fault(f"没有量「{name}」", f"there is no measure {name}")
        return Ref(name, item)
    if len(node.args) != 1 or not isinstance(node.args[0], ast.Name) or node.args[0].id not in WINDOWS:
        raise Fault(
            f"量「{name}」须写明时段：{'、'.join(WINDOWS)}",
            f"measure {name} needs one of {', '.join(WINDOWS)}",
        )
    window = node.args[0].id
    if (window == "now") != (kinds[name] is Kind.LEVEL):
        right = "now" if kinds[name] is Kind.LEVEL else "today、week、month"
        raise Fault(f"量「{name}」的时段只能是 {right}", f"{window} does not suit measure {name}")
    return Term(name, window, item)


def _item(name: str, node: ast.Call) -> str:
    for given in node.keywords:
        value = given.value.value if isinstance(given.value, ast.Constant) else None
        if given.arg != "item" or not isinstance(value, str) or not 0 < len(value) <= _LONGEST_ITEM:
            raise Fault(f'「{name}」只能再写 item="事项代码"', f'{name} takes item="code" and nothing else')
        return value
    return ""


def resolve(node: Node, formula_of: Callable[[str], Node], *, over: tuple[str, ...] = ()) -> Node:
    """Put the formulas of other signs in their places. Raises Fault for a circle."""
    if isinstance(node, Made):
        return Made(node.of, tuple(resolve(part, formula_of, over=over) for part in node.parts))
    if not isinstance(node, Ref):
        return node
    if node.code in over:
        circle = " → ".join((*over[over.index(node.code) :], node.code))
        raise Fault(f"公式互相引用成环：{circle}", f"the formulas form a circle: {circle}")
    if len(over) >= MAX_DEPTH:
        raise Fault("公式引用层数过多", "too many signs refer to each other")
    found = resolve(formula_of(node.code), formula_of, over=(*over, node.code))
    return _narrowed(found, node.item) if node.item else found


def _narrowed(node: Node, item: str) -> Node:
    if isinstance(node, Made):
        return Made(node.of, tuple(_narrowed(part, item) for part in node.parts))
    if isinstance(node, Term):
        return node if node.item else node._replace(item=item)
    return node


def walk(node: Node) -> Iterator[Node]:
    """Give the node and everything below it, in the order written."""
    yield node
    if isinstance(node, Made):
        for part in node.parts:
            yield from walk(part)


def terms(node: Node) -> tuple[Term, ...]:
    """Give the terms of a resolved formula, each once, in the order written."""
    return tuple(dict.fromkeys(one for one in walk(node) if isinstance(one, Term)))


def value(node: Node, values: Mapping[Term, Floats]) -> Floats:
    """Give the value of a resolved formula for n places at once; NaN where there is none (x / 0)."""
    if isinstance(node, Number):
        return np.float64(node.value)  # type: ignore[return-value]
    if isinstance(node, Term):
        return values[node]
    if isinstance(node, Ref):
        message = f"{node.code} is not resolved"
        raise TypeError(message)
    parts = [value(part, values) for part in node.parts]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        made = _make(node.of, parts)
    found: Floats = np.where(np.isfinite(made), made, np.nan)
    return found


def _make(of: str, parts: list[Floats]) -> Any:
    if of == "+":
        return parts[0] + parts[1]
    if of == "-":
        return parts[0] - parts[1]
    if of == "*":
        return parts[0] * parts[1]
    if of == "/":
        return np.divide(parts[0], parts[1])
    if of == "abs":
        return np.abs(parts[0])
    return np.minimum.reduce(parts) if of == "min" else np.maximum.reduce(parts)
