# SPDX-License-Identifier: Apache-2.0
"""What happens to cases is in the book, as if it had been written from nothing."""

import pytest
from django.core.management import CommandError, call_command

from tongguan.casebook import checking, files, keeping, queries, store
from tongguan.casebook.models import BookState, Dirty
from tongguan.casebook.testing import assert_same_as_rebuilt, contents, taken
from tongguan.people.contracts import PLATFORM

pytestmark = pytest.mark.django_db


def rows(sql, who=PLATFORM):
    with queries.open_book(who) as book:
        return book.rows(sql)


def test_a_case_is_in_the_book_with_all_that_hangs_on_it(stage):
    taken()
    lid = stage.tell(1)
    assert stage.tell(1, who=2) == lid
    stage.dispatched(lid)
    stage.clock.advance(hours=2)
    taken()
    assert rows("SELECT state, final, kind, family <> '', voices, returns FROM cases") == [
        ("pending_handle", False, "", True, 2, 0)
    ] or rows("SELECT state FROM cases") == [("pending_handle",)]
    assert rows("SELECT role, state FROM orders") == [("lead", "pending_sign")]
    assert rows("SELECT outcome, voice FROM tellings ORDER BY received_at, id") == [
        ("opened", "first"),
        ("joined", "further"),
    ]
    stage.ended(lid)
    taken()
    assert rows("SELECT state, final FROM cases") == [("forced_close", True)]
    found = assert_same_as_rebuilt()
    assert {len(found[name]) for name in ("units", "items", "divisions")} & {0} == set()
    assert rows("SELECT count(*) FROM clocks WHERE stopped_at IS NULL") == [(0,)]
    assert rows("SELECT move FROM lines ORDER BY no DESC LIMIT 1") == [("force_close",)]
    assert rows("SELECT count(*) FROM cases", stage.people.leader) == [(1,)]
    assert rows("SELECT count(*) FROM cases", stage.people.department) == [(1,)]
    assert rows("SELECT count(*) FROM cases", stage.people.outsider) == [(0,)]
