# SPDX-License-Identifier: Apache-2.0
"""The book of false and missed alarms by rule and by device, and how quickly people answered."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from django.db.models import F, QuerySet

from tongguan.alarms.contracts import BookLine, MissState, Span
from tongguan.alarms.lifecycle import State
from tongguan.alarms.models import Alarm, Miss, Stream
from tongguan.alarms.reach import visible
from tongguan.alarms.terms import terms_of
from tongguan.people.contracts import Actor
from tongguan.people.queries import division_q, prefix_q

_MINUTE: Final = timedelta(minutes=1)
_RIGHT: Final = frozenset({State.CONFIRMED, State.NOTIFIED, State.HANDLED})
_Judged = Iterable[tuple[str, str, str, int]]


def judged(state: str, outcome: str) -> str:
    """Give what people found: ``true``, ``false``, "" while nobody said. An evaluation goes first. Pure."""
    if outcome:
        return outcome
    return "false" if state == State.REJECTED else "true" if state in _RIGHT else ""


def book_by_rule(actor: Actor, since: datetime, until: datetime, division: str = "") -> list[BookLine]:
    """Give the book by rule of alarms raised in a period; a storm counts once, for whom it stands."""
    rows = _period(actor, since, until, division).filter(membership__head=F("id"))
    found = rows.order_by().values_list("rule", "state", "outcome")
    # What an alarm called itself stands where no rule of that code is kept any more.
    own = dict(rows.order_by("raised_at").values_list("rule", "name"))
    kept = {one.rule: one.name for one in terms_of(own.keys()).values() if one.name != one.rule}
    names = own | kept
    missed = _missed(actor, since, until, division)
    by_rule = Counter(row.rule for row in missed)
    return _book(((rule, *rest) for rule, *rest in found), names, by_rule)


def book_by_stream(actor: Actor, since: datetime, until: datetime, division: str = "") -> list[BookLine]:
    """Give the book by datastream of alarms raised in a period, members of storms included."""
    rows = _period(actor, since, until, division)
    found = Stream.objects.filter(alarm__in=rows.values("pk")).order_by()
    told = [
        (str(s), state, outcome)
        for s, state, outcome in found.values_list("stream", "alarm__state", "alarm__outcome")
    ]
    missed = Counter(
        str(row.stream) for row in _missed(actor, since, until, division) if row.stream is not None
    )
    return _book(told, {}, missed)


def _book(told: Iterable[Sequence[str]], names: dict[str, str], missed: Counter[str]) -> list[BookLine]:
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for key, state, outcome in told:
        sums[key][judged(state, outcome)] += 1
    return [_line(key, names.get(key, key), sums[key], missed[key]) for key in sorted({*sums, *missed})]


def _line(key: str, name: str, sums: Counter[str], missed: int) -> BookLine:
    true, false = sums["true"], sums["false"]
    return BookLine(
        key=key,
        name=name,
        raised=sum(sums.values()),
        true=true,
        false=false,
        missed=missed,
        unjudged=sums[""],
        precision=true / (true + false) if true + false else None,
        recall=true / (true + missed) if true + missed else None,
    )


def spans(actor: Actor, since: datetime, until: datetime, division: str = "", rule: str = "") -> list[Span]:
    """Give how long people took from hearing of alarms raised in a period to each step; storms count once."""
    rows = _period(actor, since, until, division).filter(membership__head=F("id"))
    rows = rows.filter(rule=rule) if rule else rows
    steps = ("confirmed", "notified", "handled", "evaluated")
    times = list(rows.values_list("heard_at", *(f"{step}_at" for step in steps)))
    return [
        span(step, [(row[place] - row[0]) / _MINUTE for row in times if row[place] is not None])
        for place, step in enumerate(steps, 1)
    ]


def span(step: str, minutes: Sequence[float]) -> Span:
    """Sum up minutes. Pure."""
    if not minutes:
        return Span(step=step, count=0, mean=None, median=None, ninety=None)
    values = np.asarray(minutes, np.float64)
    half, ninety = np.percentile(values, [50, 90])
    return Span(
        step=step, count=len(minutes), mean=float(values.mean()), median=float(half), ninety=float(ninety)
    )


def _period(actor: Actor, since: datetime, until: datetime, division: str) -> QuerySet[Alarm]:
    rows = visible(actor).filter(raised_at__gte=since, raised_at__lt=until)
    return rows.filter(prefix_q("division", division)) if division else rows


def _missed(actor: Actor, since: datetime, until: datetime, division: str) -> list[Miss]:
    rows = Miss.objects.filter(division_q(actor.scope, "division"), state=MissState.BOOKED)
    rows = rows.filter(prefix_q("division", division)) if division else rows
    return list(rows.filter(at__gte=since, at__lt=until))
