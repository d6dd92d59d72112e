# SPDX-License-Identifier: Apache-2.0
"""A city's corrections come back as a better model by themselves, and as a worse one never (F27, F92)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tongguan.kernel import clock
from tongguan.kernel.testing import BEIJING
from tongguan.learning import api, policy, queries, retraining
from tongguan.learning.contracts import Comparison, Example, State
from tongguan.learning.spi import Task, tasks
from tongguan.people import testing
from tongguan.people.contracts import PLATFORM
from tongguan.runtime import queries as engine
from tongguan.runtime.models import Job
from tongguan.runtime.testing import audited, settle

RULES = policy.Policy(
    enabled=True, days=7, from_hour=1, until_hour=5, least_corrections=30, least_rows=100, promote=True,
    gain=0.005, margin=0.01,
)  # fmt: skip
NIGHT = datetime(2026, 9, 28, 2, tzinfo=BEIJING)
STREETS = [f"{name}{n}号" for name in ("人民路", "和平里", "江北街", "解放路") for n in range(1, 60)]
LAMPS = [Example(f"report:{s}", f"{s}路灯不亮", "路灯") for s in STREETS]
COVERS = [Example(f"report:盖{s}", f"{s}井盖破损", "井盖") for s in STREETS]
WORDS = [("路灯", "路灯 照明"), ("井盖", "井盖 窨井"), ("绿化", "绿化 园林")]


@pytest.mark.parametrize(
    ("change", "at", "days", "corrections"),
    [
        ({"enabled": False}, NIGHT, 9, 99),
        ({}, NIGHT.replace(hour=12), 9, 99),
        ({}, NIGHT.replace(hour=5), 9, 99),
        ({}, NIGHT, 6, 99),
        ({}, NIGHT, 9, 29),
    ],
)
def test_nothing_is_trained_out_of_its_time_or_without_enough_corrections(change, at, days, corrections):
    rules = policy.parse({"default": {**_told(RULES), **change}})["default"]
    assert policy.due(rules, at, at - timedelta(days=days), corrections) == ""


def test_what_is_due_says_why_and_a_task_without_a_version_never_is():
    assert policy.due(RULES, NIGHT, NIGHT - timedelta(days=8), 31) == (
        "距最近一版 8 天（满 7 天），其间人工更正 31 件（满 30 件），按再训练规则训练"
    )
    assert policy.due(RULES, NIGHT, None, 31) == ""
    late = policy.parse({"default": {**_told(RULES), "from_hour": 22, "until_hour": 4}})["default"]
    assert policy.due(late, NIGHT, NIGHT - timedelta(days=8), 31) != ""


def _told(rules):
    return {name: getattr(rules, name) for name in rules.__struct_fields__}


def figures(f1, accuracy=0.9, precision=0.95, coverage=0.6, rows=200):
    return {
        "rows": rows, "macro_f1": f1, "accuracy": accuracy, "precision": precision, "coverage": coverage,
    }  # fmt: skip


def judged(active, other, rows=200, **change):
    rules = policy.parse({"default": {**_told(RULES), **change}})["default"]
    return policy.verdict(rules, Comparison(active, other, rows, 0.9))


@pytest.mark.parametrize(
    ("other", "state", "word"),
    [
        (figures(0.86), State.ACTIVE, "自动启用"),
        (figures(0.851), State.SHADOW, "提高不足 0.5%"),
        (figures(0.842), State.SHADOW, "提高不足"),
        (figures(0.83), State.CANDIDATE, "宏平均 F1 下降 2.0%"),
        (figures(0.86, accuracy=0.88), State.CANDIDATE, "准确率下降 2.0%"),
        (figures(0.86, precision=0.93), State.CANDIDATE, "自动采纳的精确率下降 2.0%"),
        (figures(0.86, precision=None, coverage=0.0), State.CANDIDATE, "自动采纳的覆盖率下降 60.0%"),
    ],
)
def test_better_is_promoted_alike_is_shadowed_worse_is_kept(other, state, word):
    found = judged(figures(0.85), other)
    assert (found.state, word in found.words) == (state, True), found.words


def test_with_few_frozen_texts_without_a_rival_or_by_the_citys_wish_a_person_decides():
    assert judged(figures(0.5), figures(0.9), rows=99).state is State.SHADOW
    assert judged(None, figures(0.9)).state is State.CANDIDATE
    assert judged(figures(0.5), figures(0.9), promote=False).state is State.SHADOW


share = st.floats(0, 1).map(lambda n: round(n, 4))
one = st.builds(figures, share, share, st.none() | share, share)


@given(active=one, other=one)
def test_whatever_is_promoted_by_itself_is_better_and_nowhere_much_worse(active, other):
    found = judged(active, other)
    assert found.words
    if found.state is State.ACTIVE:
        assert other["macro_f1"] - active["macro_f1"] >= RULES.gain
        for key in ("accuracy", "coverage"):
            assert active[key] - other[key] <= RULES.margin + 1e-9
        if active["precision"] is not None and other["precision"] is not None:
            assert active["precision"] - other["precision"] <= RULES.margin + 1e-9


@pytest.fixture
def city(db):
    """A city whose model knows lamps and covers; trees were filed as covers until people put it right."""
    told = {}
    history = [*LAMPS, *COVERS]
    task = Task("事项", lambda: history, lambda: WORDS, lambda subjects: {s: told[s] for s in subjects})
    hands = clock.ManualClock(NIGHT - timedelta(days=8))
    with tasks.temporarily("trees", task), clock.using(hands):
        yield testing.cast(), told, hands


def corrected(cast, told, count):
    (said,) = queries.predict("trees", ["树枝折断挡路"])
    for n in range(count):
        told[f"report:树{n}"] = f"{STREETS[n]}树枝折断挡路"
        api.correct(cast.acceptor, "trees", f"report:树{n}", replace(said, best="井盖"), "绿化")


def test_a_weeks_corrections_become_a_better_model_at_night_with_its_reasons(city, settings):
    cast, told, hands = city
    folder = settings.HOME / "city"
    folder.mkdir(exist_ok=True)
    own = {**_told(RULES), "least_rows": 20, "margin": 0.05}
    (folder / "retrain.yaml").write_text(yaml.safe_dump({"default": own}), encoding="utf-8")
    api.promote(PLATFORM, "trees", api.train(PLATFORM, "trees").number)
    hands.advance(hours=1)
    corrected(cast, told, 120)
    assert retraining.start_due() == 0, "the week is not over"
    hands.move_to(NIGHT)
    assert retraining.start_due() == 1
    assert retraining.start_due() == 0, "what waits is not started twice"
    settle()
    second, first = queries.versions("trees")
    assert (second.state, first.state) == (State.ACTIVE, State.RETIRED)
    assert second.words.startswith(
        "距最近一版 8 天（满 7 天），其间人工更正 120 件（满 30 件），按再训练规则训练。"
    )
    assert second.words.endswith("自动启用。")
    assert queries.predict("trees", ["树枝折断挡路"])[0].best == "绿化"
    verbs = [(act.verb, act.detail["number"]) for act in audited() if act.subject == "model:trees"]
    assert verbs[-2:] == [("model.train", 2), ("model.promote", 2)]
    (job,) = [job for job in engine.jobs(PLATFORM) if job.kind == retraining.KIND]
    assert job.result == {"version": "trees-2", "state": "active", "words": second.words}
    hands.advance(days=8)
    assert retraining.start_due() == 0, "no new corrections"


def test_what_agrees_with_the_model_is_no_correction(city):
    cast, _told, hands = city
    api.promote(PLATFORM, "trees", api.train(PLATFORM, "trees").number)
    (said,) = queries.predict("trees", ["路灯不亮"])
    hands.advance(hours=1)
    for n in range(40):
        api.correct(cast.acceptor, "trees", f"report:{STREETS[n]}", said, said.best)
    hands.move_to(NIGHT)
    assert retraining.corrections_since("trees", NIGHT - timedelta(days=8)) == 0
    assert retraining.start_due() == 0


def test_a_try_that_gave_nothing_is_not_repeated_the_same_night(city):
    cast, told, hands = city
    api.promote(PLATFORM, "trees", api.train(PLATFORM, "trees").number)
    hands.advance(hours=1)
    corrected(cast, told, 40)
    hands.move_to(NIGHT)
    poor = Task("事项", lambda: (), lambda: WORDS[:1])
    with tasks.temporarily("trees", poor):
        assert retraining.start_due() == 1
        settle()
        assert Job.objects.get(kind=retraining.KIND).state == "failed"
        hands.advance(hours=1)
        assert retraining.start_due() == 0
    assert [v.number for v in queries.versions("trees")] == [1]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ([1], "mapping"),
        ({"item": {"days": 3}}, "default is missing"),
        ({"default": {**_told(RULES), "days": 0}}, "default"),
        ({"default": _told(RULES), "item": {"gain": 2}}, "item"),
        ({"default": {**_told(RULES), "dayz": 3}}, "dayz"),
    ],
)
def test_a_miswritten_policy_is_refused_by_its_place(body, told):
    with pytest.raises(ValueError, match=told):
        policy.parse(body)


def test_a_citys_wrong_file_stops_what_goes_by_itself(settings, caplog):
    (settings.HOME / "city").mkdir(exist_ok=True)
    (settings.HOME / "city" / "retrain.yaml").write_text("default: {}\n", encoding="utf-8")
    found = queries.policyfile.FILE.counting()["default"]
    assert (found.enabled, found.promote) == (False, False)
    assert "retrain.yaml is wrong" in caplog.text
