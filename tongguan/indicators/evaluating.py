# SPDX-License-Identifier: Apache-2.0
"""Values of terms and formulas for many centres at once: now, at an earlier moment, slot by slot."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import product
from typing import Final

import numpy as np
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from tongguan.indicators import expressions
from tongguan.indicators.expressions import WINDOWS, Floats, Node, Term
from tongguan.indicators.models import Cell, CountedStep
from tongguan.indicators.sums import DAY, EVER, HOUR, HOURS, centres_of, day_slot, hour_slot, items_of
from tongguan.kernel import clock
from tongguan.people import queries as people
from tongguan.tables.api import AMONG

#: (place, measure, item) -> amount.
_Sums = dict[tuple[str, str, str], int]
_FAR: Final = 2**31 - 1


def values(terms: Collection[Term], places: Sequence[str]) -> dict[Term, Floats]:
    """Give each term's present value per place, in one statement per window."""
    today = day_slot(clock.now(), timezone.get_default_timezone())
    found: dict[Term, Floats] = {}
    for window, some in _by_window(terms).items():
        days = WINDOWS[window]
        kept = _kept(some, places, *((DAY, today - days + 1, today) if days else (EVER, 0, 0)))
        found |= {term: _column(term, places, kept) for term in some}
    return found


def values_at(terms: Collection[Term], places: Sequence[str], at: datetime) -> dict[Term, Floats]:
    """Give each term's value per place as it was at an earlier moment, exact to the microsecond.

    Whole days and hours come from the sums, the hour that was not over from its steps.
    """
    zone = timezone.get_default_timezone()
    day, hour = day_slot(at, zone), hour_slot(at, zone)
    begun = at.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    found: dict[Term, Floats] = {}
    for window, some in _by_window(terms).items():
        days = WINDOWS[window]
        if days:
            plus = [
                _kept(some, places, DAY, day - days + 1, day - 1),
                _kept(some, places, HOUR, day * HOURS, hour - 1),
                _stepped(some, places, Q(at__gte=begun, at__lte=at)),
            ]
            minus: list[_Sums] = []
        else:
            plus = [_kept(some, places, EVER, 0, 0)]
            minus = [
                _kept(some, places, DAY, day + 1, _FAR),
                _kept(some, places, HOUR, hour + 1, day * HOURS + HOURS - 1),
                _stepped(some, places, Q(at__gt=at, at__lt=begun + timedelta(hours=1))),
            ]
        for term in some:
            more = sum((_column(term, places, kept) for kept in plus), np.zeros(len(places)))
            found[term] = more - sum((_column(term, places, kept) for kept in minus), np.zeros(len(places)))
    return found


def slots(
    terms: Collection[Term], places: Sequence[str], grain: int, first: int, last: int
) -> dict[str, dict[Term, Floats]]:
    """Give each place's value of each term for every slot from ``first`` to ``last``.

    A level's is that at the slot's end. A flow over today is what came within the slot, over a longer
    window what came within so many days up to the slot's end.
    """
    length = last - first + 1
    per_day = HOURS if grain == HOUR else 1
    found: dict[str, dict[Term, Floats]] = {place: {} for place in places}
    for window, some in _by_window(terms).items():
        days = WINDOWS[window]
        width = days * per_day if days > 1 else 1
        lead = width - 1 if days else 0
        rows = _cells(some, places, grain, first - lead, last if days else _FAR)
        by_slot: defaultdict[tuple[str, str, str], dict[int, int]] = defaultdict(dict)
        for *key, slot, amount in rows.values_list("place", "measure", "item", "slot", "amount"):
            by_slot[key[0], key[1], key[2]][slot] = amount
        ever = {} if days else _kept(some, places, EVER, 0, 0)
        for place, term in product(places, some):
            kept = by_slot[place, term.measure, term.item]
            line = np.array([kept.get(slot, 0) for slot in range(first - lead, last + 1)], np.float64)
            if days:
                summed = np.concatenate(([0.0], np.cumsum(line)))
                found[place][term] = summed[width:] - summed[:length]
            else:
                later = sum(amount for slot, amount in kept.items() if slot > last)
                end = ever.get((place, term.measure, term.item), 0) - later
                after = np.concatenate((np.cumsum(line[::-1])[::-1][1:], [0.0]))
                found[place][term] = end - after
    return found


def evaluate(node: Node | None, known: Mapping[Term, Floats], length: int) -> Floats:
    """Give a formula's value per place or slot; NaN where it has none, or where there is no formula."""
    if node is None:
        return np.full(length, np.nan)
    return np.broadcast_to(expressions.value(node, known), (length,)).astype(np.float64)


def _by_window(terms: Collection[Term]) -> dict[str, list[Term]]:
    found: defaultdict[str, list[Term]] = defaultdict(list)
    for term in terms:
        found[term.window].append(term)
    return found


def _cells(
    terms: Collection[Term], places: Sequence[str], grain: int, first: int, last: int
) -> QuerySet[Cell]:
    return Cell.objects.filter(
        **{f"place__{AMONG}": list(places), f"measure__{AMONG}": sorted({term.measure for term in terms})},
        **{f"item__{AMONG}": sorted({term.item for term in terms})},
        grain=grain,
        slot__gte=first,
        slot__lte=last,
    )


def _kept(terms: Collection[Term], places: Sequence[str], grain: int, first: int, last: int) -> _Sums:
    if last < first:
        return {}
    rows = _cells(terms, places, grain, first, last).order_by().values_list("place", "measure", "item")
    return {(place, measure, item): n for place, measure, item, n in rows.annotate(n=Sum("amount"))}


def _stepped(terms: Collection[Term], places: Sequence[str], when: Q) -> _Sums:
    """Sum steps of less than an hour for the places; those of one statement, shared out here."""
    where = Q()
    if "" not in places:
        for place in places:
            where |= people.prefix_q("place", place)
    rows = CountedStep.objects.filter(
        when, where, **{f"measure__{AMONG}": sorted({term.measure for term in terms})}
    )
    wanted, found = set(places), defaultdict[tuple[str, str, str], int](int)
    grouped = rows.order_by().values_list("place", "measure", "item").annotate(n=Sum("amount"))
    for leaf, measure, item, amount in grouped:
        for place in wanted.intersection(centres_of(leaf)):
            for one in items_of(item):
                found[place, measure, one] += amount
    return found


def _column(term: Term, places: Sequence[str], kept: _Sums) -> Floats:
    return np.array([kept.get((place, term.measure, term.item), 0) for place in places], np.float64)
