# SPDX-License-Identifier: Apache-2.0
"""The small expressions of templates: names of figures with parameters, views, and conditions. Pure.

``opened``, ``opened(kind=complaint).change``, ``significant(opened) and overdue > 0``. The grammar is a
part of Python's own, read by ``ast`` and never run: anything else is refused with its place in words.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tongguan.documents.contracts import FILTERS, Filters

LONGEST: Final = 500
#: What may be asked of a figure, and the words for it.
VIEWS: Final = {
    "value": "数值",
    "before": "上期数值",
    "year": "去年同期数值",
    "change": "较上期变化",
    "change_year": "较去年同期变化",
    "difference": "较上期增减量",
    "ratio": "较上期变化率",
    "share": "占比",
    "contribution": "占全部增减量的比重",
    "verdict": "变化是否显著",
}
#: Functions of conditions: each takes one figure; and the words for them.
TESTS: Final = {"significant": "变化显著", "rises": "显著上升", "falls": "显著下降"}
_SIGNS: Final = {">": "大于", ">=": "不小于", "<": "小于", "<=": "不大于", "==": "等于", "!=": "不等于"}
_COMPARE: Final[dict[type[ast.cmpop], str]] = {
    ast.Gt: ">", ast.GtE: ">=", ast.Lt: "<", ast.LtE: "<=", ast.Eq: "==", ast.NotEq: "!=",
}  # fmt: skip


class Fault(ValueError):  # noqa: N818 - a fault in a template, told in both languages
    """A template does not hold: where, and why."""

    def __init__(self, zh: str, en: str, where: str = "") -> None:
        """Keep both texts and the place within the template."""
        super().__init__(f"{where}: {en}")
        self.zh, self.en, self.where = zh, en, where


@dataclass(frozen=True, slots=True)
class Ref:
    """A figure as named: measure, filters, view."""

    measure: str
    filters: Filters = ()
    view: str = "value"


@dataclass(frozen=True, slots=True)
class Test:
    """``significant(opened)`` and its like."""

    name: str
    ref: Ref


@dataclass(frozen=True, slots=True)
class Compare:
    """A figure against a number or another figure."""

    left: Ref
    sign: str
    right: "Ref | float"


@dataclass(frozen=True, slots=True)
class Both:
    """``and``, ``or``, ``not`` of conditions."""

    word: str
    parts: "tuple[Condition, ...]"


Condition = Test | Compare | Both


def reference(text: str, where: str = "") -> Ref:
    """Read what stands between braces. Raises Fault."""
    return _ref(_parsed(text, where), text, where)


def condition(text: str, where: str = "") -> Condition:
    """Read a ``when``. Raises Fault."""
    return _condition(_parsed(text, where), text, where)


def refs(one: Condition) -> Iterator[Ref]:
    """Give every figure that a condition names."""
    if isinstance(one, Both):
        for part in one.parts:
            yield from refs(part)
    elif isinstance(one, Test):
        yield one.ref
    else:
        yield one.left
        if isinstance(one.right, Ref):
            yield one.right


def tests(one: Condition) -> Iterator[Test]:
    """Give every test that a condition makes."""
    if isinstance(one, Both):
        for part in one.parts:
            yield from tests(part)
    elif isinstance(one, Test):
        yield one


def holds(one: Condition, value: Callable[[Ref], float | None], test: Callable[[Test], bool]) -> bool:
    """Tell whether a condition holds; a figure without a value makes its comparison false."""
    if isinstance(one, Both):
        found = (holds(part, value, test) for part in one.parts)
        if one.word == "not":
            return not next(found)
        return all(found) if one.word == "and" else any(found)
    if isinstance(one, Test):
        return test(one)
    left = value(one.left)
    right = value(one.right) if isinstance(one.right, Ref) else one.right
    if left is None or right is None:
        return False
    return {
        ">": left > right, ">=": left >= right, "<": left < right, "<=": left <= right,
        "==": left == right, "!=": left != right,
    }[one.sign]  # fmt: skip


def in_words(one: Condition, named: Callable[[Ref], str]) -> str:
    """Give a condition as an official reads it; ``named`` gives a figure's name."""
    if isinstance(one, Test):
        return named(one.ref) + TESTS[one.name]
    if isinstance(one, Compare):
        right = named(one.right) if isinstance(one.right, Ref) else f"{one.right:g}"
        return f"{named(one.left)}{_SIGNS[one.sign]} {right}"
    parts = [in_words(part, named) for part in one.parts]
    parts = [
        f"（{said}）" if isinstance(part, Both) else said for part, said in zip(one.parts, parts, strict=True)
    ]
    return f"不是：{parts[0]}" if one.word == "not" else {"and": "，且", "or": "，或"}[one.word].join(parts)


def _parsed(text: str, where: str) -> ast.expr:
    if len(text) > LONGEST:
        raise Fault(f"表达式最长 {LONGEST} 字", f"at most {LONGEST} characters", where)
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Fault(f"读不懂“{text}”", f"cannot read {text!r}", where) from error


def _condition(node: ast.expr, text: str, where: str) -> Condition:
    if isinstance(node, ast.BoolOp):
        word = "and" if isinstance(node.op, ast.And) else "or"
        return Both(word, tuple(_condition(one, text, where) for one in node.values))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return Both("not", (_condition(node.operand, text, where),))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TESTS:
        if len(node.args) != 1 or node.keywords:
            raise Fault(f"{node.func.id} 只问一个指标", f"{node.func.id} takes one figure", where)
        return Test(node.func.id, _ref(node.args[0], text, where))
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARE:
        sign = _COMPARE[type(node.ops[0])]
        return Compare(_ref(node.left, text, where), sign, _side(node.comparators[0], text, where))
    raise Fault(f"“{text}”不是条件", f"{text!r} is no condition", where)


def _side(node: ast.expr, text: str, where: str) -> Ref | float:
    minus = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    inner = node.operand if isinstance(node, ast.UnaryOp) and minus else node
    if isinstance(inner, ast.Constant) and type(inner.value) in {int, float}:
        number = float(inner.value)  # type: ignore[arg-type]  # narrowed by its exact type above
        return -number if minus else number
    return _ref(node, text, where)


def _ref(node: ast.expr, text: str, where: str) -> Ref:
    view = "value"
    if isinstance(node, ast.Attribute):
        view, node = node.attr, node.value
        if view not in VIEWS:
            raise Fault(f"没有“{view}”这种看法", f"no view {view!r}", where)
    filters: dict[str, str] = {}
    if isinstance(node, ast.Call):
        if node.args:
            raise Fault(f"“{text}”的参数要写名字", "parameters go by name", where)
        filters = {str(one.arg): _word(one.value, text, where) for one in node.keywords}
        node = node.func
    if not isinstance(node, ast.Name):
        raise Fault(f"“{text}”不是指标", f"{text!r} is no figure", where)
    for name in filters:
        if name not in FILTERS:
            raise Fault(f"不能按“{name}”筛选", f"cannot filter by {name!r}", where)
    return Ref(node.id, tuple(sorted(filters.items())), view)


def _word(node: ast.expr, text: str, where: str) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise Fault(f"“{text}”的参数要加引号", "parameters are words, or stand in quotes", where)
