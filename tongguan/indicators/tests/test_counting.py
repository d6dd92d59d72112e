# SPDX-License-Identifier: Apache-2.0
"""Counted step by step is the same as counted from nothing: whatever the order, the batches, the repeats.

A toy town stands for a package that owns data: its lamps are lit, go out, are lit again, change street and
kind, are declared void; some will fail at a known moment by themselves.
"""

import random
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.indicators import checking, counting, evaluating
from tongguan.indicators.contracts import Kind, Measure, Step
from tongguan.indicators.expressions import Term
from tongguan.indicators.models import Cell, CountedStep, SourceState
from tongguan.indicators.sources import Source, measures, sources
from tongguan.kernel import clock as time
from tongguan.kernel.facts import Fact
from tongguan.kernel.testing import BEIJING
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.transactions import atomic

pytestmark = pytest.mark.django_db
START = datetime(2026, 9, 28, 9, 0, tzinfo=BEIJING)
STREETS = ("990101001001", "990101002001", "990102001001", "990201001001")
ITEMS = ("01001", "01002", "09006")
PLACES = ("", "9901", "990101", "990101001", "9902")


class LampTouched(Fact, frozen=True, kw_only=True):
    """Something happened to a lamp."""

    lamp: UUID


@dataclass
class Lamp:
    street: str
    item: str
    changes: list[datetime] = field(default_factory=list)  # lit, out, lit, …
    fails_at: datetime | None = None
    void: bool = False


class Town:
    """The rows of the toy town, read the way a package reads its own."""

    def __init__(self):
        self.lamps: dict[UUID, Lamp] = {}

    def subjects(self, facts):
        return {fact.lamp for fact in facts if isinstance(fact, LampTouched)}

    def steps(self, subjects):
        for lamp_id in subjects:
            lamp = self.lamps.get(lamp_id)
            if lamp is None or lamp.void:
                continue
            for number, at in enumerate(lamp.changes):
                lit = number % 2 == 0
                yield Step(lamp_id, "lamps_lit", lamp.item, lamp.street, at, 1 if lit else -1)
                if lit:
                    yield Step(lamp_id, "lamps_lightings", lamp.item, lamp.street, at, 1)
            if lamp.fails_at is not None:
                yield Step(lamp_id, "lamps_failed", lamp.item, lamp.street, lamp.fails_at, 1)

    def after(self, subject, limit):
        return sorted(one for one in self.lamps if subject is None or one > subject)[:limit]


TOWN_MEASURES = (
    Measure("lamps_lit", "亮灯", "lamps lit", "盏", Kind.LEVEL),
    Measure("lamps_failed", "坏灯", "lamps failed", "盏", Kind.LEVEL),
    Measure("lamps_lightings", "点灯", "lightings", "次", Kind.FLOW),
)


@contextmanager
def town():
    """Register a toy town for the block, and undo in the database what it counted."""
    source = Source("town", 1, TOWN_MEASURES, (LampTouched,), Town())
    with ExitStack() as stack, time.using(time.ManualClock(START)) as clock:
        stack.enter_context(sources.temporarily("town", source))
        for measure in TOWN_MEASURES:
            stack.enter_context(measures.temporarily(measure.code, (source, measure)))
        with transaction.atomic():
            yield source, clock
            transaction.set_rollback(True)


def values(places=PLACES):
    """Give what is kept: (measure, window, item, place) -> value, zeros left out."""
    terms = [
        Term(one.code, window, item)
        for one in TOWN_MEASURES
        for window in (("now",) if one.kind is Kind.LEVEL else ("today", "week", "month"))
        for item in ("", "01", *ITEMS)
    ]
    found = evaluating.values(terms, places)
    return {
        (*term, place): int(n)
        for term, line in found.items()
        for place, n in zip(places, line, strict=True)
        if n
    }


def by_hand(source, now):
    """Count the same in plain Python, from the town alone."""
    midnight = now.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    begins = {"today": midnight, "week": midnight - timedelta(days=6), "month": midnight - timedelta(days=29)}
    found = Counter()
    for step in source.rows.steps(source.rows.lamps):
        if step.at > now:
            continue
        level = step.measure != "lamps_lightings"
        windows = ["now"] if level else [name for name, begin in begins.items() if step.at >= begin]
        for window in windows:
            for item in {"", step.item[:2], step.item} & {"", "01", *ITEMS}:
                for place in PLACES:
                    if step.place.startswith(place):
                        found[step.measure, window, item, place] += step.amount
    return {key: n for key, n in found.items() if n}


def bring(source, lamps):
    with atomic():
        counting.bring(source, set(lamps))


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["light", "light", "put out", "move", "change kind", "void", "unvoid", "fail", "wait"]
        ),
        st.integers(0, 5),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=40,
)


def act(rows, clock, what, number, choice):
    """Let something happen to a lamp; give which."""
    lamp_id = UUID(int=number + 1)
    lamp = rows.lamps.setdefault(lamp_id, Lamp(STREETS[number % 4], ITEMS[number % 3]))
    if (what == "light" and len(lamp.changes) % 2 == 0) or (what == "put out" and len(lamp.changes) % 2 == 1):
        lamp.changes.append(clock.now())
    elif what == "move":
        lamp.street = STREETS[choice]
    elif what == "change kind":
        lamp.item = ITEMS[choice % 3]
    elif what in {"void", "unvoid"}:
        lamp.void = what == "void"
    elif what == "fail":
        lamp.fails_at = None if choice == 0 else clock.now() + timedelta(hours=8 * choice)
    elif what == "wait":
        clock.advance(hours=1 + 7 * choice)
    return lamp_id


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=ACTS, seed=st.integers(0, 2**16), size=st.integers(1, 7), folding=st.integers(1, 9))
def test_counted_from_facts_equals_counted_from_nothing(db, acts, seed, size, folding):
    shuffle = random.Random(seed)
    with town() as (source, clock):
        waiting = []
        for number, one in enumerate(acts):
            waiting.append(act(source.rows, clock, *one))
            if number % folding == 0:
                counting.fold()
            if len(waiting) >= size:
                # Facts arrive shuffled, some twice, some later than the change they tell of.
                shuffle.shuffle(waiting)
                batch, waiting = waiting[: size // 2 + 1], waiting[size // 2 + 1 :]
                bring(source, batch + batch[:1])
        bring(source, waiting)
        counting.fold()
        now = clock.now()
        kept = values()
        assert kept == by_hand(source, now)
        assert checking.check(source).differences == ()
        then = now - timedelta(hours=5)
        terms = [Term("lamps_lit", "now", ""), Term("lamps_failed", "now", "")]
        past = evaluating.values_at(terms, PLACES, then)
        for term, line in past.items():
            steps = [
                s for s in source.rows.steps(source.rows.lamps) if s.measure == term.measure and s.at <= then
            ]
            assert line.tolist() == [sum(s.amount for s in steps if s.place.startswith(p)) for p in PLACES]
        checking.recompute(source)
        assert values() == kept


def test_a_step_that_lies_ahead_is_counted_when_its_time_comes(db):
    with town() as (source, clock):
        source.rows.lamps[UUID(int=1)] = Lamp(STREETS[0], ITEMS[0], [START], START + timedelta(hours=3))
        bring(source, [UUID(int=1)])
        assert ("lamps_failed", "now", "", "9901") not in values()
        clock.advance(hours=3)
        assert counting.fold() == 1
        assert values()["lamps_failed", "now", "", "9901"] == 1
        assert counting.fold() == 0


def test_a_lamp_that_is_no_more_leaves_nothing(db):
    with town() as (source, _):
        source.rows.lamps[UUID(int=1)] = Lamp(STREETS[0], ITEMS[0], [START])
        bring(source, [UUID(int=1)])
        del source.rows.lamps[UUID(int=1)]
        bring(source, [UUID(int=1)])
        assert values() == {}
        assert not CountedStep.objects.filter(measure="lamps_lit").exists()


def test_a_new_version_of_a_source_is_counted_beside_the_facts(db):
    with town() as (source, clock):
        for number in range(3):
            source.rows.lamps[UUID(int=number + 1)] = Lamp(STREETS[0], ITEMS[0], [START])
        assert counting.look(source) is None  # nothing is known to be counted yet
        assert counting.catch_up(source) == 3
        assert counting.catch_up(source) == 0
        assert counting.look(source) == clock.now()
        SourceState.objects.filter(pk="town").update(version=0)
        assert counting.catch_up(source) == 3
        assert values()["lamps_lit", "now", "", ""] == 3


def test_a_wrong_sum_is_found_and_put_right(db):
    with town() as (source, _):
        source.rows.lamps[UUID(int=1)] = Lamp(STREETS[0], ITEMS[0], [START])
        bring(source, [UUID(int=1)])
        Cell.objects.filter(measure="lamps_lit", place="990101", grain=0, item="").update(amount=7)
        (wrong,) = checking.check(source).differences
        assert (wrong.what, wrong.kept, wrong.computed) == ("lamps_lit", 7, 1)
        checking.recompute(source)
        assert checking.check(source).differences == ()


def test_a_batch_of_facts_moves_the_sources_place_in_the_stream(db):
    with town() as (source, _):
        source.rows.lamps[UUID(int=1)] = Lamp(STREETS[0], ITEMS[0], [START])
        batch = [Delivered(41, 1, START, LampTouched(lamp=UUID(int=1)))]
        with atomic():
            counting.bring(source, source.rows.subjects(one.fact for one in batch), seq=batch[-1].seq)
        assert SourceState.objects.get(pk="town").seq == 41
        assert values()["lamps_lit", "now", "", ""] == 1
