# SPDX-License-Identifier: Apache-2.0
"""Closings that may be false are found as facts come in, judged by people, and detectors learn from it."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from tongguan.cases import queries as cases
from tongguan.dispatch import queries as dispatch
from tongguan.intake.testing import forget_pressure
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.kernel.ids import new_id
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import forget_caches
from tongguan.pictures.testing import from_camera, jpeg, scene
from tongguan.revisits import api, queries
from tongguan.revisits.contracts import Outcome, Result
from tongguan.revisits.models import Bar, Duration, Pace, Suspicion
from tongguan.revisits.testing import ITEM, PLAN, street
from tongguan.runtime.testing import audited, published, settle

pytestmark = pytest.mark.django_db
#: Shortly after the test camera's own time.
NOON = datetime(2026, 5, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def hands():
    with clock.using(clock.ManualClock(NOON)) as told:
        yield told


@pytest.fixture
def city(hands):
    forget_caches()
    forget_pressure()
    yield street()
    forget_caches()


def found(city, detector=""):
    settle()
    return queries.suspicions(city.people.supervisor, detector=detector)


def test_an_honest_closing_is_suspected_of_nothing(city):
    city.work(city.tell(), hours=20)
    assert found(city) == []


def test_the_same_photo_for_another_case_is_found_also_when_it_was_edited(city, hands):
    shown = scene(900, (320, 240))
    city.work(city.tell(), body=jpeg(shown))
    hands.move_to(NOON + timedelta(days=1))
    second = city.work(city.tell("井盖松动"), body=jpeg(shown))
    hands.move_to(NOON + timedelta(days=2))
    smaller = Image.open(io.BytesIO(jpeg(shown))).resize((200, 150))
    third = city.work(city.tell("井盖缺失"), body=jpeg(smaller, 60))
    exact, edited = sorted(found(city, "reused_photo"), key=lambda one: -one.score)
    assert (exact.case_id, exact.score, exact.words[-4:]) == (second, 1.0, "完全相同")
    assert edited.case_id == third
    assert "同一张，仅经缩放、压缩或调色" in edited.words
    assert queries.suspicion_photo(city.people.supervisor, edited.id, "earlier")
    with pytest.raises(NotFound):
        queries.suspicion_photo(city.people.supervisor, edited.id, "before")


def test_a_photo_from_elsewhere_or_of_another_time_is_found(city, hands):
    hands.move_to(NOON + timedelta(days=2))
    case_id = city.work(city.tell(metres=1500.0), body=from_camera(scene(5)))
    (far,) = found(city, "photo_elsewhere")
    assert (far.case_id, far.evidence["allowed"]) == (case_id, 150)
    assert 1100 < far.evidence["metres"] < 1200
    assert far.words == f"处置后照片拍摄点距案发点 {far.evidence['metres']} 米，超过允许的 150 米"
    (late,) = found(city, "photo_untimely")
    assert late.evidence["hours"] == 47.3
    assert "之外 47.3 小时" in late.words


def test_a_closing_is_too_fast_only_against_its_items_own_history(city, hands):
    city.work(city.tell(), hours=0.05)
    assert found(city, "too_fast") == []
    rows = [
        Duration(case_id=new_id(), round=0, item_code=ITEM, minutes=240 + n % 90, at=NOON) for n in range(60)
    ]
    Duration.objects.bulk_create(rows)
    hands.move_to(NOON + timedelta(days=1))
    assert api.reckon_paces() == 1
    pace = Pace.objects.get()
    assert (pace.item_code, pace.count) == (ITEM, 61)
    honest = city.work(city.tell("井盖松动"), hours=5)
    false = city.work(city.tell("井盖缺失"), hours=0.1)
    (one,) = found(city, "too_fast")
    assert one.case_id == false != honest
    assert one.words.startswith("派遣到提交 6 分钟；该事项 61 件历史中位")
    assert one.score == pytest.approx(1 - 6 / pace.limit, abs=1e-3)


def test_a_second_telling_near_by_soon_after_is_found_once(city, hands):
    closed = city.work(city.tell(metres=700.0), hours=1)
    hands.move_to(NOON + timedelta(days=2))
    city.tell("窨井盖又坏了，有响声", metres=703.0, phone="13900000009")
    city.tell("井盖破损", metres=1400.0, phone="13900000008")
    (one,) = found(city, "recomplaint")
    assert one.case_id == closed
    assert one.evidence["metres"] == 3
    assert "天后再次诉求" in one.words
    settle()
    assert len(found(city)) == 1


def test_a_call_back_that_says_unsolved_is_a_suspicion(city, hands):
    for _ in range(3):
        city.work(city.tell())
    hands.move_to(NOON + timedelta(days=1))
    api.write_plan(city.people.evaluator, PLAN)
    api.draw(city.people.evaluator, "monthly", NOON, hands.now(), seed=1)
    task = api.take(city.people.acceptor)
    api.unseal(city.people.acceptor, task.id)
    bad = Result(responded=False, solved=False, satisfied="unsatisfied", comment="根本没人来")
    api.record(city.people.acceptor, task.id, Outcome(outcome="talked", result=bad))
    (one,) = found(city, "unsolved")
    assert (one.case_id, one.score) == (task.case_id, 1.0)
    assert one.words.endswith("诉求人说没有解决：根本没人来")


@pytest.fixture
def suspect(city, hands):
    """One that waits for a supervisor."""
    city.work(city.tell(metres=700.0), hours=1)
    hands.move_to(NOON + timedelta(days=2))
    city.tell("窨井盖又坏了，有响声", metres=703.0, phone="13900000009")
    (one,) = found(city)
    return one


def test_a_confirmed_one_is_reopened_or_supervised_by_who_may(city, suspect):
    with pytest.raises(Forbidden):
        api.confirm(city.people.acceptor, suspect.id, "reopen", "现场未恢复")
    with pytest.raises(Forbidden):  # a supervisor does not reopen: the process says who does
        api.confirm(city.people.supervisor, suspect.id, "reopen", "现场未恢复")
    with pytest.raises(NotFound):
        queries.suspicion(city.people.city_chief, new_id())
    for action, days, field in (("burn", None, "action"), ("supervise", None, "days")):
        with pytest.raises(Invalid) as refused:
            api.confirm(city.people.supervisor, suspect.id, action, "现场未恢复", days)
        assert refused.value.field == field
    done = api.confirm(city.people.supervisor, suspect.id, "supervise", "现场未恢复", 3)
    assert (done.state, done.action, done.judged_by) == ("confirmed", "supervise", "孙督查")
    (asked,) = dispatch.supervisions(city.people.leader, suspect.case_id)
    assert asked.text.startswith("虚假办结疑点属实：")
    with pytest.raises(Conflict):
        api.reject(city.people.duty_chief, suspect.id, "不属实")
    assert [told["confirmed"] for _, told in published("SuspicionJudged")] == [True]
    assert [a.actor_key for a in audited("suspicion.judge")] == [city.people.supervisor.key]


def test_a_confirmed_one_is_reopened_by_a_duty_chief(city, suspect):
    api.confirm(city.people.duty_chief, suspect.id, "reopen", "现场未恢复")
    case = cases.case(PLATFORM, suspect.case_id)
    assert (case.state, case.reopens) == ("pending_dispatch", 1)


def judged(many, *, confirmed, score=0.9):
    rows = [
        Suspicion(
            case_id=new_id(), round=0, detector="recomplaint", version="1", score=score, threshold=0.5,
            words="x", division="990101001001", item_code=ITEM, closed_at=NOON, found_at=clock.now(),
            state="confirmed" if confirmed else "rejected", judged_at=clock.now(),
        )
        for _ in range(many)
    ]  # fmt: skip
    Suspicion.objects.bulk_create(rows)


def test_a_detector_that_is_mostly_wrong_pauses_says_so_and_is_resumed_by_a_person(city, suspect, hands):
    judged(40, confirmed=False)
    api.reject(city.people.supervisor, suspect.id, "另一处井盖")
    (line,) = [one for one in queries.book(city.people.leader) if one.detector == "recomplaint"]
    assert (line.paused, line.rejected, line.confirmed) == (True, 41, 0)
    assert "暂停提交疑点" in line.words
    city.work(city.tell(metres=100.0), hours=1)
    hands.move_to(NOON + timedelta(days=4))
    city.tell("窨井盖又坏了，有响声", metres=102.0, phone="13900000019")
    assert found(city) == []
    assert [one.state for one in queries.suspicions(city.people.leader, state="held")] == ["held"]
    api.resume(city.people.duty_chief, "recomplaint", "已调整归并规则")
    assert len(found(city)) == 1
    with pytest.raises(Conflict):
        api.resume(city.people.duty_chief, "recomplaint", "再次")


def test_thresholds_are_learned_from_judgements_within_bounds(city, suspect):
    judged(30, confirmed=True, score=0.9)
    judged(40, confirmed=False, score=0.55)
    api.confirm(city.people.supervisor, suspect.id, "none", "属实")
    bar = Bar.objects.get()
    assert (bar.threshold, bar.paused, bar.by_name) == (0.9, False, "孙督查")
    assert "门槛 0.90" in bar.words


def test_nobody_reads_suspicions_of_another_division(city, suspect):
    for nobody in (city.people.department, city.people.outsider, city.people.acceptor):
        with pytest.raises(Forbidden):
            queries.suspicions(nobody)
    assert queries.suspicion_counts(city.people.supervisor) == {"recomplaint": 1}
    assert [s.id for s in queries.suspicions_of(city.people.auditor, [suspect.case_id])] == [suspect.id]
