# SPDX-License-Identifier: Apache-2.0
"""A call: what the number told before, help while typing, and each matter settled once."""

from datetime import date, timedelta

import pytest

from tongguan.calls import api, assisting, queries
from tongguan.calls.contracts import Draft
from tongguan.calls.models import Call, Matter
from tongguan.cases import api as cases
from tongguan.cases import queries as casebook
from tongguan.cases.contracts import NewCase
from tongguan.catalog import api as catalog
from tongguan.intake import queries as reports
from tongguan.intake.contracts import ReporterIn, ReportIn
from tongguan.intake.testing import told as all_told
from tongguan.kernel import clock as time
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.kernel.ids import new_id
from tongguan.knowledge import api as knowledge
from tongguan.knowledge.contracts import NewEntry
from tongguan.learning import api as learning
from tongguan.learning.spi import Task, tasks
from tongguan.matching.testing import MORNING, told, triaged
from tongguan.messaging import testing as messages
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast, forget_caches
from tongguan.places.testing import square_city
from tongguan.runtime.testing import audited

pytestmark = pytest.mark.django_db
PHONE = "13812345678"
WHO = ReporterIn("钱女士", PHONE)
LAMP = ReportIn(source="x", text="人民路路灯不亮", item_code="01001", lon=121.005, lat=30.805, reporter=WHO)
ASK = ReportIn(source="x", text="居住证怎么办", reporter=WHO, division="990101")


@pytest.fixture
def people(db):
    forget_caches()
    square_city()
    catalog.load_standards(PLATFORM)
    return cast()


@pytest.fixture
def call(people):
    started, _ = api.start(people.acceptor, PHONE, recording="R-1")
    return started.id


def test_a_call_shows_what_the_number_told_before_without_the_number(people, call):
    _, receipt = api.register(people.acceptor, call, LAMP)
    again, earlier = api.start(people.acceptor, "+86 138-1234-5678", recording="R-2")
    assert again.caller == "138****5678"
    (one,) = earlier
    assert (one.report.id, one.case.id, one.open) == (receipt.report_id, receipt.case_id, True)
    assert one.report.reporter.phone == "138****5678"
    assert len(audited("caller.look_up")) == 2
    assert PHONE not in repr(Call.objects.values()) + repr(earlier)


def test_the_same_recording_is_the_same_call_and_nobody_elses(people, call):
    again, _ = api.start(people.acceptor, PHONE, recording="R-1")
    assert again.id == call
    with pytest.raises(Conflict):
        api.start(people.duty_chief, PHONE, recording="R-1")


def test_a_matter_is_registered_once_with_its_case(people, call):
    first, receipt = api.register(people.acceptor, call, LAMP)
    again, same = api.register(people.acceptor, call, LAMP)
    assert (same.report_id, same.repeated, len(all_told())) == (receipt.report_id, True, 1)
    (matter,) = again.matters
    assert (matter.outcome, matter.report_id, matter.case_id) == (
        "reported",
        receipt.report_id,
        receipt.case_id,
    )
    report = reports.report(people.acceptor, receipt.report_id)
    assert (report.source, report.external_id) == ("hotline", f"call:{call}:1")
    second, _ = api.register(people.acceptor, call, LAMP, no=2)
    assert [m.no for m in second.matters] == [1, 2]
    assert first.ended_at is None


def test_a_question_is_answered_from_the_register_and_becomes_a_report_without_a_case(people, call):
    knowledge.put(
        PLATFORM,
        [NewEntry(code="K1", question="居住证如何办理", answer="到派出所。", valid_from=date(2020, 1, 1))],
    )
    help_ = api.help_with(people.acceptor, Draft(text="居住证怎么办", division="990101"))
    assert [a.entry.code for a in help_.answers] == ["K1"]
    info, receipt = api.answer(people.acceptor, call, ASK, "请到派出所办理", knowledge_code="K1")
    assert (receipt.state, receipt.case_id) == ("consulted", None)
    assert (info.matters[0].outcome, info.matters[0].knowledge_code) == ("answered", "K1")
    progress = reports.tracked(receipt.tracking, receipt.secret)
    assert progress.reply == "请到派出所办理"
    _, again = api.answer(people.acceptor, call, ASK, "别的话", knowledge_code="K1")
    assert (again.repeated, again.report_id) == (True, receipt.report_id)
    with pytest.raises(Conflict):
        api.register(people.acceptor, call, LAMP)
    with pytest.raises(NotFound):
        api.answer(people.acceptor, call, ASK, "…", knowledge_code="K9", no=2)


def test_who_calls_again_about_an_own_case_reminds_instead_of_opening_another(people, call):
    _, receipt = api.register(people.acceptor, call, LAMP)
    second, _ = api.start(people.acceptor, PHONE)
    for _ in range(2):
        info = api.remind(people.acceptor, second.id, receipt.case_id, "三天了还没修")
    assert [m.outcome for m in info.matters] == ["reminded"]
    case = casebook.case(people.acceptor, receipt.case_id)
    assert (case.urges, len(all_told())) == (1, 1)
    line = casebook.timeline(people.acceptor, case.id)[-1]
    assert (line.move, line.reason) == ("urge", "来电人催办：三天了还没修")
    assert messages.told(people.dispatcher.id) == [f"催办：{case.number} {case.title}"]


def test_nobody_reminds_of_a_case_that_this_number_never_told(people, call):
    new = NewCase(item_code="01001", title="井盖", text="", division="990101001001", source="hotline")
    (case,) = cases.open_cases(PLATFORM, [new])
    with pytest.raises(Conflict) as refusal:
        api.remind(people.acceptor, call, case.id, "快点")
    assert refusal.value.code == "call.not_own_case"
    assert Matter.objects.count() == 0


def test_while_typing_similar_open_cases_places_items_and_questions_are_shown(people):
    ((_, case_id),) = triaged([told("滨江路口井盖破损", lon=121.005, lat=30.805, division="990101001001")])
    draft = Draft(text="滨江路口的井盖破损了", lon=121.005, lat=30.805)
    with time.using(time.ManualClock(MORNING + timedelta(hours=1))):
        help_ = api.help_with(people.acceptor, draft)
        assert api.help_with(people.outside_acceptor, draft).alike == ()
    assert [one.case.id for one in help_.alike] == [case_id]
    assert help_.items[0].by == assisting.BY_WORDS
    assert "井盖" in "".join(item.name for item in help_.items)
    assert [q.ask for q in help_.script] == ["是否要求对被投诉方保密？如何称呼，怎样联系您？"]
    assert help_.danger is None


def test_the_script_comes_from_the_filing_conditions(people):
    script = api.help_with(people.acceptor, Draft(text="井盖坏了", item_code="01001")).script
    assert script[0].ask.startswith("请问具体在什么位置")
    assert len(script) >= 3
    assert script[1].rule_id is not None
    assert script[1].basis.startswith("立案条件 1（")


def test_danger_is_said_while_it_is_typed(people):
    danger = api.help_with(people.acceptor, Draft(text="三楼着火了")).danger
    assert danger.services == ("fire",)


def test_a_model_in_force_says_the_item_with_its_confidence_and_asks_a_person_when_unsure(people):
    words = [("01001", "井盖 破损 缺失 窨井"), ("01023", "路灯 不亮 灯杆"), ("06001", "噪声 扰民 施工")]
    with tasks.temporarily("item", Task("事项", list, lambda: words)):
        learning.promote(people.sysadmin, "item", learning.train(people.sysadmin, "item").number)
        items = api.help_with(people.acceptor, Draft(text="窨井的井盖缺失了")).items
    assert (items[0].code, items[0].alone, items[0].by) == ("01001", False, "item-1")
    assert 0 < items[0].confidence <= 1


def test_help_costs_the_same_however_much_is_known(people, django_assert_max_num_queries):
    triaged(
        [
            told(f"滨江路口井盖破损{n}", lon=121.005, lat=30.805, division="990101001001", hours=n)
            for n in range(30)
        ]
    )
    draft = Draft(text="滨江路口井盖破损", lon=121.005, lat=30.805)
    api.help_with(people.acceptor, draft)
    with django_assert_max_num_queries(16):
        api.help_with(people.acceptor, draft)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (Draft(text="路灯", lon=121.0), "lat"),
        (Draft(text="路灯", division="abc"), "division"),
        (Draft(text="路灯", lon=121.0, lat=95.0), "lat"),
    ],
)
def test_a_draft_that_makes_no_sense_is_refused_by_field(people, draft, field):
    with pytest.raises(Invalid) as refusal:
        api.help_with(people.acceptor, draft)
    assert refusal.value.field == field


def test_an_ended_call_takes_no_more_and_ending_again_changes_nothing(people, call):
    ended = api.end(people.acceptor, call, "已答复")
    assert api.end(people.acceptor, call, "别的") == ended
    with pytest.raises(Conflict):
        api.register(people.acceptor, call, LAMP)


def test_a_report_without_a_number_is_refused(people, call):
    with pytest.raises(Invalid) as refusal:
        api.register(people.acceptor, call, ReportIn(source="x", text="路灯不亮"))
    assert refusal.value.field == "reporter.phone"


def test_calls_are_the_operators_own_and_the_duty_chiefs(people, call):
    assert [c.id for c in queries.calls(people.acceptor)] == [call]
    assert [c.id for c in queries.calls(people.duty_chief)] == [call]
    assert queries.calls(people.outside_acceptor) == []
    with pytest.raises(NotFound):
        api.end(people.duty_chief, call)
    with pytest.raises(NotFound):
        api.register(people.outside_acceptor, call, LAMP)


@pytest.mark.parametrize("role", ["dispatcher", "collector", "citizen", "handler", "sysadmin"])
def test_others_take_no_calls(people, role):
    with pytest.raises(Forbidden):
        api.start(people.actor(role), PHONE)


@pytest.mark.parametrize("phone", ["", "abc", "12"])
def test_what_is_no_number_starts_no_call(people, phone):
    with pytest.raises(Invalid):
        api.start(people.acceptor, phone)
    assert Call.objects.count() == 0


def test_a_call_nobody_had_is_unknown(people):
    with pytest.raises(NotFound):
        queries.call(people.acceptor, new_id())
