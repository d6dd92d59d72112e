# SPDX-License-Identifier: Apache-2.0
"""Formulas of vital signs: numbers, ``+ - * /``, brackets, ``min max abs``, measures and other signs. Pure.

``100 * case_closed(month) / (case_disposed(month) + case_late(now))``: a measure is called with its window
and, if wanted, an item (``item="01"`` a major class, ``item="01003"`` one kind); a sign stands by its code
and may be narrowed the same way. Nothing else of Python is understood: the text is read, never run.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from tongguan.indicators.contracts import Kind
from tongguan.kernel import formulas
from tongguan.kernel.formulas import MAX_DEPTH, MAX_TEXT, Fault, Floats, Made, Number, walk

__all__ = [
    "MAX_DEPTH", "MAX_TEXT", "WINDOWS", "WINDOWS_ZH", "Fault", "Floats", "Made", "Node", "Number", "Ref",
    "Term", "parse", "resolve", "terms", "value", "walk",
]  # fmt: skip

#: Windows of flows in local days up to now; ``now`` is for levels.
WINDOWS: Final[Mapping[str, int]] = {"now": 0, "today": 1, "week": 7, "month": 30}
WINDOWS_ZH: Final = {"now": "当前", "today": "今日", "week": "近 7 日", "month": "近 30 日"}
_LONGEST_ITEM: Final = 20


class Term(NamedTuple):
    """A measure over a window, of an item or of everything."""

    measure: str
    window: str
    item: str


@dataclass(frozen=True, slots=True)
class Ref:
    """Another sign, perhaps narrowed to an item."""

    code: str
    item: str


Node: TypeAlias = Number | Term | Ref | Made


def parse(text: str, kinds: Mapping[str, Kind]) -> Node:
    """Read a formula; ``kinds`` are the measures that exist. Raises Fault."""
    found: Node = formulas.read(text, _Signs(kinds))
    return found


@dataclass(frozen=True, slots=True)
class _Signs:
    """Names are signs, calls are measures over a window or signs of an item."""

    kinds: Mapping[str, Kind]
    allowed: tuple[str, str] = (
        "公式只能用数字、四则运算、括号、min、max、abs、量和体征代码",
        "a formula has numbers, + - * /, brackets, min, max, abs, measures and signs only",
    )
    logic: bool = False

    def named(self, name: str) -> Ref:
        if name in self.kinds:
            raise Fault(f"量「{name}」须写明时段，如 {name}(today)", f"measure {name} needs a window")
        return Ref(name, "")

    def called(self, name: str, node: ast.Call) -> Term | Ref:
        item = _item(name, node)
        if name not in self.kinds:
            if node.args:
                raise Fault(f"没有量「{name}」", f"there is no measure {name}")
            return Ref(name, item)
        if len(node.args) != 1 or not isinstance(node.args[0], ast.Name) or node.args[0].id not in WINDOWS:
            raise Fault(
                f"量「{name}」须写明时段：{'、'.join(WINDOWS)}",
                f"measure {name} needs one of {', '.join(WINDOWS)}",
            )
        window = node.args[0].id
        if (window == "now") != (self.kinds[name] is Kind.LEVEL):
            right = "now" if self.kinds[name] is Kind.LEVEL else "today、week、month"
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


def terms(node: Node) -> tuple[Term, ...]:
    """Give the terms of a resolved formula, each once, in the order written."""
    return tuple(dict.fromkeys(one for one in walk(node) if isinstance(one, Term)))


def value(node: Node, values: Mapping[Term, Floats]) -> Floats:
    """Give the value of a resolved formula for n places at once; NaN where there is none (x / 0)."""

    def of_term(leaf: Term | Ref) -> Floats:
        if isinstance(leaf, Ref):
            message = f"{leaf.code} is not resolved"
            raise TypeError(message)
        return values[leaf]

    return formulas.worth(node, of_term)
