# SPDX-License-Identifier: Apache-2.0
"""A case opens, moves and is found."""

import pytest

from tongguan.cases import api, queries
from tongguan.cases.contracts import NewCase
from tongguan.people.testing import cast

pytestmark = pytest.mark.django_db


def test_a_case_opens_and_moves():
    people = cast()
    (info,) = api.open_cases(
        people.acceptor,
        [
            NewCase(
                item_code="06001",
                title="x",
                text="y",
                division="990101001001",
                source="hotline",
                lon=121.2,
                lat=31.0,
            )
        ],
    )
    moved = api.move(people.acceptor, info.id, "accept", {}, info.version)
    assert moved.state == "pending_register"
    assert [line.move for line in queries.timeline(people.acceptor, info.id)] == ["report", "accept"]
    assert queries.cases(people.acceptor).rows == (moved,)
    assert queries.cases(people.outsider).rows == ()
    assert queries.near(people.acceptor, 121.2001, 31.0, 200)[0].case == moved
    assert queries.counts(people.acceptor) == {"pending_register": 1, "overdue": 0}
