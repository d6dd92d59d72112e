# SPDX-License-Identifier: Apache-2.0
"""A sample is drawn, called by people who had no part in it, and says what the unit's own survey does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tongguan.cases import queries as cases
from tongguan.dispatch import api as dispatch
from tongguan.intake.testing import forget_pressure
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.people.contracts import PLATFORM, Grant, Post, Scope
from tongguan.people.testing import forget_caches
from tongguan.revisits import api, queries
from tongguan.revisits.contracts import Outcome, Result
from tongguan.revisits.models import Task
from tongguan.revisits.testing import PLAN, street
from tongguan.runtime.testing import audited, published, settle

pytestmark = pytest.mark.django_db
GOOD = Result(responded=True, solved=True, satisfied="satisfied")
BAD = Result(responded=True, solved=False, satisfied="unsatisfied", comment="第二天又坏了")


@pytest.fixture
def city(hands):
    forget_caches()
    forget_pressure()
    made = street()
    for n in range(8):
        made.work(made.tell(), "N-SZ" if n % 2 else "N-HW")
    yield made
    forget_caches()


@pytest.fixture
def hands():
    with clock.using(clock.ManualClock(clock.now() - timedelta(days=3))) as told:
        yield told


def drawn(city, hands, **changed):
    hands.move_to(hands.now() + timedelta(days=1))
    api.write_plan(city.people.evaluator, replace(PLAN, **changed))
    return api.draw(city.people.evaluator, "monthly", hands.now() - timedelta(days=2), hands.now(), seed=11)


def call(actor, outcome="talked", result=None):
    """Take the next task, open the contact, say how it went."""
    task = api.take(actor)
    api.unseal(actor, task.id)
    return api.record(actor, task.id, Outcome(outcome=outcome, result=result))


def test_a_draw_names_its_seed_its_strata_and_why_each_case_is_in(city, hands):
    info = drawn(city, hands)
    assert (info.population, info.size, info.seed) == (8, 6, 11)
    assert sorted(s["words"] for s in info.strata) == ["江北区市政所", "江北区环卫所"]
    assert [s["size"] for s in info.strata] == [3, 3]
    assert info.states == {"waiting": 6, "reserve": 2}
    assert "样本量 6 件，按比例分配" in info.words
    again = api.draw(city.people.evaluator, "monthly", info.since, info.until, seed=11)
    assert again.left_out == {"called": 6}
    rows = [task for task, _ in queries.tasks(city.people.evaluator, info.id)]
    assert all("故入样" in task.why and "种子 11" in task.why for task in rows)
    (audit,) = [a for a in audited("revisit.draw") if a.subject == f"revisit_draw:{info.id}"]
    assert audit.detail == {"plan": "monthly/1", "seed": 11, "size": 6}


def test_nobody_is_asked_who_stays_secret_or_left_no_number_or_does_not_want_it(city, hands):
    city.work(city.tell(secret=True))
    city.work(city.tell(phone="", email="q@example.com"))
    info = drawn(city, hands, size=8)
    assert info.left_out == {"secret": 1, "unreachable": 1}
    declined = call(city.people.acceptor, "declined")
    assert (declined.state, declined.ended_words) == ("declined", "不愿接受回访；本层没有可以补入的")
    Task.objects.all().update(closed_at=info.since - timedelta(days=9))  # as if no draw had asked them
    again = api.draw(city.people.evaluator, "monthly", info.since, info.until)
    assert again.left_out == {"secret": 1, "unreachable": 1, "unwilling": 1}


def test_contact_is_opened_only_with_the_task_in_hand_and_audited_in_the_callers_name(city, hands):
    drawn(city, hands)
    caller, other = city.people.acceptor, city.people.supervisor
    task = api.take(caller)
    assert api.take(caller).id == task.id
    assert api.take(other).id != task.id
    with pytest.raises(Conflict):
        api.record(caller, task.id, Outcome(outcome="talked", result=GOOD))
    with pytest.raises(Conflict):
        api.unseal(other, task.id)
    contact = api.unseal(caller, task.id)
    assert contact.phone.startswith("138")
    assert [a.actor_key for a in audited("report.open_contact")] == [caller.key]
    hands.move_to(hands.now() + timedelta(minutes=31))
    with pytest.raises(Conflict):
        api.unseal(caller, task.id)
    for nobody in (city.people.evaluator, city.people.department, city.people.outsider):
        with pytest.raises(Forbidden):
            api.take(nobody)
    assert api.take(city.people.outside_acceptor) is None


def test_whoever_had_a_part_in_it_calls_nobody_about_it(city, hands):
    drawn(city, hands)
    unit = city.people.unit("N-SZ-1")
    grants = (Grant(Post.ACCEPTOR, "990101", unit.id, unit.path),)
    inside = replace(city.people.acceptor, key="user:99", scope=Scope(grants))
    assert queries.waiting(inside) == (3, 0)
    own = Task.objects.filter(state="waiting", handled__unit_path=city.people.unit("N-SZ").path).first()
    with pytest.raises(Forbidden):
        api.unseal(inside, own.pk)


def test_a_plan_may_bar_further_units(city, hands):
    drawn(city, hands, barred=(city.people.unit("N").id,))
    assert api.take(city.people.acceptor) is None
    assert queries.waiting(city.people.city_chief) == (6, 0)


def test_no_answer_is_tried_again_and_then_replaced_by_the_next_of_its_stratum(city, hands):
    info = drawn(city, hands)
    caller = city.people.acceptor
    first = call(caller, "no_answer")
    assert (first.state, first.attempts, first.caller_name) == ("waiting", 1, "")
    assert first.next_at == hands.now() + timedelta(hours=PLAN.wait_hours)
    hands.move_to(hands.now() + timedelta(hours=4))
    Task.objects.exclude(pk=first.id).filter(state="waiting").update(next_at=hands.now() + timedelta(days=9))
    last = call(caller, "busy")
    assert (last.state, [one.outcome for one in last.calls]) == ("unreached", ["no_answer", "busy"])
    assert last.ended_words == "呼叫 2 次，占线或关机；由本层第 4 位补入"
    stand_in = api.take(caller)
    assert "依次补入" in stand_in.why
    states = queries.draw(city.people.evaluator, info.id).states
    assert states == {"waiting": 6, "reserve": 1, "unreached": 1}


def test_answers_are_kept_told_and_estimated_by_unit(city, hands):
    info = drawn(city, hands)
    caller = city.people.supervisor
    for _ in range(6):
        task = api.take(caller)
        api.unseal(caller, task.id)
        result = BAD if task.unit_name == "江北区环卫所" else GOOD
        api.record(caller, task.id, Outcome(outcome="talked", result=result))
    assert api.take(caller) is None
    assert len(published("RevisitAnswered")) == 6
    whole, *units = queries.estimates(city.people.leader, info.id)
    assert (whole.solved.share, whole.solved.answered, whole.solved.population) == (0.5, 6, 8)
    assert {u.unit_name: u.solved.share for u in units} == {"江北区市政所": 1.0, "江北区环卫所": 0.0}
    assert whole.words.startswith("结案 8 件，回访答复 6 件：解决率 50.0%")
    bad = queries.disagreements(city.people.leader, info.id)
    assert {(t.unit_name, t.handled, said) for t, said in bad} == {("江北区环卫所", "已更换井盖", None)}
    answers = queries.answers_of(city.closed)
    assert sorted(a.solved for a in answers) == [False] * 3 + [True] * 3
    assert all(a.at == hands.now() and a.report_id for a in answers)
    elsewhere = replace(city.people.evaluator, scope=Scope((Grant(Post.EVALUATOR, "990102", 0, ""),)))
    with pytest.raises(NotFound):
        queries.estimates(elsewhere, info.id)


def test_a_case_taken_up_again_is_not_called_about(city, hands):
    info = drawn(city, hands)
    settle()
    first = Task.objects.filter(state="waiting").order_by("stratum", "rank").first()
    dispatch.perform(city.people.leader, first.case_id, "reopen", {"reason": "诉求人不认可"})
    settle()
    first.refresh_from_db()
    assert (first.state, first.ended_words) == ("withdrawn", "案件已重开；由本层第 4 位补入")
    assert queries.draw(city.people.leader, info.id).states["waiting"] == 6
    assert cases.case(PLATFORM, first.case_id).reopens == 1


def test_a_wrong_plan_names_its_field_and_a_change_is_a_new_version(city):
    keeper = city.people.evaluator
    for field, value in (
        ("strata", ("colour",)), ("size", None), ("allocation", "best"), ("level", 2.0), ("attempts", 0),
        ("code", "Ä"), ("reason", " "), ("name", ""),
    ):  # fmt: skip
        with pytest.raises(Invalid) as refused:
            api.write_plan(keeper, replace(PLAN, **{field: value}))
        assert refused.value.field == field
    with pytest.raises(Forbidden):
        api.write_plan(keeper, replace(PLAN, division="990102"))
    with pytest.raises(Forbidden):
        api.write_plan(city.people.acceptor, PLAN)
    assert [api.write_plan(keeper, PLAN).version for _ in range(2)] == [1, 2]
    assert [p.version for p in queries.plans_of(keeper)] == [2]


def test_a_sample_too_small_for_its_strata_is_refused(city, hands):
    with pytest.raises(Conflict) as refused:
        drawn(city, hands, size=1)
    assert refused.value.code == "draw.strata"


def test_a_half_width_says_how_many_and_earlier_answers_say_what_varies(city, hands):
    info = drawn(city, hands, size=None, half_width=0.2, allocation="neyman", least=1)
    assert info.size == 7
    assert "此前没有回答，各层差异视为相同" in info.words
    call(city.people.acceptor, result=BAD)
    Task.objects.all().update(closed_at=info.since - timedelta(days=9))
    again = api.draw(city.people.evaluator, "monthly", info.since, info.until)
    assert "各层差异取自此前 1 份回答" in again.words
