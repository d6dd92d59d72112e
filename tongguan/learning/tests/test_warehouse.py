# SPDX-License-Identifier: Apache-2.0
"""The algorithm warehouse: a city starts with no history, learns, corrects, tries, promotes, goes back."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.learning import api, queries, store, training
from tongguan.learning.contracts import Example, State
from tongguan.learning.models import Correction, ModelVersion
from tongguan.learning.spi import Task, tasks
from tongguan.people import testing
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.testing import audited

WORDS = [
    ("路灯", "路灯 不亮 灯杆 照明 损坏"),
    ("井盖", "井盖 破损 缺失 移位 窨井"),
    ("噪声", "噪声 扰民 施工 夜间 太吵"),
]
SAID = {
    "路灯": ("路灯不亮了", "灯杆倒了", "晚上没有照明", "路灯一闪一闪"),
    "井盖": ("井盖破了", "窨井没有盖", "井盖松动响", "下水道盖子丢了"),
    "噪声": ("夜间施工太吵", "广场舞声音大", "工地半夜噪声", "楼下音响扰民"),
}
STREETS = [
    f"{name}{number}号"
    for name in ("人民路", "和平里", "江北街", "解放路", "东风巷")
    for number in range(1, 6)
]
HISTORY = [
    Example(f"report:{label}:{street}:{what}", f"{street}{what}", label)
    for street in STREETS
    for label, whats in SAID.items()
    for what in whats
]


class City:
    """A city's task whose history grows while a story is told."""

    def __init__(self):
        self.history = []
        self.told = {}

    def task(self):
        return Task(
            "事项", lambda: self.history, lambda: WORDS, lambda subjects: {s: self.told[s] for s in subjects}
        )


@pytest.fixture
def cast(db):
    return testing.cast()


@pytest.fixture
def city(db):
    city = City()
    with tasks.temporarily("item", city.task()):
        yield city


def active(cast, task="item"):
    return api.promote(cast.sysadmin, task, api.train(cast.sysadmin, task).number)


def test_with_no_history_the_registers_words_answer_and_a_person_is_asked(cast, city):
    made = active(cast)
    assert (made.recipe, made.rows, dict(made.figures)) == ("cold-1", 3, {"rows": 0})
    first, second = queries.predict("item", ["人民路窨井的井盖缺失", "半夜施工噪声扰民"])
    assert (first.best, second.best) == ("井盖", "噪声")
    assert not first.alone
    assert not second.alone
    assert first.version == "item-1"
    assert len(first.shares) == 3


def test_with_history_it_decides_alone_where_it_may_and_is_measured_on_texts_it_never_saw(cast, city):
    city.history = HISTORY
    made = active(cast)
    known, kept = training.split(HISTORY)
    assert (made.recipe, made.rows, made.figures["rows"]) == ("small-1", len(known) + 3, len(kept))
    assert made.figures["accuracy"] == 1.0
    assert made.threshold <= 1
    (found,) = queries.predict("item", ["新华路3号路灯不亮了"])
    assert (found.best, found.alone) == ("路灯", True)
    assert any("灯" in word for word in queries.explain("item", "新华路3号路灯不亮了"))
    assert queries.predict("item", []) == []


def test_the_frozen_texts_stay_frozen_while_history_grows(cast, city):
    kept = {e.text for e in training.split(HISTORY[:150])[1]}
    assert kept
    assert kept == {e.text for e in training.split(HISTORY)[1]} & {e.text for e in HISTORY[:150]}
    assert all(training.frozen(f" {text[:3]} {text[3:]}") for text in kept)


def test_the_same_inputs_make_the_same_model(cast, city):
    city.history = HISTORY
    first = api.train(cast.sysadmin, "item")
    city.history = HISTORY[::-1]
    second = api.train(cast.sysadmin, "item")
    assert (first.number, second.number) == (1, 2)
    assert first.inputs_sha256 == second.inputs_sha256
    assert first.artefact_sha256 == second.artefact_sha256


def test_corrections_are_learned_and_the_text_is_asked_of_its_owner(cast, city):
    city.history = HISTORY
    active(cast)
    (said,) = queries.predict("item", ["东风巷1号树枝折断"])
    for number in range(20):
        city.told[f"report:{number}"] = f"东风巷{number}号树枝折断挡路"
        api.correct(cast.acceptor, "item", f"report:{number}", said, "噪声")
        api.correct(cast.acceptor, "item", f"report:{number}", said, "绿化")
    made = active(cast)
    assert queries.predict("item", ["东风巷1号树枝折断"])[0].best == "绿化"
    learned = [e for e in queries.examples("item") if e.label == "绿化"]
    assert len(learned) == 20
    assert made.rows == len(training.split(HISTORY + learned)[0]) + 3
    row = Correction.objects.order_by("-at").first()
    assert (row.said, row.version, row.actor_key) == (said.best, "item-1", cast.acceptor.key)
    assert not {f.name for f in Correction._meta.get_fields()} & {"text", "body"}
    with pytest.raises(Invalid):
        api.correct(cast.acceptor, "item", "report:1", said, "")


def test_a_correction_replaces_what_history_says(cast, city):
    city.history = HISTORY[:3]
    active(cast)
    (said,) = queries.predict("item", [HISTORY[0].text])
    api.correct(cast.acceptor, "item", HISTORY[0].subject, said, "井盖")
    assert [e.label for e in queries.examples("item")] == ["井盖", HISTORY[1].label, HISTORY[2].label]


def test_a_version_in_the_shadow_only_counts(cast, city):
    active(cast)
    city.history = HISTORY
    second = api.train(cast.sysadmin, "item")
    texts = [e.text for e in HISTORY[:30]]
    said = queries.predict("item", texts)
    assert api.observe("item", texts, said) == 0
    api.shadow(cast.sysadmin, "item", second.number)
    agreed = api.observe("item", texts, said)
    api.observe("item", texts, queries.predict("item", texts))
    version = queries.versions("item")[0]
    assert (version.state, version.asked, version.agreed) == (State.SHADOW, 60, 2 * agreed)
    assert agreed == sum(a.best == e.label for a, e in zip(said, HISTORY[:30], strict=True))
    assert queries.predict("item", texts)[0].version == "item-1"
    found = queries.compare("item", second.number)
    assert found.other["accuracy"] == 1.0
    assert found.active["accuracy"] < 1.0
    assert round(found.same, 4) == found.active["accuracy"]


def test_promoted_and_rolled_back_on_record(cast, city):
    active(cast)
    city.history = HISTORY
    active(cast)
    states = [(v.number, v.state) for v in queries.versions("item")]
    assert states == [(2, State.ACTIVE), (1, State.RETIRED)]
    assert api.rollback(cast.sysadmin, "item").number == 1
    assert queries.predict("item", ["井盖"])[0].version == "item-1"
    assert [(act.verb, act.detail["number"]) for act in audited() if act.subject == "model:item"] == [
        ("model.train", 1), ("model.promote", 1), ("model.train", 2), ("model.promote", 2),
        ("model.rollback", 1),
    ]  # fmt: skip
    with pytest.raises(Conflict) as refusal:
        api.promote(cast.sysadmin, "item", 1)
    assert refusal.value.code == "learning.stands_already"


def test_the_database_keeps_one_active(cast, city):
    active(cast)
    api.train(cast.sysadmin, "item")
    with pytest.raises(IntegrityError), transaction.atomic():
        ModelVersion.objects.filter(number=2).update(state=State.ACTIVE)


def test_a_changed_or_lost_file_is_not_used(cast, city, settings):
    made = api.train(cast.sysadmin, "item")
    path = settings.HOME / store.FOLDER / "item" / f"{made.artefact_sha256}.model"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(Conflict) as refusal:
        api.promote(cast.sysadmin, "item", 1)
    assert refusal.value.code == "learning.model_changed"
    path.unlink()
    with pytest.raises(Conflict) as refusal:
        api.promote(cast.sysadmin, "item", 1)
    assert refusal.value.code == "learning.model_lost"
    assert queries.versions()[0].state is State.CANDIDATE


def test_refusals(cast, city):
    with pytest.raises(Conflict) as refusal:
        queries.predict("item", ["井盖"])
    assert refusal.value.code == "learning.none_active"
    with pytest.raises(NotFound):
        queries.predict("unheard", ["井盖"])
    with pytest.raises(NotFound):
        api.promote(cast.sysadmin, "item", 7)
    with pytest.raises(Conflict):
        api.rollback(cast.sysadmin, "item")
    one_class = Task("一类", lambda: (), lambda: WORDS[:1])
    with tasks.temporarily("single", one_class), pytest.raises(Invalid) as too_little:
        api.train(cast.sysadmin, "single")
    assert too_little.value.code == "learning.too_little"


VERBS = {verb: {"sysadmin"} for verb in ("train", "shadow", "promote", "rollback")}


@pytest.mark.parametrize(("verb", "role", "may"), testing.matrix(VERBS))
def test_the_system_administrator_keeps_the_warehouse(cast, city, verb, role, may):
    verbs = {
        "train": lambda actor: api.train(actor, "item"),
        "shadow": lambda actor: api.shadow(actor, "item", 3),
        "promote": lambda actor: api.promote(actor, "item", 3),
        "rollback": lambda actor: api.rollback(actor, "item"),
    }
    if not may:
        with pytest.raises(Forbidden):
            verbs[verb](cast.actor(role))
        assert not ModelVersion.objects.exists()
        assert not audited()
        return
    for number in (1, 2, 3):
        api.train(PLATFORM, "item")
        if number < 3:
            api.promote(PLATFORM, "item", number)
    before = list(ModelVersion.objects.values_list("number", "state"))
    verbs[verb](cast.actor(role))
    assert list(ModelVersion.objects.values_list("number", "state")) != before


def test_by_command(cast, city):
    city.history = HISTORY

    def told(*words):
        out = io.StringIO()
        call_command("model", *words, stdout=out)
        return out.getvalue()

    assert "item-1\t候选\tsmall-1" in told("train", "item")
    assert "影子运行" in told("shadow", "item", "1")
    assert "在用版\t无" in told("compare", "item", "1")
    assert "在用" in told("promote", "item", "1")
    assert "accuracy=1.0" in told("evaluate", "item", "1")
    told("train", "item")
    assert "一致\t100.0%" in told("compare", "item", "2")
    told("promote", "item", "2")
    assert told("rollback", "item").startswith("item-1\t在用")
    assert told("list").count("\n") == 2
    with pytest.raises(CommandError):
        told("promote", "item", "9")
