# SPDX-License-Identifier: Apache-2.0
"""A caller asks by single keys, an evaluator reads the shares, a supervisor judges what looks false."""

from datetime import timedelta

import pytest

from tongguan.kernel import clock
from tongguan.pictures.testing import jpeg, scene
from tongguan.revisits import api as revisits
from tongguan.revisits import queries
from tongguan.revisits.testing import PLAN, Street
from tongguan.runtime.testing import settle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"viewport": {"width": 1366, "height": 768}}


@pytest.fixture
def sample(city):
    """Five cases dealt with in the last days, two of them proved by one photo; all are drawn."""
    now, shown = clock.now(), jpeg(scene(500))
    made = Street(city)
    for n in range(5):
        with clock.using(clock.ManualClock(now - timedelta(days=4) + timedelta(hours=6 * n))):
            made.work(made.tell(), hours=2, body=shown if n in {0, 4} else b"")
    settle()
    revisits.write_plan(city.evaluator, PLAN)
    return revisits.draw(city.evaluator, "monthly", now - timedelta(days=5), now, seed=3)


def test_a_caller_asks_by_single_keys_and_the_answers_are_estimated(city, sample, visitor):
    caller = visitor(city.user("acceptor"), **SMALL)
    page = caller.opens("/desk/revisits")
    page.get_by_text("待拨 5 件，稍后 0 件").wait_for()
    page.keyboard.press("n")
    page.get_by_text("为何抽中").wait_for()
    caller.finds_accessible()
    page.keyboard.press("c")
    page.get_by_text("已记入审计，仅限本次通话").wait_for()
    for key in "214":  # nobody called, solved, unsatisfied
        page.keyboard.press(key)
    caller.finds_accessible()
    page.keyboard.press("s")
    page.get_by_text("已登记：接通并回答").wait_for()
    page.get_by_text("待拨 3 件，稍后 0 件").wait_for()
    page.keyboard.press("c")
    page.get_by_text("已记入审计，仅限本次通话").wait_for()
    page.keyboard.press("q")
    page.get_by_text("已登记：无人接听").wait_for()
    (answer,) = queries.answers_of([task.case_id for task, _ in queries.tasks(city.evaluator, sample.id)])
    assert (answer.responded, answer.solved, answer.satisfied) == (False, True, "unsatisfied")
    reader = visitor(city.user("evaluator"), **SMALL)
    page = reader.opens("/desk/revisits/plans")
    page.get_by_role("heading", name="回访结果").wait_for()
    page.get_by_text("种子 3").wait_for()
    page.get_by_role("cell", name="江北区市政所").wait_for()
    reader.finds_accessible()


def test_a_supervisor_judges_a_suspicion_beside_its_photos(city, sample, visitor):
    chief = visitor(city.user("supervisor"), **SMALL)
    page = chief.opens("/desk/suspicions")
    page.get_by_text("的照片完全相同").wait_for()
    page.get_by_alt_text("此前上传的照片").wait_for()
    chief.finds_accessible()
    page.keyboard.press("d")
    page.get_by_text("请写明理由").first.wait_for()
    page.get_by_label("核定理由（必填）").fill("与四天前另案同一张照片")
    page.get_by_role("button", name="属实，督办承办单位").click()
    page.get_by_text("没有这一状态的疑点").wait_for()
    page.get_by_text("属实 1 / 1").wait_for()
    (one,) = queries.suspicions(city.supervisor, state="confirmed")
    assert (one.detector, one.action) == ("reused_photo", "supervise")
