# SPDX-License-Identifier: Apache-2.0
"""How urgent a matter is: declared, explained, raised by further tellings, and overruled for good."""

from pathlib import Path

import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongguan.cases import api as cases
from tongguan.cases import queries as casebook
from tongguan.cases.contracts import NewCase
from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.dispatch import api as dispatch
from tongguan.dispatch import queries as orders
from tongguan.dispatch.models import Clock
from tongguan.handover import api, danger, queries, urgency
from tongguan.handover.models import UrgencyWord
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast, forget_caches
from tongguan.runtime.testing import audited, settle
from tongguan.runtime.transactions import atomic

HERE = Path(urgency.__file__).parent
BODY = yaml.safe_load((HERE / "urgency.yaml").read_text("utf-8"))
BASE = yaml.safe_load((HERE / "danger.yaml").read_text("utf-8"))
LAMP = ("01037", "路灯", "normal")


@pytest.mark.parametrize(
    ("text", "item", "level", "words"),
    [
        ("路灯不亮", LAMP, "normal", "紧急程度：一般；事项“路灯”登记为一般"),
        ("情况很紧急，请来看看", LAMP, "urgent", "紧急程度：紧急；反映用词“紧急”（反映人称紧急）"),
        ("這是特急的事", LAMP, "critical", "紧急程度：特急；反映用词“特急”（反映人称特急）"),
        ("电线垂落在地", LAMP, "urgent", "紧急程度：紧急；反映用词“电线垂落”（带电）"),
        ("广告牌摇摇欲坠", LAMP, "urgent", "紧急程度：紧急；反映用词“摇摇欲坠”（随时会掉落或倒塌）"),
        ("不是紧急的事", LAMP, "normal", "紧急程度：一般；事项“路灯”登记为一般"),
        ("紧急通道被堆物占用", LAMP, "normal", "紧急程度：一般；事项“路灯”登记为一般"),
        ("请问以前有人摔伤怎么赔偿", LAMP, "normal", "紧急程度：一般；事项“路灯”登记为一般"),
        ("井盖冒水", ("01001", "供水井盖", "urgent"), "urgent", "紧急程度：紧急；事项“供水井盖”登记为紧急"),
        ("浓度升高", ("10998", "燃气", ""), "critical", "紧急程度：特急；事项“燃气”：燃气泄漏，可能爆炸伤人"),
        ("漫水", ("10994", "积水", ""), "urgent", "紧急程度：紧急；事项“积水”：道路积水，随时影响通行"),
        ("特急", ("01001", "井盖", "urgent"), "critical", "紧急程度：特急；反映用词“特急”（反映人称特急）"),
    ],
)  # fmt: skip
def test_the_highest_of_item_and_words_counts_and_says_why(text, item, level, words):
    (said,) = api.weigh([text], [item])
    assert (said.level, said.words) == (level, words)
    assert said.version.startswith("urgency-")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"levels": {"urgent": "紧急"}}, "the levels are"),
        ({"items": {"01": {"level": "huge", "because": "x"}}}, "no level huge"),
        ({"rules": [{"id": "a", "title": "a", "level": "huge", "weight": 0.5, "say": ["x"]}]}, "rule a"),
        ({"rules": [{"id": "a"}]}, "level"),
        ({"threshold": 2}, "threshold"),
        ({"items": 3}, "urgency file"),
    ],
)
def test_a_wrong_file_is_refused_with_its_fault(change, told):
    with pytest.raises(ValueError, match=told):
        urgency.parse({**BODY, **change}, BASE, "v2")


def test_every_rule_of_the_shipped_file_speaks():
    scale = urgency.parse(BODY, BASE, "v1")
    for rule in BODY["rules"]:
        text = "".join(part.split("|")[0] for part in rule["say"][0].split("…"))
        (said,) = scale.weigh([text], [LAMP])
        assert said.level == rule["level"], text
        assert rule["title"] in said.words
    assert len({rule["id"] for rule in BODY["rules"]}) == len(BODY["rules"])
    assert isinstance(scale.rules, danger.Rules)


@pytest.fixture
def people():
    forget_caches()
    return cast()


def opened(**more):
    new = {"item_code": "01037", "title": "灯", "text": "灯", "division": "990101001001", "source": "hotline"}
    return cases.open_cases(PLATFORM, [NewCase(**{**new, **more})])[0]


def further(*told):
    with atomic():
        api.keep_urgency({}, told)


def weighed(text):
    return api.weigh([text], [LAMP])[0]


@pytest.mark.django_db
def test_a_further_telling_makes_a_case_more_urgent_and_never_less(people):
    case = opened()
    further((case.id, weighed("灯杆漏电")), (case.id, weighed("不亮")))
    now = casebook.case(people.acceptor, case.id)
    assert now.urgency == "urgent"
    line = casebook.timeline(people.acceptor, case.id)[-1]
    assert (line.move, line.reason) == ("urgency", "紧急程度：紧急；反映用词“漏电”（带电）")
    further((case.id, weighed("灯杆漏电")))
    assert casebook.case(people.acceptor, case.id).version == now.version
    assert [one.level for one in queries.urgency_of(people.acceptor, case.id)] == ["urgent"]


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_unit_waits_a_shorter_time_once_the_case_is_urgent(people):
    """Beijing's dispatching: 24 hours, two where it is urgent, one where it is critical (S6)."""
    catalog.load_standards(PLATFORM)
    for level, hours in (("critical", 1), ("urgent", 2), ("normal", 24)):
        catalog.set_stage_limit(
            people.city_chief, "dispatch", f"{hours}自然小时", division="9901", urgency=level
        )
    case = opened()
    dispatch.perform(people.acceptor, case.id, "accept")
    dispatch.perform(
        people.acceptor, case.id, "register", {"filing_rule_id": items.filing_rules("01037")[0].id}
    )
    settle()

    def hours():
        (row,) = [one for one in orders.clocks(people.dispatcher, case.id) if one.stage == "dispatch"]
        due = casebook.case(people.dispatcher, case.id).due_at
        assert row.due_at == due
        return (due - row.started_at).total_seconds() / 3600

    assert hours() == 24
    further((case.id, weighed("灯杆漏电")))
    settle()
    assert hours() == 2
    api.set_urgency(people.dispatcher, case.id, level="critical", reason="学校门口")
    settle()
    assert hours() == 1
    api.set_urgency(people.dispatcher, case.id, level="normal", reason="电已断")
    settle()
    assert hours() == 24
    catalog.set_stage_limit(people.city_chief, "dispatch", "", division="9901", urgency="urgent")
    api.set_urgency(people.dispatcher, case.id, level="urgent", reason="又有电")
    settle()
    (row,) = [one for one in orders.clocks(people.dispatcher, case.id) if one.stage == "dispatch"]
    assert (row.due_at, casebook.case(people.dispatcher, case.id).due_at) == (None, None)
    api.set_urgency(people.dispatcher, case.id, level="critical", reason="又漏电")
    settle()
    assert hours() == 1
    clock = Clock.objects.get(case_id=case.id, stage="dispatch")
    assert len(clock.rungs) == 3
    assert clock.next_notice_at is not None


@pytest.mark.django_db
def test_statements_do_not_grow_with_the_cases_that_become_urgent(people):
    def asked(number):
        told = [(opened().id, weighed("灯杆漏电")) for _ in range(number)]
        with atomic(), CaptureQueriesContext(connection) as said:
            api.keep_urgency({}, told)
        return len(said)

    assert asked(2) == asked(6)
    with atomic(), CaptureQueriesContext(connection) as nothing:
        api.keep_urgency({opened().id: weighed("灯不亮")}, [(opened().id, weighed("灯不亮"))])
    assert not [one for one in nothing if "urgency" in one["sql"] and 'INSERT INTO "handover' in one["sql"]]


@pytest.mark.django_db
def test_an_official_has_the_last_word(people):
    case = opened(urgency="urgent")
    told = api.set_urgency(people.dispatcher, case.id, level="normal", reason="现场已拉警戒线")
    assert (told.level, told.by_person) == ("normal", True)
    assert told.words == f"紧急程度：一般（原为紧急）；{people.dispatcher.name}：现场已拉警戒线"
    further((case.id, weighed("灯杆漏电")))
    assert casebook.case(people.acceptor, case.id).urgency == "normal"
    assert casebook.timeline(people.acceptor, case.id)[-1].reason == "紧急改为一般；现场已拉警戒线"
    assert len(audited("case.urgency")) == 1
    with pytest.raises(TypeError, match="immutable"):
        UrgencyWord.objects.get().save()


@pytest.mark.django_db
def test_who_may_and_what(people):
    case = opened()
    with pytest.raises(NotFound):
        api.set_urgency(people.outside_acceptor, case.id, level="urgent", reason="急")
    with pytest.raises((Forbidden, NotFound)):
        api.set_urgency(people.leader, case.id, level="urgent", reason="急")
    for given, field in (
        ({"level": "huge", "reason": "急"}, "level"),
        ({"level": "urgent", "reason": ""}, "reason"),
    ):
        with pytest.raises(Invalid) as refused:
            api.set_urgency(people.acceptor, case.id, **given)
        assert refused.value.field == field
