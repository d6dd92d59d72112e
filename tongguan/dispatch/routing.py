# SPDX-License-Identifier: Apache-2.0
"""Routing: who is to act, from what the sources say. Pure: answers in, a choice with its reasons out.

Order of consideration: a ruling on the same matter, the responsibility list (权责清单), officials' rules,
first contact (首接负责), territory (属地), the centre as backstop (兜底), a person. Each line of the
explanation says what was asked, what it answered and why it did or did not decide.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

#: How sure a choice is by what decided it. A city reads it as: below 0.6 a person should look.
CONFIDENCE: Final[Mapping[str, float]] = {
    "ruling": 0.98,
    "list": 0.95,
    "rule": 0.85,
    "first_contact": 0.5,
    "territorial": 0.4,
    "backstop": 0.3,
    "human": 0.0,
}
BASIS_ZH: Final[Mapping[str, str]] = {
    "ruling": "裁定先例",
    "list": "权责清单",
    "rule": "派遣规则",
    "first_contact": "首接负责",
    "territorial": "属地负责",
    "backstop": "中心兜底",
    "human": "人工确定",
}
#: Several units carry the duty word; the nearest was taken.
_AMBIGUOUS: Final = 0.75
#: The chosen unit has already returned this very case.
_REFUSED: Final = 0.5


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that may be chosen. ``division`` is the prefix it serves."""

    id: int
    code: str
    name: str
    path: str = ""
    division: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a source names: a unit by code, or a duty word, with the units found for it (nearest first)."""

    word: str
    is_duty: bool
    found: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one source says. ``lead`` None: it says nothing; ``lines`` tell why, in its own words.

    ``ref`` names the version, row or rule in short; it is kept with the plan.
    """

    basis: str
    lead: Wanted | None = None
    co: tuple[Wanted, ...] = ()
    lines: tuple[str, ...] = ()
    ref: Mapping[str, Any] = field(default_factory=dict)
    legal_basis: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """The outcome: lead and co-handling units, what decided, how sure, and why in words."""

    lead: Unit | None
    co: tuple[Unit, ...]
    basis: str
    confidence: float
    legal_basis: str
    explanation: tuple[str, ...]
    refs: Mapping[str, Any]


def choose(answers: Iterable[Answer], *, returned: Iterable[int] = (), urgent: bool = False) -> Choice:
    """Take the first source that names a unit. ``returned`` are units that have returned this case.

    A unit named by ruling, list or rule stays responsible though it returned the case (its refusal
    is a matter for a ruling); a fallback passes over it.
    """
    refused = frozenset(returned)
    told: list[str] = ["紧急事项：须立即派遣并电话告知"] if urgent else []
    refs: dict[str, Any] = {}
    chosen: tuple[Answer, Unit] | None = None
    for answer in answers:
        told += answer.lines
        if answer.ref:
            refs[answer.basis] = dict(answer.ref)
        unit, lines = _pick(answer, refused)
        told += lines
        if unit is not None:
            chosen = answer, unit
            break
    if chosen is None:
        told.append("以上均未确定承办单位：转人工确定")
        return Choice(None, (), "human", 0.0, "", tuple(told), refs)
    answer, unit = chosen
    co, lines = _helpers(answer, unit)
    told += lines
    return Choice(
        lead=unit,
        co=co,
        basis=answer.basis,
        confidence=_confidence(answer, unit, refused),
        legal_basis=answer.legal_basis,
        explanation=tuple(told),
        refs=refs,
    )


def _pick(answer: Answer, refused: frozenset[int]) -> tuple[Unit | None, list[str]]:
    name = BASIS_ZH[answer.basis]
    if answer.lead is None:
        return None, []
    wanted = answer.lead
    if not wanted.found:
        what = f"职责“{wanted.word}”" if wanted.is_duty else f"单位 {wanted.word}"
        return None, [f"{name}指向{what}，但机构登记中没有相应单位，继续往下"]
    strict = answer.basis in {"ruling", "list", "rule"}
    open_units = wanted.found if strict else tuple(u for u in wanted.found if u.id not in refused)
    if not open_units:
        return None, [f"{name}：{wanted.found[0].name}已回退过本案，跳过"]
    unit = open_units[0]
    lines = [f"{name}确定主办单位：{unit.name}" + _how(wanted, unit)]
    if unit.id in refused:
        lines.append(f"注意：{unit.name}已回退过本案，如再回退应提请裁定")
    return unit, lines


def _how(wanted: Wanted, unit: Unit) -> str:
    if not wanted.is_duty:
        return ""
    rivals = _rivals(wanted)
    if not rivals:
        return f"（承担“{wanted.word}”职责）"
    return (
        f"（承担“{wanted.word}”职责，同级另有{'、'.join(u.name for u in rivals)}，按登记次序取{unit.name}）"
    )


def _rivals(wanted: Wanted) -> tuple[Unit, ...]:
    """Give the other units that serve the same division as the first."""
    return tuple(u for u in wanted.found[1:] if u.division == wanted.found[0].division)


def _confidence(answer: Answer, unit: Unit, refused: frozenset[int]) -> float:
    sure = CONFIDENCE[answer.basis]
    if answer.lead is not None and answer.lead.is_duty and _rivals(answer.lead):
        sure = min(sure, _AMBIGUOUS)
    return min(sure, _REFUSED) if unit.id in refused else sure


def _helpers(answer: Answer, lead: Unit) -> tuple[tuple[Unit, ...], list[str]]:
    units: dict[int, Unit] = {}
    lines: list[str] = []
    for wanted in answer.co:
        if not wanted.found:
            lines.append(f"协办“{wanted.word}”没有相应单位，略去")
            continue
        unit = wanted.found[0]
        if unit.id != lead.id and unit.id not in units:
            units[unit.id] = unit
            lines.append(f"协办单位：{unit.name}" + (f"（{wanted.word}）" if wanted.is_duty else ""))
    return tuple(units.values()), lines
