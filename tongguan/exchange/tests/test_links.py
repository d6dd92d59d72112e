# SPDX-License-Identifier: Apache-2.0
"""Who may link a department's system, and what a link must be."""

from dataclasses import replace

import pytest

from tongguan.exchange import api, queries
from tongguan.exchange.contracts import NewLink
from tongguan.exchange.models import Link
from tongguan.exchange.tests.conftest import CODE
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.people.testing import matrix
from tongguan.runtime.testing import audited
from tongguan.vault import spi

pytestmark = pytest.mark.django_db
NEW = NewLink(code="huanwei", name="环卫所系统", unit="N-HW", url="http://203.0.113.9/events")


@pytest.mark.parametrize(("verb", "role", "may"), matrix({"link": {"sysadmin"}}))
def test_only_a_system_administrator_links(stage, verb, role, may):
    del verb
    if may:
        assert api.link(stage.people.actor(role), NEW).startswith("whsec_")
        assert [one.code for one in queries.links(stage.people.actor(role))] == ["huanwei", CODE]
        return
    with pytest.raises(Forbidden):
        api.link(stage.people.actor(role), NEW)
    with pytest.raises(Forbidden):
        queries.states(stage.people.actor(role))
    assert Link.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "环卫"}, "code"),
        ({"code": "x" * 41}, "code"),
        ({"name": " "}, "name"),
        ({"url": "ftp://203.0.113.9"}, "url"),
        ({"items": ("01 OR 1",)}, "items"),
        ({"mapping": {"types": {"finished": "solved"}}}, "mapping"),
        ({"mapping": {"fields": {"phone": "data.phone"}}}, "mapping"),
        ({"mapping": {"send": {"a": "case.id", "a.b": "case.title"}}}, "mapping"),
        ({"mapping": {"unknown": 1}}, "mapping"),
    ],
)
def test_what_is_wrong_with_a_link_is_named(stage, change, field):
    with pytest.raises(Invalid) as refused:
        api.link(stage.people.sysadmin, replace(NEW, **change))
    assert refused.value.field == field


def test_unknown_units_and_handlers_and_taken_codes_are_refused(stage):
    for change in ({"unit": "X-99"}, {"handler": "nobody"}):
        with pytest.raises(NotFound):
            api.link(stage.people.sysadmin, replace(NEW, **change))
    with pytest.raises(Conflict):
        api.link(stage.people.sysadmin, replace(NEW, code=CODE))


def test_a_link_is_changed_as_a_whole_and_keeps_its_unit(stage):
    new = NewLink(code=CODE, name="新系统", unit="N-SZ", url="http://203.0.113.9/e", items=("01",))
    assert api.change(stage.people.sysadmin, new, expected_version=1) == 2
    with pytest.raises(Conflict):
        api.change(stage.people.sysadmin, new, expected_version=1)
    with pytest.raises(Conflict) as refused:
        api.change(stage.people.sysadmin, replace(new, unit="N-HW"))
    assert refused.value.field == "unit"
    (info,) = queries.links(stage.people.sysadmin)
    assert (info.name, info.items, info.version, info.handler_id) == ("新系统", ("01",), 2, None)


def test_the_secrets_are_sealed_and_sealed_anew(stage):
    api.rotate(stage.people.sysadmin, CODE)
    row = Link.objects.get()
    assert row.secret.startswith("sealed:")
    column = spi.columns.get("exchange.secret")
    assert sum(column.counts().values()) == 2
    assert column.reseal("another", "", 10).done == 2


SERVICE = NewLink(
    code="jj120", name="急救系统", service="ambulance", division="990101", url="http://203.0.113.9/e"
)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"service": ""}, "unit"),
        ({"unit": "N-SZ"}, "unit"),
        ({"service": "navy"}, "service"),
        ({"items": ("01",)}, "items"),
        ({"handler": "handler"}, "handler"),
        ({"unit": "N-SZ", "service": ""}, "division"),
        ({"unit": "N-SZ", "service": "", "division": "", "contact": True}, "contact"),
    ],
)
def test_what_is_wrong_with_a_services_link_is_named(stage, change, field):
    with pytest.raises(Invalid) as refused:
        api.link(stage.people.sysadmin, replace(SERVICE, **change))
    assert refused.value.field == field


def test_a_service_has_one_system_in_a_division_and_the_link_keeps_both(stage):
    api.link(stage.people.sysadmin, SERVICE)
    with pytest.raises(Conflict) as refused:
        api.link(stage.people.sysadmin, replace(SERVICE, code="zwei"))
    assert refused.value.field == "division"
    for change in ({"division": "9901"}, {"service": "police"}):
        with pytest.raises(Conflict) as refused:
            api.change(stage.people.sysadmin, replace(SERVICE, **change))
        assert refused.value.field == "service"
    assert api.change(stage.people.sysadmin, replace(SERVICE, contact=True)) == 2
    assert audited("link.change")[-1].detail["contact"] is True
    for division in ("", "8801", "江北"):
        with pytest.raises(NotFound):
            api.link(stage.people.sysadmin, replace(SERVICE, code="drei", division=division))
    with pytest.raises(Forbidden):
        api.link(stage.people.leader, replace(SERVICE, code="drei"))
    links = {one.code: one for one in queries.links(stage.people.sysadmin)}
    assert (links["jj120"].unit_id, links["jj120"].unit_name) == (None, "120 医疗急救")
