# SPDX-License-Identifier: Apache-2.0
"""Who is to act, and why, in the words an official reads (F19 F20 F22)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from tongguan.dispatch import clocks, collectors, disputes, planning, routing
from tongguan.dispatch.collectors import Candidate, rank
from tongguan.dispatch.disputes import judge
from tongguan.dispatch.models import Clock, Ruling, WorkOrder
from tongguan.dispatch.routing import Answer, Unit, Wanted, choose
from tongguan.dispatch.spi import Position, positions
from tongguan.dispatch.tests.conftest import ITEM, PLACE, at
from tongguan.kernel import clock as time
from tongguan.kernel.errors import Conflict, Forbidden, NotFound
from tongguan.people import queries as people
from tongguan.people import stamps
from tongguan.people.contracts import Post, UserInfo
from tongguan.people.models import Appointment, DutyShift, User
from tongguan.people.models import Unit as UnitRow
from tongguan.rules import evaluate
from tongguan.rules.contracts import Condition, Group, Operator, Rule
from tongguan.runtime.models import FactRecord
from tongguan.runtime.transactions import atomic

A, B, C = (
    Unit(n, code, name, "", "990101")
    for n, code, name in ((1, "A", "甲局"), (2, "B", "乙局"), (3, "C", "丙街道"))
)


def unit(found: tuple[Unit, ...], word: str = "x", *, duty: bool = False) -> Wanted:
    return Wanted(word, duty, found)


def test_the_first_source_that_names_a_unit_decides_and_all_are_explained_in_order():
    choice = choose(
        [
            Answer("ruling", lines=("裁定先例：没有",)),
            Answer(
                "list", lead=unit((), "排水", duty=True), lines=("权责清单第 3 行命中",), ref={"version": 3}
            ),
            Answer(
                "rule",
                lead=unit((B,)),
                co=(unit((C,)), unit((B,)), unit((), "环卫", duty=True)),
                lines=("规则 R7 匹配",),
            ),
            Answer("backstop", lead=unit((A,)), lines=("不应出现",)),
        ]
    )
    assert (choice.lead, choice.co, choice.basis, choice.confidence) == (B, (C,), "rule", 0.85)
    assert choice.explanation == (
        "裁定先例：没有",
        "权责清单第 3 行命中",
        "权责清单指向职责“排水”，但机构登记中没有相应单位，继续往下",
        "规则 R7 匹配",
        "派遣规则确定主办单位：乙局",
        "协办单位：丙街道",
        "协办“环卫”没有相应单位，略去",
    )
    assert choice.refs == {"list": {"version": 3}}


def test_of_several_equal_units_the_first_is_taken_and_named_unsure():
    choice = choose([Answer("list", lead=unit((A, B), "排水", duty=True))])
    assert (choice.lead, choice.confidence) == (A, 0.75)
    assert choice.explanation == (
        "权责清单确定主办单位：甲局（承担“排水”职责，同级另有乙局，按登记次序取甲局）",
    )


def test_a_unit_named_by_the_list_stays_responsible_after_its_return_a_fallback_is_passed_over():
    by_list = choose([Answer("list", lead=unit((A,)))], returned=[1])
    assert (by_list.lead, by_list.confidence) == (A, 0.5)
    assert by_list.explanation[-1] == "注意：甲局已回退过本案，如再回退应提请裁定"
    fallback = choose(
        [Answer("territorial", lead=unit((C,))), Answer("backstop", lead=unit((A,)))], returned=[3]
    )
    assert (fallback.lead, fallback.basis) == (A, "backstop")
    assert "属地负责：丙街道已回退过本案，跳过" in fallback.explanation


def test_nobody_found_is_a_matter_for_a_person():
    choice = choose([Answer("list"), Answer("backstop")], urgent=True)
    assert (choice.lead, choice.basis, choice.confidence) == (None, "human", 0.0)
    assert choice.explanation == ("紧急事项：须立即派遣并电话告知", "以上均未确定承办单位：转人工确定")


def test_every_basis_has_a_name_and_a_confidence():
    assert routing.BASIS_ZH.keys() == routing.CONFIDENCE.keys()


def test_without_list_and_rules_the_street_of_the_place_acts(stage):
    info = stage.filed("8")
    plan = planning.plan_dispatch(info, time.now())
    assert (plan.lead.code, plan.basis, plan.confidence) == ("N-01", "territorial", 0.4)
    assert (plan.limit_value, plan.limit_unit, len(plan.steps)) == ("8", "work_hour", 6)
    assert plan.steps[2].zh == "用时达时限的 100%，到期，通知承办单位负责人"
    assert plan.explanation == (
        f"裁定先例：事项 {ITEM} 在本区划没有有效裁定",
        "没有生效的权责清单",
        "派遣规则：本区划没有发布规则",
        f"首接负责：尚无单位接办过本案（{info.number}）",
        "属地负责：事发地属江北区一街道",
        "属地负责确定主办单位：江北区一街道",
    )


def test_without_a_street_the_centre_is_the_backstop(stage):
    UnitRow.objects.filter(kind="street").update(active=False)
    stamps.bump(stamps.UNITS)
    plan = planning.plan_dispatch(stage.filed("8", urgency="urgent"), time.now())
    assert (plan.lead.code, plan.basis, plan.urgent) == ("N", "backstop", True)
    assert plan.explanation[0] == "紧急事项：须立即派遣并电话告知"


def test_rules_decide_before_fallbacks_and_each_rule_tells_why(stage, monkeypatch):
    wet = Rule(
        "R12",
        "积水归市政",
        Group(all=(Condition("title", Operator.CONTAINS, ["积水"]),)),
        {"lead_duty": "排水"},
    )
    dry = Rule(
        "R11",
        "扬尘归环卫",
        Group(all=(Condition("title", Operator.CONTAINS, ["扬尘"]),)),
        {"lead_unit": "N-HW"},
    )
    compiled = evaluate.compile_rules((dry, wet), kind="routing")
    answer = planning._by_rules(_published(compiled), stage.filed("8"), time.now())
    choice = choose([answer])
    assert (choice.lead.code, choice.basis) == ("N-SZ", "rule")
    assert [line.split("：")[1] for line in choice.explanation[:2]] == ["未匹配规则 R11", "匹配规则 R12"]
    assert choice.refs["rule"]["rule"] == "R12"


def _published(compiled):
    return evaluate.CompiledRules(
        type(compiled.ruleset)("routing", 2, "990101", compiled.ruleset.rules, uuid4()), compiled.vocabulary
    )


def test_who_signed_first_keeps_it_before_the_street(stage):
    info = stage.dispatched("8", to="N-ZF")
    WorkOrder.objects.filter(case_id=info.id).update(
        signed_at=time.now(), state="withdrawn", ended_at=time.now()
    )
    plan = planning.plan_dispatch(stage.read(info), time.now())
    assert (plan.lead.code, plan.basis) == ("N-ZF", "first_contact")


def test_many_plans_cost_as_many_queries_as_one(stage, django_assert_max_num_queries):
    many = [stage.filed("8") for _ in range(30)]
    planning.plan_many(many[:1], time.now())
    with django_assert_max_num_queries(4):
        plans = planning.plan_many(many, time.now())
    assert {plan.lead.code for plan in plans} == {"N-01"}


# disputes


@pytest.mark.parametrize(
    ("returned", "limit", "must", "ping_pong", "why"),
    [
        ([], 2, False, False, "已回退 0 次，上限 2 次"),
        (["甲"], 2, False, False, "已回退 1 次，上限 2 次"),
        (["甲", "乙"], 2, True, False, "已被甲、乙回退 2 次，达到上限 2 次，须提请上级中心裁定"),
        (["甲", "乙", "甲"], 9, True, True, "甲与乙互相推诿，已回退 3 次，须提请上级中心裁定"),
        (["甲", "甲"], 9, True, True, "甲反复回退，已回退 2 次，须提请上级中心裁定"),
    ],
)
def test_returns_and_ping_pong(returned, limit, must, ping_pong, why):
    found = judge(returned, limit)
    assert (found.must_rule, found.ping_pong, found.why) == (must, ping_pong, why)


def test_a_dispute_is_acted_on_first_ruled_above_and_teaches_the_next_case(stage):
    people_ = stage.people
    info = stage.returned(stage.dispatched("8", to="N-SZ"))
    assert disputes.standing(info).must_rule is False
    info = stage.returned(stage.send(info, "N-HW"))
    standing = disputes.standing(info)
    assert standing.why == "已被江北区市政所、江北区环卫所回退 2 次，达到上限 2 次，须提请上级中心裁定"
    assert disputes.ruling_centre(info).code == "C"
    unit_, lines = disputes.interim(info)
    assert (unit_.code, lines) == ("N-HW", ("先办后议：江北区环卫所最近一次承办本案，裁定期间先行处置",))
    due = stage.city_clock(info).due_at
    with atomic():
        ruling = disputes.record(people_.city_chief, info, people_.unit("N-ZF").id, "占道经营引起，属执法")
    assert stage.city_clock(info).due_at == due  # a dispute moves no deadline
    assert FactRecord.objects.filter(name="DutyRuled").count() == 1
    plan = planning.plan_dispatch(stage.filed("8"), time.now())
    assert (plan.lead.code, plan.basis, plan.confidence, plan.refs["ruling"]) == (
        "N-ZF",
        "ruling",
        0.98,
        {"ruling": ruling},
    )
    assert plan.explanation[0] == (
        "裁定先例：市值班长于 2026-09-28 裁定，有效至 2027-09-28：占道经营引起，属执法"
    )
    other = planning.plan_dispatch(stage.filed("8", item_code="06002"), time.now())
    assert other.basis == "territorial"
    elsewhere = disputes._current(ITEM, "990102", time.now())
    assert elsewhere.count() == 0
    stage.clock.move_to(at("2027-09-28 08:00"))
    assert planning.plan_dispatch(stage.filed("8"), time.now()).basis == "territorial"


def test_a_later_ruling_replaces_an_earlier_and_can_be_ended_by_its_centre(stage):
    people_ = stage.people
    info = stage.dispatched("8")
    with atomic():
        disputes.record(people_.city_chief, info, people_.unit("N-ZF").id, "其一")
        stage.clock.advance(hours=1)
        last = disputes.record(people_.city_chief, info, people_.unit("N-HW").id, "其二")
    assert Ruling.objects.filter(valid_to__gt=time.now()).count() == 1
    with pytest.raises(NotFound):
        disputes.unteach(people_.outsider, last, "x")
    with pytest.raises(Forbidden):
        disputes.unteach(people_.supervisor, last, "x")
    disputes.unteach(people_.city_chief, last, "机构调整")
    with pytest.raises(Conflict):
        disputes.unteach(people_.city_chief, last, "x")
    assert planning.plan_dispatch(stage.filed("8"), time.now()).basis == "territorial"


# collectors


def _person(pk: int, name: str = "") -> UserInfo:
    return UserInfo(pk, name or str(pk), None, "", "")


def test_own_grid_then_distance_then_load():
    far_own = Candidate(_person(1), True, 900, 5)
    near_idle = Candidate(_person(2), False, 130, 0)
    near_busy = Candidate(_person(3), False, 110, 4)
    nearer_busy = Candidate(_person(4), False, 90, 9)
    unknown = Candidate(_person(5), False, None, 0)
    assert rank([unknown, near_busy, near_idle, nearer_busy, far_own]) == (
        far_own, nearer_busy, near_idle, near_busy, unknown,
    )  # fmt: skip


def _second_collector(stage) -> User:
    user = User.objects.create(username="collector2", display_name="小孟")
    Appointment.objects.create(
        user=user,
        unit_id=stage.people.unit("N-01").id,
        post=Post.COLLECTOR,
        division="990101001",
        valid_from=date(2020, 1, 1),
    )
    stamps.bump(stamps.APPOINTMENTS)
    return user


def test_the_nearest_collector_goes_unless_off_duty_or_last_seen_long_ago(stage):
    info = stage.filed("8", lon=121.2, lat=31.0)
    chen, meng = stage.people.collector.id, _second_collector(stage).id
    now = time.now()
    seen = {chen: Position(121.21, 31.0, now), meng: Position(121.2005, 31.0, now)}
    with positions.temporarily("field", lambda ids: {i: seen[i] for i in ids if i in seen}):
        found = collectors.select(info, now)
        assert found.user.id == meng
        assert found.explanation == (
            "候选信息采集员 2 人（在岗）",
            "选派小孟：邻近网格，距离约 50 米，在办任务 0 件",
            "未选小陈：邻近网格，距离约 950 米，在办任务 0 件",
        )
        assert planning.nearest_collector(info, now).id == meng
        seen[meng] = Position(121.2005, 31.0, now - timedelta(hours=3))
        assert planning.nearest_collector(info, now).id == chen
        DutyShift.objects.create(
            user_id=meng,
            unit_id=stage.people.unit("N-01").id,
            post=Post.COLLECTOR,
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=1),
        )
        assert planning.nearest_collector(info, now).id == meng
        assert planning.nearest_collector(info, now + timedelta(hours=2)) is None
    assert people.on_duty_among([chen], Post.COLLECTOR, now) is None
    assert PLACE.startswith("990101001")
    assert Clock.objects.filter(case_id=info.id, stage=clocks.HANDLE).count() == 0
