# SPDX-License-Identifier: Apache-2.0
"""``among`` finds what ``in`` finds, with one parameter."""

from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.runtime.models import Job, Sequence

pytestmark = pytest.mark.django_db
numbers = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=60)
#: Whoever asks may ask for what no column holds.
any_numbers = st.lists(st.integers(-(2**80), 2**80), max_size=60)


@given(there=numbers, asked=any_numbers)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_among_finds_what_in_finds(there, asked):
    Sequence.objects.all().delete()
    Sequence.objects.bulk_create(Sequence(key=f"n:{i}", value=value) for i, value in enumerate(there))
    asked = asked + there[::2]
    found = Sequence.objects.filter(value__among=asked).order_by("key")
    held = [one for one in asked if -(2**63) <= one < 2**63]  # ``in`` refuses the others on SQLite
    assert list(found) == list(Sequence.objects.filter(value__in=held).order_by("key"))


def test_among_takes_one_parameter_however_many_numbers():
    few, many = (
        Sequence.objects.filter(value__among=list(range(n))).query.sql_with_params() for n in (1, 500)
    )
    assert few[0] == many[0]
    assert len(few[1]) == len(many[1]) == 1


def test_among_finds_uuids_too():
    jobs = [
        Job.objects.create(
            kind="k", actor_key="a", actor_name="a", params={}, total=0, created_at=timezone.now()
        )
        for _ in range(3)
    ]
    found = Job.objects.filter(id__among=[jobs[0].id, jobs[2].id, UUID(int=1)])
    assert {job.id for job in found} == {jobs[0].id, jobs[2].id}
