# SPDX-License-Identifier: Apache-2.0
"""Reads of vital signs. A viewer sees the signs of centres within the divisions of their centre posts."""

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from django.db.models import QuerySet
from django.utils import timezone

from tongguan.indicators import behind as rows
from tongguan.indicators import evaluating, expressions
from tongguan.indicators.contracts import (
    DIMENSIONS,
    Direction,
    Grade,
    Indicator,
    Measure,
    Part,
    Ranked,
    Sign,
    SignPoint,
)
from tongguan.indicators.expressions import WINDOWS_ZH, Fault, Node, Term
from tongguan.indicators.models import Definition, SourceState
from tongguan.indicators.register import register as in_force
from tongguan.indicators.register import shown
from tongguan.indicators.sources import measures
from tongguan.indicators.sums import CENTRE_DIGITS, DAY, HOUR, HOURS, day_slot, hour_slot
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.people.contracts import CENTRE_POSTS, NOWHERE, Actor
from tongguan.places import queries as places

__all__ = [
    "DIMENSIONS",
    "WINDOWS_ZH",
    "behind",
    "centre_of",
    "checked",
    "grade_of",
    "history",
    "indicator",
    "measure_list",
    "parts_of",
    "present",
    "ranking",
    "registry",
    "signs",
    "token",
    "trial",
    "versions",
]

MAX_POINTS: Final = 1000
_STEPS: Final = {"hour": (HOUR, timedelta(hours=1)), "day": (DAY, timedelta(days=1))}
_LEVELS: Final = {"city": 4, "district": 6, "street": 9, "community": 12}
_YESTERDAY: Final = timedelta(days=1)


def registry() -> list[Indicator]:
    """Give every sign in force with formula, source, owner, thresholds and version. For everybody."""
    return [indicator(code) for code in in_force().signs]


def present(codes: Iterable[str]) -> list[str]:
    """Give those of these signs that are in force, in the given order."""
    return [code for code in codes if code in in_force().signs]


def measure_list() -> list[Measure]:
    """Give every measure that formulas may count."""
    return [measure for _, measure in measures.items().values()]


def indicator(code: str) -> Indicator:
    """Give one sign in force. Raises NotFound."""
    one, node = in_force().get(code), in_force().formulas.get(code)
    windows = dict.fromkeys(term.window for term in expressions.terms(node)) if node else {}
    return replace(one, windows=tuple(windows))


def versions(code: str) -> list[Indicator]:
    """Give what officials wrote about a sign, the newest first; none for a sign as declared."""
    in_force().get(code)
    return [shown(row) for row in Definition.objects.filter(code=code).order_by("-version")]


def signs(
    viewer: Actor, centre: str | None = None, codes: Sequence[str] | None = None, *, parts: bool = False
) -> list[Sign]:
    """Give the present signs of a centre (its division; None: the viewer's widest), in the order of codes.

    ``parts``: also each term with its own value and rows. As many statements for all signs as for one over
    the same windows. Raises Forbidden without a centre post, NotFound for another's centre or an unknown
    code, Invalid.
    """
    place = centre_of(viewer, centre)
    register = in_force()
    chosen = register.chosen(codes)
    terms = register.terms([one.code for one in chosen])
    known = evaluating.values(terms, [place])
    then = evaluating.values_at(terms, [place], clock.now() - _YESTERDAY)
    seen = dict(SourceState.objects.filter(ready=True).values_list("code", "seen_at"))
    return [
        _sign(one, register.formulas.get(one.code), place, (known, then), seen, parts=parts) for one in chosen
    ]


def history(
    viewer: Actor,
    code: str,
    centre: str | None = None,
    since: datetime | None = None,
    step: str = "hour",
) -> list[SignPoint]:
    """Give a sign's value per local hour or day from ``since`` (24 hours, 30 days) up to now.

    A level's point is its value at the end of the slot (now for the running one); a flow's over today is
    what came within the slot, over more days what came within so many days up to its end.
    """
    place = centre_of(viewer, centre)
    return histories(viewer, code, [place], since, step)[place]


def histories(
    viewer: Actor, code: str, centres: Sequence[str], since: datetime | None = None, step: str = "hour"
) -> dict[str, list[SignPoint]]:
    """Give what ``history`` gives of each of these centres, in one statement per window."""
    places = [centre_of(viewer, centre) for centre in centres]
    if step not in _STEPS:
        raise Invalid("history.step", "步长只能是 hour 或 day", "step is hour or day", field="step")
    grain, width = _STEPS[step]
    zone, now = timezone.get_default_timezone(), clock.now()
    since = since or now - (timedelta(hours=HOURS - 1) if grain == HOUR else timedelta(days=29))
    slot_of = hour_slot if grain == HOUR else day_slot
    first, last = slot_of(since, zone), slot_of(now, zone)
    if not 0 <= last - first < MAX_POINTS:
        raise Invalid(
            "history.since", f"起点须在过去 {MAX_POINTS} 个{'小时' if grain == HOUR else '天'}以内",
            f"since lies within the last {MAX_POINTS} steps", field="since",
        )  # fmt: skip
    node = _formula(code)
    terms = expressions.terms(node) if node else ()
    known = evaluating.slots(terms, places, grain, first, last)
    begun = now.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    begun = begun if grain == HOUR else begun.replace(hour=0)
    times = [(begun - width * (last - first - n)).astimezone(UTC) for n in range(last - first + 1)]
    return {
        place: [
            SignPoint(at, None if math.isnan(one) else one)
            for at, one in zip(times, evaluating.evaluate(node, of, len(times)).tolist(), strict=True)
        ]
        for place, of in known.items()
    }


def ranking(viewer: Actor, code: str, level: str = "district", centre: str | None = None) -> list[Ranked]:
    """Give a sign's value in every division of a level within a centre, the best first.

    Without a direction the highest first; divisions without a value last. Levels: city, district, street,
    community.
    """
    place = centre_of(viewer, centre)
    if level not in _LEVELS:
        raise Invalid("ranking.level", f"层级只能是 {'、'.join(_LEVELS)}", "no such level", field="level")
    divisions = {d.code: d.name for d in places.within(place, _LEVELS[level])}
    sign, node, codes = in_force().get(code), _formula(code), list(divisions)
    terms = expressions.terms(node) if node else ()
    found = evaluating.evaluate(node, evaluating.values(terms, codes), len(codes)).tolist()
    line = [(None if math.isnan(v) else v, division) for division, v in zip(codes, found, strict=True)]
    up = 1.0 if sign.direction is Direction.LOW else -1.0
    line.sort(key=lambda one: (one[0] is None, up * (one[0] or 0.0), one[1]))
    return [
        Ranked(no, division, divisions[division], v, grade_of(sign, v), _query(terms, division))
        for no, (v, division) in enumerate(line, 1)
    ]


def trial(
    viewer: Actor, code: str, formula: str, centre: str | None = None
) -> tuple[float | None, tuple[Part, ...]]:
    """Give what a formula would come to now, with its terms. Raises Invalid ``indicator.formula``."""
    place = centre_of(viewer, centre)
    node = checked(code, formula)
    known = evaluating.values(expressions.terms(node), [place])
    return _value(evaluating.evaluate(node, known, 1)), parts_of(node, place, known)


def checked(code: str, formula: str) -> Node:
    """Give a written formula resolved. Raises Invalid ``indicator.formula`` with the reason."""
    try:
        return in_force().checked(code, formula)
    except Fault as fault:
        raise Invalid("indicator.formula", fault.zh, fault.en, field="formula") from fault


def behind(token: str) -> QuerySet[Any]:
    """Give the ids of the rows that a ``sign`` token of the desk names; see ``behind.subjects``."""
    return rows.subjects(token)


def token(viewer: Actor, code: str, centre: str | None = None, part: int = 0) -> str:
    """Give the ``sign`` token of one term of a sign. Raises as ``signs``, and NotFound for no such term."""
    place, node = centre_of(viewer, centre), _formula(code)
    terms = expressions.terms(node) if node else ()
    if part >= len(terms):
        raise NotFound("indicator.part", "公式里没有这一项", "the formula has no such term", field="part")
    return rows.token(terms[part], place)


def centre_of(viewer: Actor, centre: str | None) -> str:
    """Give the division whose signs are shown. Raises Forbidden, NotFound, Invalid."""
    held = [one for one in viewer.scope.divisions(*CENTRE_POSTS) if one != NOWHERE]
    if not held:
        raise Forbidden(
            "indicator.centre_post", "体征由各级运行中心的岗位查看", "vital signs are for posts of centres"
        )
    place = min(held, key=lambda one: (len(one), one)) if centre is None else centre
    if not any(place.startswith(one) for one in held):
        raise NotFound(
            "indicator.centre", "没有这个中心，或不在您的管辖范围", "no such centre", field="centre"
        )
    if len(place) not in CENTRE_DIGITS:
        raise Invalid(
            "indicator.centre_level", "体征按市、区、街道、社区统计",
            "signs are kept for divisions down to communities", field="centre",
        )  # fmt: skip
    return place


def _formula(code: str) -> Node | None:
    in_force().get(code)
    return in_force().formulas.get(code)


def _sign(
    one: Indicator,
    node: Node | None,
    place: str,
    values: tuple[dict[Term, expressions.Floats], dict[Term, expressions.Floats]],
    seen: dict[str, datetime | None],
    *,
    parts: bool,
) -> Sign:
    terms = expressions.terms(node) if node else ()
    now, then = (_value(evaluating.evaluate(node, known, 1)) for known in values)
    at = _data_time(terms, seen)
    return Sign(
        code=one.code,
        zh=one.zh,
        en=one.en,
        dimension=one.dimension,
        unit=one.unit,
        decimals=one.decimals,
        centre=place,
        value=now,
        at=at,
        stale=at is None or clock.now() - at > timedelta(seconds=one.freshness_s),
        grade=grade_of(one, now),
        direction=one.direction,
        change=None if now is None or then is None else now - then,
        watch=one.watch,
        alarm=one.alarm,
        version=one.version,
        desk_query=_query(terms, place),
        parts=parts_of(node, place, values[0]) if parts and node else (),
    )


def _data_time(terms: Collection[Term], seen: dict[str, datetime | None]) -> datetime | None:
    """Give the time up to which all sources of the terms are counted; None when one is not yet."""
    times = [seen.get(measures.get(term.measure)[0].code) for term in terms]
    known = [one for one in times if one is not None]
    return min(known) if known and len(known) == len(times) else None


def grade_of(one: Indicator, value: float | None) -> Grade:
    """Give where a value stands against the sign's thresholds."""
    if one.direction is Direction.NONE or (one.watch is None and one.alarm is None):
        return Grade.UNSET
    if value is None:
        return Grade.CALM
    way = 1.0 if one.direction is Direction.LOW else -1.0
    if one.alarm is not None and way * value >= way * one.alarm:
        return Grade.ALARM
    return Grade.WATCH if one.watch is not None and way * value >= way * one.watch else Grade.CALM


def parts_of(node: Node, place: str, known: dict[Term, expressions.Floats]) -> tuple[Part, ...]:
    """Give the terms of a formula with what each came to in a place (the first of ``known``)."""
    return tuple(
        Part(
            measure=term.measure,
            zh=(measure := measures.get(term.measure)[1]).zh,
            en=measure.en,
            unit=measure.unit,
            window=term.window,
            item=term.item,
            value=int(known[term][0]),
            desk_query=rows.desk_query(term, place),
        )
        for term in expressions.terms(node)
    )


def _query(terms: Sequence[Term], place: str) -> str:
    return rows.desk_query(terms[0], place) if terms else ""


def _value(found: np.ndarray) -> float | None:
    one = float(found[0])
    return None if math.isnan(one) else one
