# SPDX-License-Identifier: Apache-2.0
"""Versions of rules: who may publish, which are in force where and when, what would have happened."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.people import testing
from tongguan.people.contracts import PLATFORM
from tongguan.rules import api, queries
from tongguan.rules.contracts import Condition, Group, Operator, Rule, State
from tongguan.rules.evaluate import decide
from tongguan.rules.models import RuleSetVersion
from tongguan.runtime.testing import audited, published

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def cast(db):
    return testing.cast()


@pytest.fixture
def time():
    with clock.using(clock.ManualClock(START)) as manual:
        yield manual


def rules(duty, item="01001"):
    return [
        {
            "no": "R1",
            "name": "井盖",
            "when": {"all": [{"field": "item", "operator": "eq", "value": item}]},
            "then": {"lead_duty": duty},
        }
    ]


def lead(division, at=None, item="01001"):
    return decide(queries.active("routing", division, at), {"item": item}).outcome.get("lead_duty")


def test_the_nearest_division_decides(cast, time):
    assert (queries.active("routing", "990101").version, lead("990101")) == (0, None)
    api.publish_ruleset(cast.city_chief, "routing", rules("供水"), "9901")
    assert lead("990101001001") == lead("990102") == lead("9901") == "供水"
    assert lead("9902") is None
    api.publish_ruleset(cast.duty_chief, "routing", rules("排水"), "990101")
    assert (lead("990101001001"), lead("990102001"), lead("9901")) == ("排水", "供水", "供水")


def test_publishing_replaces_and_the_past_stays_what_it_was(cast, time):
    first = api.publish_ruleset(cast.duty_chief, "routing", rules("排水"), "990101")
    time.advance(hours=1)
    second = api.publish_ruleset(cast.duty_chief, "routing", rules("供水"), "990101")
    assert (first.version, second.version) == (1, 2)
    assert lead("990101") == "供水"
    assert lead("990101", START + timedelta(minutes=59)) == "排水"
    assert lead("990101", START - timedelta(seconds=1)) is None
    states = {row.version: (row.state, row.superseded_at) for row in RuleSetVersion.objects.all()}
    assert states == {1: ("superseded", START + timedelta(hours=1)), 2: ("published", None)}
    assert published("RulesPublished")[-1] == (
        "RulesPublished",
        {"division": "990101", "ruleset_id": str(second.id), "kind": "routing", "version": 2},
    )
    assert [(act.verb, act.actor_key) for act in audited()] == [
        ("rules.draft", cast.duty_chief.key),
        ("rules.publish", cast.duty_chief.key),
    ] * 2


def test_going_back_is_a_new_version(cast, time):
    first = api.publish_ruleset(cast.duty_chief, "routing", rules("排水"), "990101")
    api.publish_ruleset(cast.duty_chief, "routing", rules("供水"), "990101")
    third = api.go_back(cast.duty_chief, first.id)
    assert (third.version, third.note, third.digest) == (3, "恢复第 1 版", first.digest)
    assert lead("990101") == "排水"


def test_a_draft_is_not_in_force_and_is_changed_by_one_at_a_time(cast, time):
    draft = api.save_draft(cast.duty_chief, "routing", "990101", rules("排水"))
    assert lead("990101") is None
    api.change_draft(cast.duty_chief, draft.id, rules("供水"), draft.digest)
    with pytest.raises(Conflict) as refusal:
        api.change_draft(cast.duty_chief, draft.id, rules("环卫"), draft.digest)
    assert refusal.value.code == "rules.draft_changed"
    api.publish(cast.duty_chief, draft.id)
    assert lead("990101") == "供水"
    with pytest.raises(Conflict):
        api.publish(cast.duty_chief, draft.id)


MAY = {"publish": {"duty_chief", "city_chief", "sysadmin"}}


@pytest.mark.parametrize(("verb", "role", "may"), testing.matrix(MAY))
def test_the_chief_or_administrator_of_the_division_publishes(cast, verb, role, may):
    actor = cast.actor(role)
    if may:
        assert api.publish_ruleset(actor, "routing", rules("排水"), "990101").state is State.PUBLISHED
        return
    with pytest.raises(Forbidden):
        api.publish_ruleset(actor, "routing", rules("排水"), "990101")
    assert RuleSetVersion.objects.count() == 0


def test_versions_are_read_by_those_they_govern_and_by_those_above(cast, time):
    ours = api.publish_ruleset(cast.duty_chief, "routing", rules("排水"), "990101")
    city = api.publish_ruleset(cast.city_chief, "routing", rules("供水"), "9901")
    assert {row.id for row in queries.rulesets(cast.handler)} == {ours.id, city.id}
    assert {row.id for row in queries.rulesets(cast.outsider)} == {city.id}
    assert queries.rulesets(cast.citizen) == []
    assert {row.id for row in queries.rulesets(cast.city_chief, kind="routing")} == {ours.id, city.id}
    assert queries.ruleset(cast.handler, ours.id).rules[0].then == {"lead_duty": "排水"}
    with pytest.raises(NotFound):
        queries.ruleset(cast.outsider, ours.id)


def test_mistakes_come_back_with_their_paths_and_nothing_is_stored(cast):
    written = rules("排水")
    written[0]["when"]["all"][0]["value"] = 5
    with pytest.raises(Invalid) as refusal:
        api.save_draft(cast.duty_chief, "routing", "990101", written)
    assert (refusal.value.code, refusal.value.field) == ("rules.miswritten", "rules[0].when.all[0].value")
    assert refusal.value.params["problems"][0]["zh"] == "应为文字"
    with pytest.raises(Invalid):
        api.save_draft(cast.duty_chief, "pricing", "990101", rules("排水"))
    assert RuleSetVersion.objects.count() == 0


def test_trying_out_compares_with_what_was_done(cast, time):
    draft = api.save_draft(cast.duty_chief, "routing", "990101", rules("排水"))
    cases = [{"item": "01001"}, {"item": "01001"}, {"item": "02002"}, {"item": "01001"}]
    tried = api.try_out(
        cast.duty_chief,
        draft.id,
        cases,
        [{"lead_duty": "排水"}, {"lead_duty": "供水"}, {"lead_duty": "环卫"}, None],
    )
    assert (tried.cases, tried.matched, tried.unmatched, tried.same, tried.different) == (4, 3, 1, 1, 1)
    assert tried.hits == {"R1": 3}
    assert [(line.index, line.rule_no, dict(line.would), line.differs) for line in tried.lines] == [
        (1, "R1", {"lead_duty": "排水"}, ("lead_duty",)),
    ]
    assert tried.agreed == {"R1": (0,)}
    assert lead("990101") is None, "trying out changes nothing"
    with pytest.raises(NotFound):
        api.try_out(cast.outsider, draft.id, cases)


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_rules_are_carried_out_and_in(cast, time, form):
    first = api.publish_ruleset(cast.duty_chief, "routing", rules("排水"), "990101")
    text = api.export_rules(cast.duty_chief, first.id, form)
    again = api.import_rules(cast.duty_chief, "routing", "990101", text, "抄自上一版")
    assert (again.digest, again.state, again.note) == (first.digest, State.DRAFT, "抄自上一版")


@pytest.mark.parametrize("text", ["{", "a: [", "&a [*a]", "!!python/object:os.system {}", "[" * 100_000, ""])
def test_an_unreadable_file_is_refused(cast, text):
    with pytest.raises(Invalid):
        api.import_rules(cast.duty_chief, "routing", "990101", text)


def test_rule_values_may_be_given_instead_of_written_ones(cast, time):
    rule = Rule("R1", "甲", Group(all=(Condition("item", Operator.EQ, "01001"),)), {"lead_duty": "排水"})
    api.publish_ruleset(PLATFORM, "routing", [rule])
    assert lead("990101") == "排水"


def test_looking_up_takes_one_query_once_compiled(cast, time, django_assert_num_queries):
    api.publish_ruleset(cast.duty_chief, "routing", rules("排水"), "990101")
    compiled = queries.active("routing", "990101001")
    with django_assert_num_queries(1):
        assert queries.active("routing", "990101001") is compiled


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_publishers_each_draft_is_published_and_one_is_in_force():
    cast = testing.cast()
    drafts = [api.save_draft(cast.duty_chief, "routing", "990101", rules(f"职责{n}")) for n in range(6)]
    outcomes = []

    def publish(draft):
        try:
            outcomes.append(api.publish(cast.duty_chief, draft.id).state)
        except Conflict as refusal:
            outcomes.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=publish, args=[draft]) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 6
    assert RuleSetVersion.objects.filter(state=State.PUBLISHED).count() == 1
    assert outcomes.count(State.PUBLISHED) == RuleSetVersion.objects.exclude(state=State.DRAFT).count()
