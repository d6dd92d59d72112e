# SPDX-License-Identifier: Apache-2.0
"""Every reporter of a merged case is told and asked apart; nobody learns of another."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongguan.cases import queries as case_queries
from tongguan.cases.facts import CaseClosed
from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.dispatch import api as dispatch
from tongguan.indicators.queries import signs
from tongguan.indicators.testing import assert_same_as_recomputed, count
from tongguan.intake import api as intake
from tongguan.intake.contracts import Receipt, ReporterIn, ReportIn
from tongguan.intake.facts import ReportJoined
from tongguan.intake.models import Report
from tongguan.intake.testing import forget_pressure
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Invalid, NotFound
from tongguan.messaging import spi
from tongguan.messaging.models import Message
from tongguan.messaging.testing import ScriptedSender, deliver
from tongguan.people.contracts import PLATFORM, Actor, Grant, Post, Scope
from tongguan.people.testing import Cast, cast, forget_caches
from tongguan.places.testing import square_city
from tongguan.replies import api, queries, rounds, telling
from tongguan.replies.contracts import Opener, Rates, Satisfied
from tongguan.replies.models import Reply, SurveyAnswer
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.testing import audited, settle

pytestmark = pytest.mark.django_db
HOTLINE = Actor(None, "client:1", "12345 热线", None, "", Scope((Grant(Post.SYSTEM, "9901", 0, ""),)))
WORDS = {1: "滨江路12号门口井盖破损，晚上有人绊倒", 2: "滨江路12号门口的井盖坏了，我家老人差点摔倒"}
GOOD = Rates(responded=True, solved=True, satisfied=Satisfied.YES)
BAD = Rates(responded=True, solved=False, satisfied=Satisfied.NO, comment="井盖还在响")


@dataclass
class City:
    """Two neighbours told of one lid; a third thing is told by somebody else."""

    people: Cast
    first: Receipt
    second: Receipt

    def case_id(self):
        return Report.objects.get(pk=self.first.report_id).case_id

    def close(self):
        dispatch.perform(
            self.people.leader, self.case_id(), "force_close", {"reason": "已更换", "authority": "批准"}
        )
        settle()


def tell(n: int, who: ReporterIn | None) -> Receipt:
    report = ReportIn(
        source="hotline", external_id=f"H-{n}", title="井盖破损", text=WORDS[n], item_code="01001",
        lon=121.005, lat=30.805, reporter=who,
    )  # fmt: skip
    receipt = intake.receive(HOTLINE, report)
    intake.triage_batch(10)
    return receipt


@pytest.fixture
def city():
    forget_caches()
    forget_pressure()
    square_city()
    catalog.load_standards(PLATFORM)
    people = cast()
    first = tell(1, ReporterIn("钱女士", "13800000001"))
    second = tell(2, ReporterIn("孙先生", "", "sun@example.com"))
    city = City(people, first, second)
    assert Report.objects.get(pk=second.report_id).case_id == city.case_id()
    case = case_queries.case(PLATFORM, city.case_id())
    if case.state == "reported":
        dispatch.perform(people.acceptor, case.id, "accept")
    if case_queries.case(PLATFORM, case.id).state == "pending_register":
        rule = {"filing_rule_id": items.filing_rules("01001")[0].id}
        dispatch.perform(people.acceptor, case.id, "register", rule)
    settle()
    yield city
    forget_caches()


def opener(receipt: Receipt) -> Opener:
    return Opener(tracking=receipt.tracking, secret=receipt.secret)


def kinds(receipt: Receipt) -> list[str]:
    return [one.kind for one in queries.replies(receipt.tracking, receipt.secret)]


def test_each_reporter_is_told_apart_by_the_own_way_and_reads_nothing_of_the_other(city):
    phone, mail = ScriptedSender(), ScriptedSender()
    with spi.senders.temporarily("sms", phone), spi.senders.temporarily("mail", mail):
        city.close()
        deliver()
    assert {one.address for one in phone.seen} == {"13800000001"}
    assert {one.address for one in mail.seen} == {"sun@example.com"}
    (closed,) = [one.body for one in phone.seen if "已办结" in one.body]
    assert city.first.tracking in closed
    for mine, theirs in ((phone.seen, city.second), (mail.seen, city.first)):
        for letter in mine:
            whole = letter.subject + letter.body
            assert theirs.tracking not in whole
            assert not any(word in whole for word in ("钱", "孙", "绊倒", "摔倒", "2 人", "两"))
    assert kinds(city.first) == ["accepted", "closed"]
    assert kinds(city.second) == ["joined", "closed"]


def test_who_told_first_is_told_once_that_the_matter_was_accepted(city):
    phone, mail = ScriptedSender(), ScriptedSender()
    with spi.senders.temporarily("sms", phone), spi.senders.temporarily("mail", mail):
        deliver()
        back = {"reason": "立案条件有误"}
        dispatch.perform(city.people.dispatcher, city.case_id(), "return_acceptor", back)
        rule = {"filing_rule_id": items.filing_rules("01001")[0].id}
        dispatch.perform(city.people.acceptor, city.case_id(), "register", rule)
        settle()
        deliver()
    (letter,) = phone.seen
    assert letter.address == "13800000001"
    assert city.first.tracking in letter.subject
    assert letter.subject.endswith("已受理")
    assert len(mail.seen) == 1  # who joined was told so when joining, not again
    assert (kinds(city.first), kinds(city.second)) == (["accepted"], ["joined"])


def test_what_is_still_being_verified_is_not_yet_accepted_and_what_is_refused_is_told_so(city):
    told = [
        intake.receive(HOTLINE, ReportIn(
            source="hotline", external_id=f"V-{n}", title="路灯不亮", text="路灯不亮了", item_code="01001",
            lon=121.001, lat=30.8 + 0.003 * n, reporter=ReporterIn("周先生", f"1390000000{n}"),
        ))
        for n in (1, 2)
    ]  # fmt: skip
    intake.triage_batch(10)
    verified, refused = (Report.objects.get(pk=one.report_id).case_id for one in told)
    assert {case_queries.case(PLATFORM, one).state for one in (verified, refused)} == {"reported"}
    acceptor = city.people.acceptor
    dispatch.perform(acceptor, verified, "send_verify", {"collector_id": city.people.collector.id})
    dispatch.perform(acceptor, refused, "refuse", {"reason": "私人院内"})
    settle()
    assert [kinds(one) for one in told] == [[], ["ended"]]
    dispatch.perform(acceptor, verified, "withdraw_verify", {"reason": "道路封闭"})
    settle()
    assert kinds(told[0]) == ["accepted"]


def test_staff_who_told_something_get_no_message_for_every_acceptance(city):
    lone = intake.receive(city.people.collector, ReportIn(
        source="collector", external_id="C-1", title="路灯不亮", text="路灯不亮了", item_code="01001",
        lon=121.02, lat=30.81,
    ))  # fmt: skip
    intake.triage_batch(10)
    case = case_queries.case(PLATFORM, Report.objects.get(pk=lone.report_id).case_id)
    if case.state == "reported":
        dispatch.perform(city.people.acceptor, case.id, "accept")
    settle()
    assert not Message.objects.filter(template="reply.accepted", to_user=city.people.collector.id).exists()


def test_the_address_stays_sealed_until_it_is_sent_to_and_each_opening_is_audited(city):
    city.close()
    stored = list(Message.objects.exclude(channel="inbox").values_list("to_address", "body", "subject"))
    assert not any("1380000" in part or "sun@" in part for row in stored for part in row)
    before = len(audited("report.open_contact"))
    sender = ScriptedSender()
    with spi.senders.temporarily("sms", sender), spi.senders.temporarily("mail", ScriptedSender()):
        deliver()
    opened = audited("report.open_contact")
    assert len(opened) - before == len(stored)
    assert {act.actor_key for act in opened} == {"system"}
    assert opened[-1].detail == {"reason": "系统答复诉求人"}


def test_a_fact_heard_twice_tells_once(city):
    city.close()
    count = Reply.objects.count()
    messages = Message.objects.count()
    reply = Reply.objects.filter(kind="closed").first()
    fact = CaseClosed(division="990101", case_id=reply.case_id, state="forced_close")
    assert telling.tell([Delivered(99, reply.fact_id, reply.at, fact)]) == 0
    assert (Reply.objects.count(), Message.objects.count()) == (count, messages)


def test_many_facts_are_told_with_as_many_statements_as_one(city):
    now, case = clock.now(), str(city.case_id())
    Reply.objects.all().delete()

    def statements(count):
        fact = ReportJoined(
            division="990101", report_id=str(city.first.report_id), case_id=case, voice="further"
        )
        batch = [Delivered(n, 1_000 * count + n, now, fact) for n in range(count)]
        with CaptureQueriesContext(connection) as asked:
            assert telling.tell(batch) == count
        return len(asked)

    assert statements(1) == statements(30)


def test_each_answers_an_own_survey_by_link_or_by_code(city):
    with pytest.raises(NotFound):
        queries.survey(opener(city.first))
    city.close()
    token = Opener(token=rounds.token_of(city.first.report_id))
    shown = api.answer(token, GOOD)
    assert (shown.tracking, shown.rates, shown.may_ask) == (city.first.tracking, GOOD, False)
    assert queries.survey(opener(city.second)).rates is None
    api.answer(opener(city.second), BAD)
    assert queries.survey(opener(city.first)).rates == GOOD
    assert [(one.solved, one.satisfied) for one in queries.of_case(city.people.acceptor, city.case_id())] == [
        (True, "satisfied"),
        (False, "unsatisfied"),
    ]
    with pytest.raises(NotFound):
        queries.of_case(city.people.outsider, city.case_id())


@pytest.mark.parametrize("token", ["", "x", "ä", "A" * 44, "/" * 44])
def test_a_token_that_was_not_given_here_opens_nothing(city, token):
    city.close()
    with pytest.raises(NotFound):
        queries.survey(Opener(token=token, tracking="7K2M-9QXA-4TD0", secret="X"))


def test_an_answer_may_be_changed_within_its_window_and_the_survey_ends(city):
    city.close()
    mine, start = opener(city.first), clock.now()
    with clock.using(clock.ManualClock(start)) as hands:
        api.answer(mine, GOOD)
        api.answer(mine, GOOD)
        api.answer(mine, BAD)
        assert SurveyAnswer.objects.count() == 2
        with pytest.raises(Invalid):
            api.answer(mine, Rates(responded=True, solved=True, satisfied=Satisfied.YES, comment="长" * 501))
        hands.advance(days=7, seconds=1)
        assert not queries.survey(mine).may_answer
        with pytest.raises(Conflict) as refused:
            api.answer(mine, GOOD)
        assert refused.value.code == "survey.settled"
        hands.advance(days=24)
        with pytest.raises(Conflict) as refused:
            api.answer(opener(city.second), GOOD)
        assert refused.value.code == "survey.expired"


def test_a_city_sets_its_own_windows_and_a_slip_in_its_file_stops_nothing(city, settings, tmp_path, caplog):
    settings.HOME = tmp_path
    (tmp_path / "city").mkdir()
    own = tmp_path / "city" / "survey.yaml"
    own.write_text("answer_days: 3\nchange_days: 1\n", encoding="utf-8")
    assert rounds.windows() == rounds.Windows(3, 1)
    own.write_text("answer_days: 0\nchange_days: 1\n", encoding="utf-8")
    assert rounds.windows().answer_days == 30
    assert "survey.yaml" in caplog.text


def test_a_discontent_reporter_may_ask_once_to_take_it_up_again_and_a_person_decides(city):
    city.close()
    content, discontent = opener(city.first), opener(city.second)
    api.answer(content, GOOD)
    with pytest.raises(Conflict):
        api.ask_reopening(content)
    assert api.answer(discontent, BAD).may_ask
    assert api.ask_reopening(discontent).asked
    assert not api.ask_reopening(discontent).may_ask
    lines = [one for one in case_queries.timeline(PLATFORM, city.case_id()) if one.move == "reopen_asked"]
    assert [line.reason for line in lines] == ["诉求人评价为未解决或不满意，请求重开"]
    asked = Message.objects.filter(channel="inbox", subject__startswith="诉求人请求重开")
    assert list(asked.values_list("to_user", flat=True)) == [city.people.acceptor.id]

    dispatch.perform(city.people.acceptor, city.case_id(), "reopen", {"reason": "诉求人不认可"})
    settle()
    assert kinds(city.first)[-1] == kinds(city.second)[-1] == "reopened"
    with pytest.raises(Conflict):
        api.ask_reopening(content)
    city.close()
    again = queries.survey(discontent)
    assert (again.rates, again.asked, again.may_answer) == (None, False, True)
    assert api.answer(discontent, GOOD).rates == GOOD
    assert SurveyAnswer.objects.filter(survey__report_id=city.second.report_id).count() == 2


def test_after_the_days_of_the_process_nobody_asks_any_more(city):
    city.close()
    with clock.using(clock.ManualClock(clock.now() + timedelta(days=29))) as hands:
        api.answer(opener(city.second), BAD)
        hands.advance(days=1)
        assert not queries.survey(opener(city.second)).may_ask
        with pytest.raises(Conflict):
            api.ask_reopening(opener(city.second))


def test_who_left_nothing_is_told_on_the_page_alone(city):
    Report.objects.filter(pk=city.first.report_id).update(contact_seal="", caller_key="", client="client:1")
    before = Message.objects.exclude(to_address="").count()
    city.close()
    assert kinds(city.first) == ["accepted", "closed"]
    assert Message.objects.exclude(to_address="").count() == before + 1


def test_answers_are_counted_among_the_vital_signs_and_a_changed_one_anew(city):
    def shares():
        count()
        found = signs(city.people.leader, None, ["responded_share", "solved_share", "satisfied_share"])
        assert_same_as_recomputed("surveys")
        return [one.value for one in found]

    city.close()
    assert shares() == [None, None, None]  # nobody answered yet: no share, not zero
    api.answer(opener(city.first), GOOD)
    assert shares() == [100, 100, 100]
    api.answer(opener(city.second), BAD)
    assert shares() == [100, 50, 50]
    api.answer(opener(city.first), Rates(responded=True, solved=True, satisfied=Satisfied.MOSTLY))
    assert shares()[1:] == [50, 0]  # 基本满意 is not 满意
