# SPDX-License-Identifier: Apache-2.0
"""Formulas: read, resolved, evaluated; what is not a formula is refused."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.indicators import expressions
from tongguan.indicators.contracts import Kind
from tongguan.indicators.expressions import Fault, Made, Number, Ref, Term

KINDS = {"opened": Kind.FLOW, "closed": Kind.FLOW, "standing": Kind.LEVEL}


def worth(text, **values):
    node = expressions.parse(text, KINDS)
    known = {term: np.array([values[term.measure]], np.float64) for term in expressions.terms(node)}
    return float(np.broadcast_to(expressions.value(node, known), (1,))[0])


def test_a_formula_is_arithmetic_over_measures():
    assert worth("100 * closed(month) / (opened(month) + 1)", closed=3, opened=5) == 50
    assert worth("-standing(now) + abs(0 - 2) * max(1, 2, 3)", standing=4) == 2
    assert worth("min(closed(today), opened(today))", closed=3, opened=5) == 3


def test_a_division_by_nothing_has_no_value():
    assert math.isnan(worth("closed(today) / opened(today)", closed=3, opened=0))
    assert math.isnan(worth("1 + closed(today) / opened(today)", closed=0, opened=0))


def test_other_signs_are_put_in_and_narrowed():
    written = {"rate": expressions.parse("closed(month) / opened(month, item='02')", KINDS)}
    node = expressions.resolve(expressions.parse("100 * rate(item='01003')", KINDS), written.__getitem__)
    assert expressions.terms(node) == (Term("closed", "month", "01003"), Term("opened", "month", "02"))


def test_a_circle_is_named():
    written = {"a": Ref("b", ""), "b": Made("+", (Ref("a", ""), Number(1.0)))}
    with pytest.raises(Fault) as fault:
        expressions.resolve(Ref("a", ""), written.__getitem__)
    assert fault.value.zh == "公式互相引用成环：a → b → a"


NAMES = st.sampled_from(["opened", "closed", "standing", "min", "abs", "today", "__class__", "x"])
TEXTS = st.text(alphabet="()+-*/.,=\"'[]{}:x0123456789 \n", max_size=30)


@given(st.lists(st.one_of(NAMES, TEXTS), max_size=12).map("".join))
def test_any_text_is_a_formula_or_refused_in_words(text):
    refused = ""
    try:
        nodes = list(expressions.walk(expressions.parse(text, KINDS)))
    except Fault as fault:
        nodes, refused = [], fault.zh
    assert bool(nodes) is not bool(refused)
    assert all(isinstance(one, Number | Term | Ref | Made) for one in nodes)
