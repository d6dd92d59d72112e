# SPDX-License-Identifier: Apache-2.0
"""What a draft of a vital sign would come to beside the sign in force. Nothing is stored."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, Final

from tongguan.indicators import evaluating
from tongguan.indicators.contracts import Changed, Compared, Draft, Indicator, Rehearsal
from tongguan.indicators.expressions import Floats, Term
from tongguan.indicators.queries import centre_of, grade_of, parts_of
from tongguan.indicators.register import Register, register
from tongguan.kernel.errors import Forbidden
from tongguan.people.contracts import Actor
from tongguan.places import queries as places

#: Digits of a centre's division -> of the divisions right below.
_BELOW: Final = {4: 6, 6: 9, 9: 12}
_MOST_CENTRES: Final = 60
_MOST_FOLLOWERS: Final = 60


def rehearse(viewer: Actor, draft: Draft) -> Rehearsal:
    """Compare a draft that was found right with the sign in force, if there is one."""
    now = register()
    had = now.signs.get(draft.code)
    worded = _as_sign(draft, had)
    changes = _changes(draft, had)
    version = had.version if had is not None else 0
    try:
        place = centre_of(viewer, None)
    except Forbidden:  # who keeps the register need not see what is counted
        return Rehearsal(version=version, changes=changes)
    then = Register({**now.signs, draft.code: worded})
    names = _centres(place)
    moved = [
        code for code in then.formulas if code != draft.code and then.formulas[code] != now.formulas.get(code)
    ]
    codes = [draft.code, *moved[:_MOST_FOLLOWERS]]
    terms = tuple(dict.fromkeys((*now.terms([c for c in codes if c in now.signs]), *then.terms(codes))))
    known = evaluating.values(terms, list(names))
    was, would = (
        _values(now, had, known, draft.code, len(names)),
        _values(then, worded, known, draft.code, len(names)),
    )
    return Rehearsal(
        version=version,
        changes=changes,
        parts=parts_of(then.formulas[draft.code], place, known),
        centres=tuple(
            _compared(code, name, name, (had, was[n]), (worded, would[n]))
            for n, (code, name) in enumerate(names.items())
        ),
        followers=tuple(_follower(now, then, known, code, len(names)) for code in codes[1:]),
    )


def _as_sign(draft: Draft, had: Indicator | None) -> Indicator:
    written: dict[str, Any] = asdict(draft)
    if had is None:
        return Indicator(**written, official=True)
    return replace(had, **{**written, "formula": draft.formula or had.formula})


def _changes(draft: Draft, had: Indicator | None) -> tuple[Changed, ...]:
    found = []
    for name, value in asdict(draft).items():
        before = getattr(had, name) if had is not None else None
        if name in {"code", "reason"} or value == before or (had is None and value in {"", None}):
            continue
        if name == "formula" and had is not None and not value:
            continue
        found.append(Changed(name, _told(before), _told(value)))
    return tuple(found)


def _told(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _centres(place: str) -> dict[str, str]:
    digits = _BELOW.get(len(place))
    below = places.within(place, digits)[:_MOST_CENTRES] if digits else []
    own = places.division(place)
    return {place: own.name if own else place} | {one.code: one.name for one in below}


def _values(
    signs: Register, one: Indicator | None, known: Mapping[Term, Floats], code: str, length: int
) -> Sequence[float | None]:
    node = signs.formulas.get(code) if one is not None else None
    line = evaluating.evaluate(node, known, length).tolist()
    return [None if math.isnan(value) else value for value in line]


def _follower(
    now: Register, then: Register, known: Mapping[Term, Floats], code: str, length: int
) -> Compared:
    one = then.signs[code]
    was, would = (_values(signs, one, known, code, length)[0] for signs in (now, then))
    return _compared(code, one.zh, one.en, (one, was), (one, would))


def _compared(
    key: str,
    zh: str,
    en: str,
    was: tuple[Indicator | None, float | None],
    would: tuple[Indicator, float | None],
) -> Compared:
    before = grade_of(was[0] or would[0], was[1])
    return Compared(key, zh, en, was[1], before, would[1], grade_of(*would))
