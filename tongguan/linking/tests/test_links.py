# SPDX-License-Identifier: Apache-2.0
"""A case is tied to the component it means; an official has the last word, and it teaches."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongguan.cases import api as cases
from tongguan.cases import queries as casebook
from tongguan.cases.contracts import NewCase
from tongguan.catalog import api as catalog
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.linking import api, queries
from tongguan.linking.contracts import Sought
from tongguan.linking.models import ComponentLink
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast, forget_caches
from tongguan.runtime.testing import audited
from tongguan.runtime.transactions import atomic
from tongguan.things.testing import component

pytestmark = pytest.mark.django_db
HERE = (121.0, 30.805)
#: A degree of longitude at 30.8° N.
METRE = 1 / 95_700


@pytest.fixture
def people():
    forget_caches()
    catalog.load_standards(PLATFORM)
    return cast()


def put(n, east=0.0, **more):
    return component(n, HERE[0] + east * METRE, HERE[1], **{"name": f"井盖{n}", **more})


LID = Sought("01001", "供水井盖", "井盖破损", *HERE, "point", 1.0)


def opened(choice):
    new = NewCase(
        item_code="01001", title="井盖破损", text="井盖破损", division="990101001001", source="hotline",
        component_code=choice.code,
    )  # fmt: skip
    with atomic():
        (case,) = cases.open_cases(PLATFORM, [new])
        api.keep([(case.id, choice)])
    return case


def test_only_what_is_of_the_kind_near_and_still_there_is_chosen(people):
    put(1, 5, state="移除")
    put(2, 6, class_code="01037")
    put(3, 90)
    lid = put(4, 7)
    (choice,) = api.choose_many([LID])
    assert (choice.state, choice.code, choice.count) == ("linked", lid.code, 1)


def test_a_batch_costs_three_statements_however_many_tellings(people):
    for n in range(40):
        put(n, 3.0 * n)
    sought = [replace(LID, lon=HERE[0] + 3 * n * METRE, text=f"编码99010101001{n:06d}") for n in range(40)]
    with CaptureQueriesContext(connection) as said:
        choices = api.choose_many(sought * 5)
    assert len(said) == 3
    assert [c.code for c in choices[:40]] == [f"99010101001{n:06d}" for n in range(40)]
    assert api.choose_many([]) == []


def test_the_code_on_the_plate_goes_before_distance_but_not_for_another_kind_or_elsewhere(people):
    put(1, 2)
    plate, far, lamp = put(2, 20), put(3, 900), put(4, 3, class_code="01037")
    tell = [replace(LID, text=f"铭牌编号{one.code}的井盖坏了") for one in (plate, far, lamp)]
    choices = api.choose_many([*tell, replace(tell[0], lon=None, lat=None), replace(LID, lon=None, lat=None)])
    assert [c.code[-6:] for c in choices] == ["000002", "000001", "000001", "000002", ""]
    assert choices[0].words == f"部件：反映中写明供水井盖“井盖2”的编码 {plate.code}，距反映地点 20 米；已关联"
    assert choices[4].words == "部件：没有具体地点，未查找供水井盖"


def test_an_official_overrules_and_the_history_stands(people):
    one, other = put(1, 4), put(2, 22)
    (choice,) = api.choose_many([LID])
    case = opened(choice)
    assert casebook.case(people.acceptor, case.id).component_code == one.code
    told = api.overrule(people.dispatcher, case.id, component_code=other.code, reason="现场核实为路口那只")
    assert (told.by_person, told.component_code) == (True, other.code)
    assert casebook.case(people.acceptor, case.id).component_code == other.code
    line = casebook.timeline(people.acceptor, case.id)[-1]
    assert (line.move, line.inputs["before"]) == ("component", one.code)
    assert line.reason == f"“井盖2”{other.code}；现场核实为路口那只"
    assert len(audited("case.component")) == 1
    api.overrule(people.dispatcher, case.id, component_code="", reason="不是登记在册的")
    history = queries.of_case(people.acceptor, case.id)
    assert [(one.state, one.by_person) for one in history] == [
        ("none", True),
        ("linked", True),
        ("linked", False),
    ]
    assert [near.code for near in history[0].near] == [one.code, other.code]
    row = ComponentLink.objects.first()
    with pytest.raises(TypeError, match="immutable"):
        row.save()


def test_who_may_choose_and_what(people):
    one = put(1, 4)
    abroad = put(2, 6, division="990102001001")
    case = opened(api.choose_many([LID])[0])
    for actor in (people.department, people.leader):
        with pytest.raises((Forbidden, NotFound)):
            api.overrule(actor, case.id, component_code=one.code, reason="是它")
    with pytest.raises(NotFound):
        api.overrule(people.outside_acceptor, case.id, component_code=one.code, reason="是它")
    for code in ("x" * 30, "99010101001999999", abroad.code):
        with pytest.raises(Invalid) as refused:
            api.overrule(people.dispatcher, case.id, component_code=code, reason="是它")
        assert refused.value.field == "component_code"
    with pytest.raises(Invalid) as refused:
        api.overrule(people.dispatcher, case.id, component_code=one.code, reason=" ")
    assert refused.value.field == "reason"
    assert [near.code for near in queries.of_case(people.acceptor, case.id)[0].near] == [one.code]


def test_people_teach_a_kind_and_what_is_too_often_wrong_is_only_suggested(people):
    right, wrong = put(1, 2), put(2, 24)
    choice = api.choose_many([LID])[0]
    for n in range(10):
        case = opened(choice)
        api.overrule(people.dispatcher, case.id, component_code=wrong.code, reason="试错一次")
        if n < 7:
            api.overrule(people.dispatcher, case.id, component_code=right.code, reason="核对无误")
    (kind,) = queries.precision(people.acceptor)
    assert (kind.class_code, kind.linked, kind.judged, kind.right, kind.stopped) == (
        "01001", 10, 10, 7, True,
    )  # fmt: skip
    (now,) = api.choose_many([LID])
    assert (now.state, now.code) == ("suggested", "")
    assert "供水井盖的自动关联经人核对 10 次，准确率 70%，未到 80%" in now.words
    for _ in range(5):
        case = opened(now)
        api.overrule(people.dispatcher, case.id, component_code=right.code, reason="是它")
    assert api.choose_many([LID])[0].state == "linked"
    assert queries.precision(people.outside_acceptor) == []


def test_a_citys_own_file_counts_and_a_wrong_one_does_not(people, settings, caplog):
    put(1, 40)
    assert api.choose_many([LID])[0].state == "none"
    own = settings.HOME / "city" / "components.yaml"
    own.parent.mkdir()
    text = "radius: {default: 60}\nspread: {point: 30, address: 30}\nsure: 0.51\n"
    own.write_text(text + "learn: {enough: 10, precision: 0.8, days: 365}\n", "utf-8")
    (choice,) = api.choose_many([LID])
    assert choice.state == "linked"
    own.write_text("radius: 3\nsure: 1\n", "utf-8")
    assert api.choose_many([LID])[0].state == "none"
    assert "the shipped one counts" in caplog.text
