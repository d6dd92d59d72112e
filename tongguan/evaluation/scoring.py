# SPDX-License-Identifier: Apache-2.0
"""From counts to rates, points, totals, grades and ranks. Pure: the same numbers give the same scores."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np

from tongguan.evaluation.contracts import IndicatorSet, Part, Score
from tongguan.evaluation.sets import counts, known_names, names_of, used_counts
from tongguan.kernel import formulas
from tongguan.kernel.formulas import Floats

_DIGITS: Final = 4
#: What divisions are called that no class of the set lists.
LEVELS: Final = ("市", "区县", "街道")
_Why = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Member:
    """Who is scored: key, name, and the class in which it is ranked."""

    key: str
    name: str
    kin: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of n members: counts by code (numbers per member), inputs by code (None: not entered).

    ``missing``: counts without a source, code → (Chinese, English).
    """

    counts: Mapping[str, Sequence[int]]
    inputs: Mapping[str, Sequence[float | None]]
    missing: Mapping[str, _Why]


def scores(of: IndicatorSet, members: Sequence[Member], figures: Figures) -> tuple[Score, ...]:
    """Give a line per member, the best first within each class; city, district, street, then the others."""
    sheet = _Sheet(of, len(members), figures)
    rates = {one.code: sheet.value(one.code) for one in of.rates}
    points = {one.code: sheet.points(one) for one in of.parts}
    shown = {code: figures.counts.get(code) for code in used_counts(of)}
    lines = []
    for place, member in enumerate(members):
        parts = {code: _number(values[place]) for code, values in points.items()}
        reasons = sheet.reasons(place, parts)
        whole = not reasons and bool(parts)
        total = _rounded(sum(value or 0.0 for value in parts.values())) if whole else None
        lines.append(
            Score(
                key=member.key, name=member.name, kin=member.kin,
                counts={code: None if row is None else int(row[place]) for code, row in shown.items()},
                rates={code: _number(values[place]) for code, values in rates.items()},
                points=parts, total=total, grade=_grade(of, total), rank=None, among=0, reasons=reasons,
            )
        )  # fmt: skip
    return _ranked(lines)


class _Sheet:
    """The values of a set's names for all members at once, and why some have none."""

    def __init__(self, of: IndicatorSet, size: int, figures: Figures) -> None:
        self._of, self._size, self._figures = of, size, figures
        self._known = known_names(of)
        self._rates = {one.code: one for one in of.rates}
        self._values: dict[str, Floats] = {}

    def value(self, name: str) -> Floats:
        if name not in self._values:
            self._values[name] = self._valued(name)
        return self._values[name]

    def _valued(self, name: str) -> Floats:
        if name in self._rates:
            return self._formula(self._rates[name].formula)
        if name in self._of.parameters:
            given = self._of.parameters[name]
            return np.full(self._size, np.nan if given is None else given)
        told: Sequence[Any] = self._figures.inputs.get(name) or self._figures.counts.get(name) or ()
        if not len(told):
            return np.full(self._size, np.nan)
        return np.array([np.nan if one is None else one for one in told], dtype=np.float64)

    def _formula(self, formula: str) -> Floats:
        if not formula:
            return np.full(self._size, np.nan)
        tree, _ = names_of(formula, self._known)
        return np.broadcast_to(formulas.worth(tree, self.value), (self._size,))

    def points(self, part: Part) -> Floats:
        if part.weight is None:
            return np.full(self._size, np.nan)
        if not part.of:
            return part.weight * self._formula(part.formula)
        count = self.value(part.of)
        found = np.full(self._size, np.nan)
        for least, worth in sorted(part.bands or ()):
            found = np.where(count >= least, worth, found)
        return part.weight * found

    def reasons(self, place: int, parts: Mapping[str, float | None]) -> tuple[_Why, ...]:
        told: dict[_Why, None] = {}
        for part in self._of.parts:
            if parts[part.code] is None:
                told[self._why(part, place)] = None
        return tuple(told)

    def _why(self, part: Part, place: int) -> _Why:
        name = part.zh, part.en or part.code
        if part.weight is None:
            return f"{name[0]}：权重待设定", f"{name[1]}: its weight is to be set"
        if part.of and part.bands is None:
            return f"{name[0]}：分档待设定", f"{name[1]}: its bands are to be set"
        if not part.of and not part.formula:
            return f"{name[0]}：口径待设定", f"{name[1]}: its formula is to be set"
        for leaf in self._leaves(part.formula or part.of):
            found = self._lacks(leaf, place)
            if found:
                return f"{name[0]}：{found[0]}", f"{name[1]}: {found[1]}"
        return (
            f"{name[0]}：分母为零，本期没有可考核的案件",
            f"{name[1]}: nothing to be assessed in this period",
        )

    def _leaves(self, formula: str) -> list[str]:
        found: list[str] = []
        for name in sorted(names_of(formula, self._known)[1]):
            rate = self._rates.get(name)
            if rate is None:
                found.append(name)
            elif rate.formula:
                found += self._leaves(rate.formula)
            else:
                found.append(name)
        return found

    def _lacks(self, name: str, place: int) -> _Why | None:
        if name in self._figures.missing:
            return self._figures.missing[name]
        if name in self._rates:
            rate = self._rates[name]
            return f"「{rate.zh}」口径待设定", f"the formula of {rate.en or name} is to be set"
        if name in self._of.parameters and self._of.parameters[name] is None:
            return f"参数「{name}」待设定", f"parameter {name} is to be set"
        if name in self._of.inputs and not np.isfinite(self.value(name)[place]):
            return f"未录入{self._of.inputs[name]}", f"{name} was not entered"
        return None


def _number(value: Any) -> float | None:
    return _rounded(float(value)) if np.isfinite(value) else None


def _rounded(value: float) -> float:
    return round(value, _DIGITS) + 0.0


def _grade(of: IndicatorSet, total: float | None) -> str:
    if total is None:
        return ""
    return next((letter for letter, least in of.grades if total >= least), "")


def _ranked(lines: Sequence[Score]) -> tuple[Score, ...]:
    found: list[Score] = []
    for kin in sorted({one.kin for one in lines}, key=_place):
        mine = [one for one in lines if one.kin == kin]
        totals = [one.total for one in mine if one.total is not None]
        ranked = [
            replace(
                one, among=len(totals),
                rank=None if one.total is None else 1 + sum(other > one.total for other in totals),
            )
            for one in mine
        ]  # fmt: skip
        found += sorted(ranked, key=lambda one: (one.rank is None, one.rank or 0, one.key))
    return tuple(found)


def ordered(lines: Iterable[Score]) -> tuple[Score, ...]:
    """Give lines as ``scores`` orders them: by class, the best first."""
    return tuple(sorted(lines, key=lambda one: (_place(one.kin), one.rank is None, one.rank or 0, one.key)))


def _place(kin: str) -> tuple[int, str]:
    """Give where a class stands: levels from the city down, the city's own classes by name after them."""
    return (LEVELS.index(kin) if kin in LEVELS else len(LEVELS), kin)


def digest_of(lines: Sequence[Score]) -> str:
    """Give the digest of a result: the same for the same scores, whatever the order of members was."""
    told = [asdict(one) for one in sorted(lines, key=lambda one: (one.kin, one.key))]
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def missing_of(codes: Sequence[str], told: Sequence[str]) -> dict[str, _Why]:
    """Give why some of these counts have no source; ``told`` are those that somebody tells."""
    found: dict[str, _Why] = {}
    for code in codes:
        if code not in told:
            one = counts()[code]
            zh, _, en = (one.missing or f"「{one.zh}」没有来源 / nothing tells {one.en}").partition(" / ")
            found[code] = zh, en
    return found
