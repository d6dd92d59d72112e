# SPDX-License-Identifier: Apache-2.0
"""The signs in force: what packages declare, and what officials wrote over or beside it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Final

from django.db.models import Count, Max

from tongguan.indicators import expressions
from tongguan.indicators.contracts import Direction, Indicator, Kind
from tongguan.indicators.expressions import Fault, Node, Term
from tongguan.indicators.models import Definition
from tongguan.indicators.sources import declared, measures
from tongguan.kernel.copies import Copy
from tongguan.kernel.errors import NotFound

NAME: Final = "indicators"
_WRITTEN: Final = tuple(
    field.name
    for field in fields(Indicator)
    if field.name in {f.name for f in Definition._meta.fields}  # noqa: SLF001
)


def kinds() -> dict[str, Kind]:
    """Give the measures that exist, by code."""
    return {code: measure.kind for code, (_, measure) in measures.items().items()}


@dataclass(frozen=True)
class Register:
    """All signs in force by code, in the order declared, then by age."""

    signs: Mapping[str, Indicator]

    @cached_property
    def _read(self) -> dict[str, Node]:
        known = kinds()
        found: dict[str, Node] = {}
        for code, sign in self.signs.items():
            try:
                found[code] = expressions.parse(sign.formula, known)
            except Fault:
                # A package that counted the measure was taken out: the sign stays, without a value.
                continue
        return found

    @cached_property
    def formulas(self) -> dict[str, Node]:
        """Give the resolved formula of every sign that has one."""
        found: dict[str, Node] = {}
        for code, node in self._read.items():
            try:
                found[code] = expressions.resolve(node, self._read.__getitem__, over=(code,))
            except (Fault, KeyError):
                continue
        return found

    def get(self, code: str) -> Indicator:
        """Give a sign. Raises NotFound."""
        found = self.signs.get(code)
        if found is None:
            raise NotFound("indicator.unknown", "没有这个体征", "no such vital sign", field="code")
        return found

    def chosen(self, codes: Collection[str] | None) -> list[Indicator]:
        """Give the signs of these codes in their order, or all. Raises NotFound."""
        return list(self.signs.values()) if codes is None else [self.get(code) for code in codes]

    def terms(self, codes: Collection[str]) -> tuple[Term, ...]:
        """Give the terms of all these signs, each once."""
        found = dict.fromkeys(
            term for code in codes if code in self.formulas for term in expressions.terms(self.formulas[code])
        )
        return tuple(found)

    def checked(self, code: str, formula: str) -> Node:
        """Give a written formula resolved as if it were the sign's. Raises Fault."""
        read = {**self._read, code: expressions.parse(formula, kinds())}

        def formula_of(other: str) -> Node:
            if other not in read:
                raise Fault(f"没有体征「{other}」", f"there is no vital sign {other}")
            return read[other]

        node = expressions.resolve(read[code], formula_of, over=(code,))
        if not expressions.terms(node):
            raise Fault("公式里没有任何量", "the formula has no measure")
        return node


def _load() -> Register:
    signs = dict(declared.items())
    newest = Definition.objects.values("code").annotate(last=Max("version")).values_list("code", "last")
    rows = {(row.code, row.version): row for row in Definition.objects.order_by("id")}
    for key in sorted(newest, key=lambda key: rows[key].pk):
        row = rows[key]
        if row.retired:
            signs.pop(row.code, None)
        else:
            signs[row.code] = shown(row)
    return Register(signs)


def shown(row: Definition) -> Indicator:
    """Give one wording as the sign it makes, over the declared one where it keeps that one's formula."""
    under = declared.items().get(row.code)
    written: dict[str, Any] = {name: getattr(row, name) for name in _WRITTEN}
    written["direction"] = Direction(row.direction)
    changed: dict[str, Any] = {"changed_at": row.at, "changed_by": row.by_name}
    if under is not None and not row.formula:
        return replace(under, **{**written, "formula": under.formula}, **changed)
    return Indicator(**written, official=True, **changed)


def _stamp() -> tuple[int, int, int]:
    found = Definition.objects.aggregate(last=Max("pk"), rows=Count("pk"))
    return found["last"] or 0, found["rows"], len(declared.items())


_copy: Final = Copy(_load, _stamp, NAME)


def register() -> Register:
    """Give the signs in force; from memory, at most a second old."""
    return _copy.get()
