# SPDX-License-Identifier: Apache-2.0
"""Formulas people write: numbers, ``+ - * /``, brackets, ``min max abs``; comparisons where asked for. Pure.

The text is read by Python's grammar and never run: what is not listed here is refused. Names and other calls
belong to who reads the formula (``Leaves``): vital signs know measures, rules over readings know streams.
Truth is a number: 1 true, 0 false, NaN not known; ``and``, ``or``, ``not`` follow Kleene's three values.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

MAX_TEXT: Final = 1000
MAX_NODES: Final = 300
MAX_DEPTH: Final = 12
FUNCTIONS: Final[Mapping[str, tuple[int, int]]] = {"min": (2, 9), "max": (2, 9), "abs": (1, 1)}
#: Operators whose result is true, false or not known.
COMPARISONS: Final = frozenset({"<", "<=", ">", ">=", "==", "!="})
LOGIC: Final = frozenset({"and", "or", "not"})
_LARGEST: Final = 1e12

Floats: TypeAlias = NDArray[np.float64]


class Fault(ValueError):  # noqa: N818 - what is wrong with a formula, told to who wrote it
    """A formula cannot be used; ``zh`` and ``en`` say why."""

    def __init__(self, zh: str, en: str) -> None:
        """Keep both languages."""
        super().__init__(en)
        self.zh, self.en = zh, en


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True, slots=True)
class Made:
    """Something made of others: an operator or a function."""

    of: str
    parts: tuple[Any, ...]


class Leaves(Protocol):
    """What the names and calls of a formula mean; both raise Fault."""

    @property
    def allowed(self) -> tuple[str, str]:
        """Say in both languages what a formula may hold; told when it holds something else."""
        ...

    @property
    def logic(self) -> bool:
        """Tell whether it may compare, and combine comparisons."""
        ...

    def named(self, name: str) -> Any:
        """Give what a bare name means."""
        ...

    def called(self, name: str, node: ast.Call) -> Any:
        """Give what a call means that is none of ``FUNCTIONS``."""
        ...


_OPERATORS: Final[Mapping[type[ast.AST], str]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.And: "and",
    ast.Or: "or",
}


def read(text: str, leaves: Leaves) -> Any:
    """Read a formula: a tree of Number, Made and what the leaves gave. Raises Fault."""
    if len(text) > MAX_TEXT:
        raise Fault(f"公式最长 {MAX_TEXT} 字", f"a formula has at most {MAX_TEXT} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Fault("公式写法有误，请检查括号和运算符", "the formula is not well formed") from error
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES * 2:
        raise Fault("公式过长", "the formula is too long")
    return _read(tree.body, leaves, 0)


def _read(node: ast.expr, leaves: Leaves, depth: int) -> Any:
    if depth > MAX_DEPTH * 2:
        raise Fault("公式嵌套过深", "the formula is nested too deeply")
    if isinstance(node, ast.Constant) and type(node.value) in {int, float}:
        value = float(node.value)  # type: ignore[arg-type]
        if not abs(value) <= _LARGEST:
            raise Fault("公式中的数过大", "a number is too large")
        return Number(value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return Made("-", (Number(0.0), _read(node.operand, leaves, depth + 1)))
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        sides = (_read(node.left, leaves, depth + 1), _read(node.right, leaves, depth + 1))
        return Made(_OPERATORS[type(node.op)], sides)
    if isinstance(node, ast.Name):
        if node.id in FUNCTIONS:
            raise Fault(f"「{node.id}」须有参数", f"{node.id} needs arguments")
        return leaves.named(node.id)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _called(node.func.id, node, leaves, depth)
    if leaves.logic:
        return _logic(node, leaves, depth)
    raise Fault(*leaves.allowed)


def _called(name: str, node: ast.Call, leaves: Leaves, depth: int) -> Any:
    if name not in FUNCTIONS:
        return leaves.called(name, node)
    least, most = FUNCTIONS[name]
    if node.keywords or not least <= len(node.args) <= most:
        raise Fault(f"「{name}」的参数个数不对", f"{name} has the wrong number of arguments")
    return Made(name, tuple(_read(one, leaves, depth + 1) for one in node.args))


def _logic(node: ast.expr, leaves: Leaves, depth: int) -> Any:
    if isinstance(node, ast.BoolOp):
        return Made(_OPERATORS[type(node.op)], tuple(_read(one, leaves, depth + 1) for one in node.values))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return Made("not", (_read(node.operand, leaves, depth + 1),))
    if isinstance(node, ast.Compare) and all(type(one) in _OPERATORS for one in node.ops):
        sides = [_read(one, leaves, depth + 1) for one in (node.left, *node.comparators)]
        made = tuple(
            Made(_OPERATORS[type(operator)], (left, right))
            for operator, left, right in zip(node.ops, sides, sides[1:], strict=False)
        )
        return made[0] if len(made) == 1 else Made("and", made)
    raise Fault(*leaves.allowed)


def walk(node: Any) -> Iterator[Any]:
    """Give the node and everything below it, in the order written."""
    yield node
    if isinstance(node, Made):
        for part in node.parts:
            yield from walk(part)


def is_truth(node: Any) -> bool:
    """Tell whether the node says true or false rather than how much."""
    return isinstance(node, Made) and node.of in COMPARISONS | LOGIC


def worth(node: Any, value_of: Callable[[Any], Floats]) -> Floats:
    """Give the value of a formula for n subjects at once; NaN where there is none (x / 0)."""
    if isinstance(node, Number):
        return np.float64(node.value)  # type: ignore[return-value]
    if not isinstance(node, Made):
        return value_of(node)
    parts = [worth(part, value_of) for part in node.parts]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        made = _make(node.of, parts)
    found: Floats = np.where(np.isfinite(made), made, np.nan)
    return found


_ARITHMETIC: Final[Mapping[str, Callable[..., Any]]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
_COMPARE: Final[Mapping[str, Callable[..., Any]]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


def _make(of: str, parts: list[Floats]) -> Any:
    if of in _ARITHMETIC:
        return _ARITHMETIC[of](parts[0], parts[1])
    if of in _COMPARE:
        known = np.isfinite(parts[0]) & np.isfinite(parts[1])
        return np.where(known, _COMPARE[of](parts[0], parts[1]), np.nan)
    if of == "abs":
        return np.abs(parts[0])
    if of == "not":
        return np.where(np.isnan(parts[0]), np.nan, parts[0] == 0)
    if of in LOGIC:
        decides = of == "or"
        unknown = [np.isnan(one) for one in parts]
        settled = [~blank & ((one != 0) == decides) for one, blank in zip(parts, unknown, strict=True)]
        left = np.where(np.logical_or.reduce(unknown), np.nan, float(not decides))
        return np.where(np.logical_or.reduce(settled), float(decides), left)
    alike = np.broadcast_arrays(*parts)  # a number beside a column of values
    return np.minimum.reduce(alike) if of == "min" else np.maximum.reduce(alike)
