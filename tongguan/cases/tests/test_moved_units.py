# SPDX-License-Identifier: Apache-2.0
"""A unit that gets another superior takes its cases along (F79)."""

from datetime import UTC, datetime

import pytest

from tongguan.cases import api, queries, subscribers
from tongguan.cases.contracts import NewCase
from tongguan.cases.models import Case
from tongguan.people.facts import UnitMoved
from tongguan.people.testing import cast
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.transactions import atomic


@pytest.mark.django_db
def test_a_moved_unit_keeps_its_cases_and_others_are_untouched():
    people = cast()
    moving, staying = people.unit("N-SZ"), people.unit("N-HW")
    new = NewCase(item_code="06001", title="积水", text="深", division="990101001001", source="hotline")
    (case,) = api.open_cases(people.acceptor, [new])
    with atomic():
        api.involve_in([(case, moving.id, moving.path, "lead"), (case, staying.id, staying.path, "co")])
    Case.objects.filter(pk=case.id).update(lead_unit_id=moving.id, lead_unit_path=moving.path)
    fact = UnitMoved(unit_id=moving.id, old_path=moving.path, new_path="00019999")
    subscribers.follow_unit([Delivered(seq=1, id=1, at=datetime(2026, 9, 28, tzinfo=UTC), fact=fact)])
    assert queries.case(people.acceptor, case.id).lead_unit_path == "00019999"
    assert queries.involved(people.acceptor, case.id) == [
        (moving.id, "00019999", "lead"),
        (staying.id, staying.path, "co"),
    ]
