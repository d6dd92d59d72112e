# SPDX-License-Identifier: Apache-2.0
"""Units are made, changed and moved by the system administrator of their division, and by nobody else."""

from dataclasses import replace
from datetime import time

import pytest

from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.people import api, queries, testing
from tongguan.people.contracts import PLATFORM, NewUnit
from tongguan.people.models import Unit
from tongguan.runtime.testing import audited, published

pytestmark = pytest.mark.django_db


def new(code="N-GX", name="江北区公用事业处", kind="department", division="990101", parent="N", **more):
    return NewUnit(code, name, kind, division, parent, **more)


@pytest.mark.parametrize(("verb", "role", "may"), testing.matrix({"create": {"sysadmin"}}))
def test_only_the_system_administrator_makes_units(verb, role, may):
    actor = testing.cast().actor(role)
    before = Unit.objects.count()
    if may:
        assert api.create_unit(actor, new()).path.startswith(queries.unit_by_code("N").path)
        assert Unit.objects.count() == before + 1
        assert [(a.verb, a.actor_key) for a in audited()] == [("unit.create", actor.key)]
    else:
        with pytest.raises(Forbidden):
            api.create_unit(actor, new())
        assert Unit.objects.count() == before
        assert audited() == []


def test_a_tree_is_made_in_one_go_in_any_order():
    cast = testing.cast()
    made = api.create_units(
        cast.sysadmin,
        [
            new("N-GX-1-1", "一班一组", parent="N-GX-1"),
            new("N-GX-1", "一班", parent="N-GX"),
            new("N-GX", duties=("公交", "交通")),
            new("C-GS", "江州供水公司", "company", "9901", "C"),
        ],
    )
    paths = {unit.code: unit.path for unit in made}
    assert paths["N-GX-1-1"].startswith(paths["N-GX-1"])
    assert paths["N-GX-1"].startswith(paths["N-GX"])
    assert paths["N-GX"].startswith(cast.unit("N").path)
    assert [u.code for u in queries.units_with_duty("公交", "990101001")] == ["N-GX"]


def test_the_number_of_statements_does_not_grow_with_the_number_of_units(django_assert_max_num_queries):
    testing.cast()
    with django_assert_max_num_queries(40):
        api.create_units(PLATFORM, [new(f"N-X{i}", f"班组{i}") for i in range(900)])
    assert len({u.path for u in Unit.objects.all()}) == Unit.objects.count()


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"code": "不行"}, "code", "字母"),
        ({"code": "N-SZ"}, "code", "重复"),
        ({"name": " "}, "name", "空"),
        ({"name": "长" * 101}, "name", "100"),
        ({"name": "换\x00行"}, "name", "不可见"),
        ({"kind": "衙门"}, "kind", "之一"),
        ({"division": "99010"}, "division", "位数字"),
        ({"division": "990102"}, "division", "上级"),
        ({"parent": "没有"}, "parent", "没有这个上级"),
        ({"duties": ("",)}, "duties", "空"),
    ],
)
def test_what_is_wrong_with_a_unit_is_named(change, field, words):
    cast = testing.cast()
    before = Unit.objects.count()
    with pytest.raises(Invalid) as refusal:
        api.create_units(cast.sysadmin, [new("N-OK"), new(**change)])
    assert (refusal.value.field, refusal.value.params["errors"][0]["row"]) == (field, 2)
    assert words in refusal.value.params["errors"][0]["message"]
    assert Unit.objects.count() == before


def test_superiors_in_a_circle_are_refused():
    cast = testing.cast()
    with pytest.raises(Invalid) as refusal:
        api.create_units(cast.sysadmin, [new("A", parent="B"), new("B", parent="A")])
    assert [e["message"] for e in refusal.value.params["errors"]] == ["上级关系成环"] * 2


def test_a_moved_unit_takes_everything_below_along(django_assert_max_num_queries):
    cast = testing.cast()
    api.create_units(cast.sysadmin, [new(f"N-SZ-1-{i}", f"组{i}", parent="N-SZ-1") for i in range(300)])
    old = cast.unit("N-SZ").path
    with django_assert_max_num_queries(20):
        moved = api.move_unit(cast.sysadmin, cast.unit("N-SZ").id, cast.unit("N-ZF").id)
    assert moved.path == cast.unit("N-ZF").path + "0001"
    assert cast.unit("N-SZ-1").path == moved.path + "0001"
    assert Unit.objects.filter(path__startswith=moved.path).count() == 302
    assert not Unit.objects.filter(path__startswith=old).exists()
    ((_, fact),) = published("UnitMoved")
    assert (fact["old_path"], fact["new_path"]) == (old, moved.path)
    # The grants follow: the department's people still reach their own subtree.
    actor = queries.actor_of(cast.user("department"))
    assert actor.scope.grants[0].unit_path == moved.path


def test_what_cannot_be_moved_stays():
    cast = testing.cast()
    unit, below, other = cast.unit("N"), cast.unit("N-SZ"), cast.unit("S")
    with pytest.raises(Invalid) as refusal:
        api.move_unit(cast.sysadmin, unit.id, below.id)
    assert refusal.value.code == "unit.circle"
    with pytest.raises(Invalid) as refusal:
        api.move_unit(cast.sysadmin, below.id, other.id)
    assert refusal.value.code == "unit.division"
    with pytest.raises(NotFound):
        api.move_unit(cast.sysadmin, 999_999, other.id)
    with pytest.raises(Forbidden):
        api.move_unit(cast.secadmin, below.id, other.id)
    assert cast.unit("N-SZ").path == below.path
    assert published() == []


def test_moving_to_where_it_is_changes_nothing():
    cast = testing.cast()
    path = cast.unit("N-SZ").path
    assert api.move_unit(cast.sysadmin, cast.unit("N-SZ").id, cast.unit("N").id).path == path
    assert audited() == []


def test_changes_are_told_and_superiors_stay():
    cast = testing.cast()
    row = NewUnit("N-SZ", "江北市政所", "department", "990101", "N", ("排水",), "")
    assert api.change_units(cast.sysadmin, [row]) == 1
    assert (cast.unit("N-SZ").name, cast.unit("N-SZ").duties) == ("江北市政所", ("排水",))
    assert queries.units_with_duty("市政公用", "990101") == []
    assert audited("unit.change")[0].detail["name"] == "江北市政所"
    assert api.change_units(cast.sysadmin, [row]) == 0
    for change, field in (
        ({"parent": "N-ZF"}, "parent"),
        ({"division": "9901"}, "division"),
        ({"name": ""}, "name"),
    ):
        with pytest.raises(Invalid) as refusal:
            api.change_units(cast.sysadmin, [replace(row, **change)])
        assert refusal.value.field == field
    with pytest.raises(Invalid) as refusal:
        api.change_units(cast.sysadmin, [row, row])
    assert refusal.value.field == "code"
    assert len(audited()) == 1


def test_a_unit_counts_by_its_own_calendar_and_so_do_those_below():
    cast = testing.cast()
    night = [[["20:00", "04:00"]]] * 5 + [[], []]
    api.save_calendar(cast.sysadmin, "night", "夜班", night)
    with pytest.raises(Invalid, match="calendar"):
        api.set_unit(cast.sysadmin, cast.unit("N-SZ").id, calendar="none")
    api.set_unit(cast.sysadmin, cast.unit("N-SZ").id, calendar="night")
    shifts = queries.calendar_for(cast.unit("N-SZ-1").id).definition.week[0]
    assert shifts == ((time(20), time(4)),)
    assert queries.calendar_for(cast.unit("N-HW").id) is queries.calendar_for()
    api.set_unit(cast.sysadmin, cast.unit("N-SZ").id, calendar="")
    assert queries.calendar_for(cast.unit("N-SZ-1").id) is queries.calendar_for()


def test_no_post_holds_in_an_inactive_unit():
    cast = testing.cast()
    api.set_unit(cast.sysadmin, cast.unit("N-SZ").id, active=False)
    assert "department" not in queries.actor_of(cast.user("department")).scope.posts()
    assert queries.units_with_duty("排水", "990101") == []
    assert queries.holders("handler", cast.unit("N-SZ").id) == []
