# SPDX-License-Identifier: Apache-2.0
"""Kept counts of closed cases: the map shows what counting everything anew would show."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.cases import api as cases
from tongguan.cases.contracts import CaseFilter, NewCase
from tongguan.cases.models import Case
from tongguan.cases.queries import longest_reopening
from tongguan.kernel import clock
from tongguan.kernel.geometry import cell_of
from tongguan.kernel.ids import new_id
from tongguan.maps import queries as maps
from tongguan.maps.models import Settled, SettledCell
from tongguan.maps.settling import recount, settle
from tongguan.people.testing import COMMUNITY, OTHER_COMMUNITY, cast, forget_caches

ALL = CaseFilter()
FINAL_DAYS = 31
VIEWS = [(None, 9.0), (None, 12.0), ((121.0, 30.8, 121.4, 31.1), 10.0), ((121.1, 30.9, 121.13, 30.93), 13.5)]
#: Where, in whose division, closed how many days ago (None: open; 0 to 30: may be reopened).
A_CASE = st.tuples(
    st.floats(121, 121.4), st.floats(30.8, 31.1), st.booleans(), st.none() | st.integers(0, 90)
)


@pytest.fixture
def people(db, monkeypatch):
    forget_caches()
    monkeypatch.setattr(maps, "MOST_SPOTS", 0)
    monkeypatch.setattr(maps, "MOST_NEAR", 0)
    yield cast()
    forget_caches()


def put(told) -> None:
    """Put cases into the table as they stand after a life that does not matter here."""
    now = clock.now()
    Case.objects.bulk_create(
        Case(
            id=new_id(),
            number=f"S{Case.objects.count() + n:017d}",
            title="井盖破损",
            item_code="01003",
            process_code="default",
            process_version=1,
            urgency="normal",
            source="hotline",
            division=COMMUNITY if ours else OTHER_COMMUNITY,
            district=(COMMUNITY if ours else OTHER_COMMUNITY)[:6],
            street=(COMMUNITY if ours else OTHER_COMMUNITY)[:9],
            hub=(COMMUNITY if ours else OTHER_COMMUNITY)[:6],
            lon=lon,
            lat=lat,
            cell=cell_of(lon, lat),
            state="handling" if days is None else "closed",
            opened_at=now - timedelta(days=100),
            due_at=now - timedelta(days=1) if days is None else None,
            closed_at=None if days is None else now - timedelta(days=days),
        )
        for n, (lon, lat, ours, days) in enumerate(told)
    )


def seen(people) -> list:
    """What everybody sees, from near and far."""
    actors = (people.city_chief, people.duty_chief, people.outsider, people.department, people.collector)
    narrows = (ALL, CaseFilter(open=False), CaseFilter(open=True), CaseFilter(division="990102"))
    return [
        maps.cases_spread(actor, narrow, view=view, zoom=zoom)
        for actor in actors
        for narrow in narrows
        for view, zoom in VIEWS
    ]


def counted_anew(people) -> list:
    """The same without any kept count."""
    last = Settled.objects.get()
    Settled.objects.all().delete()
    found = seen(people)
    last.save(force_insert=True)
    return found


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(A_CASE, max_size=25), st.lists(A_CASE, max_size=25))
def test_kept_counts_show_what_counting_everything_shows(people, before, later) -> None:
    for table in (Case, Settled, SettledCell):
        table.objects.all().delete()
    put(before)
    assert settle() == sum(days is not None and days >= FINAL_DAYS for *_, days in before)
    put([(lon, lat, ours, None if days is None else days % 30) for lon, lat, ours, days in later])
    assert seen(people) == counted_anew(people)
    Case.objects.filter(closed_at__gt=clock.now() - timedelta(days=20)).update(closed_at=None)  # reopened
    assert seen(people) == counted_anew(people)
    with clock.using(clock.ManualClock(clock.now() + timedelta(days=14))):
        settle()
        assert seen(people) == counted_anew(people)
        kept = settle(), recount()
        assert kept == (0, Case.objects.filter(closed_at__lt=Settled.objects.get().until).count())
        assert seen(people) == counted_anew(people)


def test_only_what_nobody_can_reopen_is_counted_in(people) -> None:
    new = NewCase(
        item_code="01003", title="井盖", text="破了", division=COMMUNITY, hub="990101", source="hotline"
    )
    cases.open_cases(people.city_dispatcher, [new])
    assert longest_reopening() == FINAL_DAYS - 1
    put([(121.2, 31.0, True, FINAL_DAYS - 1), (121.2, 31.0, True, FINAL_DAYS), (121.2, 31.0, True, None)])
    assert settle() == 1
    assert [(row.level, row.n) for row in SettledCell.objects.order_by("level")] == [(7, 1), (10, 1)]
    (cluster,) = maps.cases_spread(people.city_chief, ALL).clusters
    assert (cluster.n, cluster.late) == (3, 1)


def test_a_counting_from_the_beginning_leaves_the_last_one_to_who_is_reading(people) -> None:
    put([(121.2, 31.0, True, 60)])
    settle()
    for generation in (2, 3, 4):
        assert recount() == 1
        assert set(SettledCell.objects.values_list("generation", flat=True)) == {generation - 1, generation}
    assert Settled.objects.get().generation == 4


def test_other_filters_and_who_sees_single_cases_are_counted_live(people) -> None:
    put([(121.2, 31.0, True, 60)])
    settle()
    Case.objects.all().delete()  # what is kept would still tell of it
    assert maps.cases_spread(people.city_chief, CaseFilter(text="井盖")).clusters == ()
    assert maps.cases_spread(people.department, ALL).clusters == ()
    assert maps.cases_spread(people.outsider, ALL).clusters == ()
