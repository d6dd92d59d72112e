# SPDX-License-Identifier: Apache-2.0
"""Who sees what: the cast's scopes, and index ranges against the naive reading of prefixes."""

import pytest

from tongguan.people import queries, testing
from tongguan.people.contracts import Post

pytestmark = pytest.mark.django_db


def test_the_cast_holds_its_posts():
    cast = testing.cast()
    assert cast.acceptor.name == "王受理"
    assert cast.acceptor.unit_name == "江北区城市运行中心"
    assert cast.dispatcher.scope.posts() == {Post.DISPATCHER}
    assert cast.dispatcher.scope.covers("990101001", Post.DISPATCHER)
    assert not cast.outsider.scope.covers("990101001")
    assert [u.code for u in queries.units_with_duty("排水", "990101001001")] == ["N-SZ"]
    assert [u.name for u in queries.holders(Post.DUTY_CHIEF, "990101001")] == ["赵值班长"]
    assert [u.name for u in queries.superior_holders(Post.DUTY_CHIEF, "990101")] == ["市值班长"]


def test_the_cast_may_be_made_in_every_test_anew():
    cast = testing.cast()
    assert cast.unit("N-SZ").name == "江北区市政所"
    assert queries.unit(cast.unit("N-SZ").id).division == "990101"
