# SPDX-License-Identifier: Apache-2.0
"""Rules made of several quantities of one thing, written as formulas, one per grade. Pure.

``ch4 >= 20 and (fan == 0 or ch4 - before(ch4) > 5)``: names are the parts of the subject, ``before(x)`` is
the value of x one step earlier. A comparison with a value that is not known is itself not known.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tongguan.detection import grading, groups
from tongguan.detection.contracts import (
    COLOURS,
    GRADE_WORDS,
    GRADES,
    Batch,
    Floats,
    Kind,
    Parameter,
    Problem,
    Reason,
    Settings,
    State,
    Verdicts,
)
from tongguan.kernel import formulas
from tongguan.kernel.formulas import COMPARISONS, Fault, Made

#: What the layout of a compound rule adds: the names of the parts, in their order.
NAMES: Final = "names"
_ALLOWED: Final = (
    "公式只能用数字、四则运算、括号、比较、and、or、not、min、max、abs、before 和量的代码",
    "a formula has numbers, + - * /, brackets, comparisons, and, or, not, min, max, abs, before and names",
)


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a part, now or one step before."""

    name: str
    before: bool = False


@dataclass(frozen=True, slots=True)
class _Parts:
    """Names are parts; None: any name will do, the parts are not known yet."""

    names: Sequence[str] | None
    allowed: tuple[str, str] = _ALLOWED
    logic: bool = True

    def named(self, name: str) -> Value:
        if self.names is not None and name not in self.names:
            known = "、".join(self.names)
            raise Fault(f"没有量「{name}」；已有：{known}", f"there is no quantity {name}; known: {known}")
        return Value(name)

    def called(self, name: str, node: ast.Call) -> Value:
        if name != "before":
            raise Fault(f"没有函数「{name}」", f"there is no function {name}")
        if node.keywords or len(node.args) != 1 or not isinstance(node.args[0], ast.Name):
            raise Fault("before 须写一个量的代码，如 before(ch4)", "before takes one name, as before(ch4)")
        return Value(self.named(node.args[0].id).name, before=True)


def parse(text: str, names: Sequence[str] | None = None) -> Any:
    """Read the condition of one grade. Raises Fault, also when it says how much rather than whether."""
    node = formulas.read(text, _Parts(names))
    if not formulas.is_truth(node):
        raise Fault("公式应为一个判断，如 ch4 >= 20", "a condition compares, as ch4 >= 20")
    return node


def mentioned(text: str) -> tuple[str, ...]:
    """Give the names a condition uses, in the order written. Raises Fault."""
    return tuple(dict.fromkeys(one.name for one in formulas.walk(parse(text)) if isinstance(one, Value)))


def explained(text: str, values: Mapping[str, float], words: Mapping[str, str]) -> str:
    """Say of each comparison what its sides come to and whether it holds, in officials' words.

    ``values`` by name, ``before(x)`` under that name; ``words`` by name: 甲烷浓度.
    """
    said = []
    for node in _comparisons(parse(text)):
        held = _single(node, values)
        tail = "未知" if np.isnan(held) else "成立" if held else "不成立"
        left, right = (_shown(part, values, words) for part in node.parts)
        said.append(f"{left} {_SIGNS.get(node.of, node.of)} {right}（{tail}）")
    return "，".join(said)


_SIGNS: Final = {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"}


def _key(leaf: Value) -> str:
    return f"before({leaf.name})" if leaf.before else leaf.name


def _comparisons(node: Any) -> Iterator[Made]:
    return (one for one in formulas.walk(node) if isinstance(one, Made) and one.of in COMPARISONS)


def _shown(node: Any, values: Mapping[str, float], words: Mapping[str, str]) -> str:
    if isinstance(node, formulas.Number):
        return f"{node.value:g}"
    if isinstance(node, Value):
        found = values.get(_key(node), np.nan)
        told = "未知" if np.isnan(found) else f"{found:g}"
        return f"{'上一步' if node.before else ''}{words.get(node.name, node.name)} {told}"
    return f"{_written(node, words)} {_single(node, values):g}"


def _single(node: Any, values: Mapping[str, float]) -> float:
    found = formulas.worth(node, lambda leaf: np.array([values.get(_key(leaf), np.nan)]))
    return float(np.ravel(found)[0])


def _written(node: Any, words: Mapping[str, str]) -> str:
    if not isinstance(node, Made):
        return f"{node.value:g}" if isinstance(node, formulas.Number) else words.get(node.name, node.name)
    parts = [_written(part, words) for part in node.parts]
    if len(parts) == 2 and node.of in "+-*/":  # noqa: PLR2004 - two sides
        return f"({parts[0]} {node.of} {parts[1]})"
    return f"{node.of}({', '.join(parts)})"


class Compound(grading.Graded):
    """Grades by the worst condition that holds; a grade needs its raise time like any other."""

    code = "compound"
    zh = "组合条件"
    en = "compound condition"
    grouped = True
    parameters = (
        *groups.PARAMETERS,
        *(
            Parameter(colour, f"{GRADE_WORDS[grade]}条件", f"{colour} condition", kind=Kind.TEXT)
            for grade, colour in zip(GRADES, COLOURS, strict=True)
        ),
        *grading.timer_parameters("", 0.0),
    )

    def wrong(self, settings: Settings) -> tuple[Problem, ...]:
        """Say what cannot be read, by grade."""
        texts = {colour: settings[colour] for colour in COLOURS if settings.get(colour)}
        if not texts:
            return (Problem("red", "至少要有一个等级的条件", "at least one grade needs a condition"),)
        problems = []
        for colour, text in texts.items():
            try:
                parse(text, settings.get(NAMES))
            except Fault as fault:
                problems.append(Problem(colour, fault.zh, fault.en))
        return tuple(problems)

    def begin(self, slots: int, settings: Settings) -> State:
        """Give the state of subjects not yet heard."""
        parts = int(settings[groups.PARTS])
        earlier = {"earlier": np.full((slots, parts), np.nan)}
        return super().begin(slots, settings) | groups.fresh(slots, settings) | earlier

    def step(self, settings: Settings, state: State, batch: Batch) -> tuple[State, Verdicts]:
        """Judge each subject whose step is over."""
        used = [grade for grade in GRADES if settings.get(COLOURS[grade - 1])]
        conditions = [(grade, parse(settings[COLOURS[grade - 1]], settings[NAMES])) for grade in used]
        ladder = grading.Ladder.of(
            {**settings, **{COLOURS[grade - 1]: float(grade) for grade in used}, "band": 0.0}
        )

        def measure(looked: groups.Looked) -> Floats:
            return _worst(conditions, settings[NAMES], state, looked)

        return groups.judged(settings, state, batch, measure, Reason.COMPOUND, ladder)


def _worst(
    conditions: Sequence[tuple[int, Any]], names: Sequence[str], state: State, looked: groups.Looked
) -> Floats:
    earlier = state["earlier"][looked.slot]
    column = {name: n for n, name in enumerate(names)}

    def value_of(leaf: Value) -> Floats:
        found: Floats = (earlier if leaf.before else looked.values)[:, column[leaf.name]]
        return found

    worst, unknown = np.zeros(len(looked.slot)), np.zeros(len(looked.slot), np.bool_)
    for grade, condition in conditions:
        held = formulas.worth(condition, value_of)
        worst = np.where(held == 1, float(grade), worst)
        unknown |= np.isnan(held)
    state["earlier"][looked.slot] = looked.values
    return np.where((worst == 0) & unknown, np.nan, worst)
