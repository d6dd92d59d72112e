# SPDX-License-Identifier: Apache-2.0
"""Many rows at once are the same rows as one by one, on both databases."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.kernel import clock
from tongguan.kernel.ids import new_id
from tongguan.runtime.models import FactRecord, Job, JobState, Sequence, StoredFile
from tongguan.runtime.transactions import atomic
from tongguan.tables import api

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(TEXT, JSON), min_size=1, max_size=30), st.sampled_from([1, 20]))
def test_whatever_is_written_is_read_again(some_rows, times):
    given_rows = some_rows * times  # few rows go another way than many
    at = datetime(2026, 11, 29, 3, 4, 5, 678901, tzinfo=UTC)
    FactRecord.objects.all().delete()
    with atomic():
        api.insert([FactRecord(name=n, payload={"x": v}, division="9901", at=at) for n, v in given_rows])
    rows = FactRecord.objects.order_by("id").values_list("name", "payload", "at", "seq")
    assert list(rows) == [(n, {"x": v}, at, None) for n, v in given_rows]


@pytest.mark.parametrize("count", [3, 50])
def test_columns_are_written_by_key_and_the_others_stay(count):
    with atomic():
        api.insert_values(Sequence, ("key", "value"), [(f"t:{n}", n) for n in range(count)])
        api.update([Sequence(key=f"t:{n}", value=n * n) for n in range(0, count, 2)], ["value"])
    found = dict(Sequence.objects.filter(key__startswith="t:").values_list("key", "value"))
    assert found == {f"t:{n}": n * n if n % 2 == 0 else n for n in range(count)}


@settings(deadline=None, max_examples=25)
@given(st.lists(st.tuples(TEXT, JSON), min_size=1, max_size=5))
def test_whatever_is_changed_is_read_again(changes):
    at = datetime(2026, 11, 29, 3, 4, 5, 678901, tzinfo=UTC)
    FactRecord.objects.all().delete()
    FactRecord.objects.bulk_create([FactRecord(name="", payload={}, at=at) for _ in range(20 * len(changes))])
    rows = list(FactRecord.objects.order_by("id"))
    for n, row in enumerate(rows):
        name, value = changes[n % len(changes)]
        row.name, row.payload = name, {"x": value}
    with atomic():
        api.update(rows, ["name", "payload"])
    found = FactRecord.objects.order_by("id").values_list("name", "payload", "at")
    assert list(found) == [(row.name, row.payload, at) for row in rows]


def test_nothing_to_write_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        api.insert([])
        api.update([], ["value"])


def test_a_row_that_is_there_already_refuses_all():
    with atomic():
        api.insert_values(Sequence, ("key", "value"), [("t:7", 1)])
    with pytest.raises(IntegrityError), atomic():
        api.insert_values(Sequence, ("key", "value"), [(f"t:{n}", n) for n in range(30)])
    assert Sequence.objects.filter(key__startswith="t:").count() == 1


def test_files_with_missing_values_keep_them_missing():
    at = datetime(2026, 1, 1, tzinfo=UTC)
    told = {"name": "x.jpg", "kind": "image/jpeg", "size": 1, "purpose": "evidence", "actor_name": "王受理"}
    places = [None if n % 2 else 121.5 for n in range(40)]
    with atomic():
        api.insert(
            [
                StoredFile(id=new_id(), sha256=f"{n:064d}", at=at, lon=lon, **told)
                for n, lon in enumerate(places)
            ]
        )
    assert StoredFile.objects.filter(lon=None).count() == 20


def test_a_fresh_row_is_the_row_that_the_model_gives():
    given = {"name": "Told", "payload": {"a": 1}, "at": clock.now()}
    made, usual = api.fresh(FactRecord, **given), FactRecord(**given)
    assert {name: value for name, value in vars(made).items() if name != "_state"} == {
        name: value for name, value in vars(usual).items() if name != "_state"
    }
    made.save()
    assert FactRecord.objects.get(pk=made.pk).payload == {"a": 1}


def test_a_fresh_row_has_defaults_of_its_own():
    one, other = api.fresh(Job), api.fresh(Job)
    assert one.id != other.id
    assert (one.state, one.total, one.position) == (JobState.WAITING, None, None)


def test_a_fresh_row_refuses_what_the_table_does_not_have():
    with pytest.raises(TypeError, match="colour"):
        api.fresh(FactRecord, colour="red")


def test_a_name_is_changed_wherever_it_is_borne():
    with atomic():
        api.insert_values(Sequence, ("key", "value"), [(f"n:{n}", n % 3) for n in range(6)])
        api.rename(Sequence, "value", {})
        api.rename(Sequence, "value", {1: 10, 2: 20})
    found = Sequence.objects.filter(key__startswith="n:").order_by("key")
    assert list(found.values_list("value", flat=True)) == [0, 10, 20, 0, 10, 20]


def test_stored_rows_have_the_columns_asked_for_and_read_the_others_when_they_are_wanted(
    django_assert_num_queries,
):
    with atomic():
        api.insert_values(Sequence, ("key", "value"), [("s:1", 7)])
    with django_assert_num_queries(1):
        (row,) = api.stored(Sequence, ["key"], Sequence.objects.filter(key="s:1"))
        assert row == Sequence(key="s:1")
    with django_assert_num_queries(1):
        assert row.value == 7


def test_several_questions_are_answered_in_their_order():
    with atomic():
        assert api.together([]) == []
        asked = [("SELECT 1 WHERE 1 = %s", [2]), ("SELECT %s", [3]), ("SELECT 4 UNION SELECT 5", [])]
        none, three, two = api.together([*api.locking(7, {1: True}), *asked])[-3:]
    assert (none, [int(n) for (n,) in three], sorted(n for (n,) in two)) == ([], [3], [4, 5])
