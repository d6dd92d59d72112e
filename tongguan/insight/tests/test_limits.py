# SPDX-License-Identifier: Apache-2.0
"""A limit that history shows to be too long is proposed shorter and put in force; few cases say nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongguan.catalog import api as catalog_api
from tongguan.catalog import queries as catalog
from tongguan.insight import api, queries
from tongguan.insight.limits import same
from tongguan.insight.models import Proposal
from tongguan.insight.testing import ITEM, READ_AT, clocks, write_clocks
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tongguan.kernel.worktime import Limit, LimitUnit
from tongguan.people.contracts import PLATFORM

pytestmark = pytest.mark.django_db
FOUR = Limit(4, LimitUnit.WORK_HOUR)


def quick(count=300, word="q", unit=1):
    """Nearly all within an hour and a half of a limit of four."""
    return clocks([0.5 + (n % 10) / 10 for n in range(count)], unit=unit, word=word)


def look(town):
    with clock.using(clock.ManualClock(READ_AT)):
        return api.look_at_limits(town.city_chief)


def only(town, state="open"):
    (found,) = queries.proposals(town.city_chief, state)
    return found


def limits():
    return [str(rule.limit.zh()) for rule in catalog.filing_rules(ITEM) if rule.limit]


def test_a_limit_everybody_keeps_easily_is_proposed_shorter_and_put_in_force_with_one_click(town, home):
    write_clocks(home, quick(), units={1: "department"})
    seen = look(town)
    told = only(town)
    assert seen.proposed == 1
    assert (told.direction, told.from_zh, told.to_zh) == ("tighter", "4工作时", "2工作时")
    assert told.share_then == 1.0
    assert told.share_low >= 0.95
    whole = queries.proposal(town.city_chief, told.id)
    assert whole.evidence["replay"]["newly_late"] == 0
    assert whole.evidence["curve"][0] == [0.0, 1.0, 1.0, 1.0]
    assert "300 件办完" in whole.reasons[0][0]

    before = limits()
    done = api.approve(town.city_chief, told.id, "十个月都做到了", told.version)
    assert done.state == "approved"
    assert done.applied == "本市时限调整 第 1 版"
    assert before.count("4工作时") == 1
    assert [now for was, now in zip(before, limits(), strict=True) if was != now] == ["2工作时"]
    with pytest.raises(Conflict):
        api.reject(town.city_chief, told.id, "迟了", done.version)


def test_the_second_change_is_the_next_version_of_the_citys_own_standard(town, home):
    write_clocks(home, quick(), units={1: "department"})
    look(town)
    api.approve(town.city_chief, only(town).id, "做得到", 1)
    own = catalog.filing_rules(ITEM)
    assert {rule.source for rule in own} == {"本市时限调整"}
    longer = clocks([1.0] * 250, unit=1, limit=(2, "work_day"), word="d")
    write_clocks(home, longer, units={1: "department"})
    look(town)
    told = only(town)
    assert (told.from_zh, told.to_zh) == ("2工作日", "1工作日")
    assert api.approve(town.city_chief, told.id, "做得到", told.version).applied == "本市时限调整 第 2 版"
    assert "2工作时" in limits()
    assert "1工作日" in limits()


def test_too_few_cases_never_make_a_proposal(town, home):
    write_clocks(home, quick(150), units={1: "department"})
    seen = look(town)
    assert queries.proposals(town.city_chief) == []
    assert seen.considered[0].verdict == "few"
    assert "只有 150 件" in seen.considered[0].reasons[0][0]


def test_a_class_of_units_that_cannot_stops_the_proposal(town, home):
    slow = clocks([3.5] * 60, unit=2, word="s")
    write_clocks(home, quick(2000), slow, units={1: "department", 2: "street"})
    look(town)
    assert queries.proposals(town.city_chief) == []


def test_running_cases_hold_a_proposal_back(town, home):
    stuck = quick(300)
    more = clocks([], unit=1, running=60, word="r")
    write_clocks(home, stuck, more, units={1: "department"})
    look(town)
    assert queries.proposals(town.city_chief) == []


def test_looser_than_the_standard_allows_is_refused_with_the_clause(town, home):
    write_clocks(home, clocks([60.0] * 300, unit=1, limit=(5, "work_day"), word="l"), units={1: "department"})
    seen = look(town)
    assert queries.proposals(town.city_chief) == []
    (told,) = [one for one in seen.considered if one.limit_zh == "5工作日"]
    assert told.verdict == "bound"
    assert "C0101-0" in told.reasons[0][0]


def test_looser_within_the_standard_is_proposed_where_nobody_can(town, home):
    write_clocks(home, clocks([20.0] * 300, unit=1, limit=(2, "work_day"), word="l"), units={1: "department"})
    look(town)
    told = only(town)
    assert (told.direction, told.from_zh, told.to_zh) == ("looser", "2工作日", "3工作日")
    assert told.clause


def test_a_rejection_teaches_until_history_has_changed(town, home):
    write_clocks(home, quick(), units={1: "department"})
    look(town)
    told = only(town)
    api.reject(town.city_chief, told.id, "汛期另议", told.version)
    seen = look(town)
    assert queries.proposals(town.city_chief) == []
    assert seen.considered[0].verdict == "refused"
    assert "汛期另议" in seen.considered[0].reasons[0][0]
    write_clocks(home, quick(600), units={1: "department"})
    look(town)
    assert only(town).id != told.id


def test_a_proposal_that_history_no_longer_speaks_for_is_withdrawn(town, home):
    write_clocks(home, quick(), units={1: "department"})
    look(town)
    told = only(town)
    write_clocks(home, clocks([3.9] * 300, unit=1), units={1: "department"})
    look(town)
    assert queries.proposals(town.city_chief) == []
    assert queries.proposal(town.city_chief, told.id).state == "withdrawn"
    with pytest.raises(Conflict):
        api.approve(town.city_chief, told.id, "迟了", told.version)


def test_a_look_asks_the_database_as_often_for_many_limits_as_for_one(town, home):
    def asked(items):
        told = [clocks([3.9] * 60, unit=1, item=item, word=f"i{item}") for item in items]
        write_clocks(home, *told, units={1: "department"})
        with CaptureQueriesContext(connection) as seen:
            assert sum(one.subject == "item" for one in look(town).considered) == len(items)
        return [q["sql"][:90] for q in seen if "insight_" in q["sql"]]

    some = ["01001", "01002", "01003", "01004", "01005", "01006"]
    known = [one for one in some if any(same(rule.limit, FOUR) for rule in catalog.filing_rules(one))]
    assert len(known) > 3
    assert asked(known) == asked(known[:1])


def test_a_limit_changed_meanwhile_is_not_overwritten(town, home):
    write_clocks(home, quick(), units={1: "department"})
    look(town)
    told = only(town)
    Proposal.objects.filter(pk=told.id).update(from_value=7)
    with pytest.raises(Conflict):
        api.approve(town.city_chief, told.id, "做得到", told.version)
    assert queries.proposal(town.city_chief, told.id).state == "open"


def test_who_decides_and_who_reads(town, home):
    write_clocks(home, quick(), units={1: "department"})
    look(town)
    told = only(town)
    for role in ("duty_chief", "city_dispatcher", "evaluator", "leader", "citizen"):
        with pytest.raises(Forbidden):
            api.approve(town.actor(role), told.id, "我来", told.version)
    for role in ("acceptor", "department", "citizen"):
        with pytest.raises(Forbidden):
            queries.proposals(town.actor(role))
    with pytest.raises(NotFound):
        queries.proposal(town.evaluator, told.id)  # of a district: the city's are not theirs
    with pytest.raises(Invalid):
        api.reject(town.city_chief, told.id, " ", told.version)
    with pytest.raises(Stale):
        api.reject(town.city_chief, told.id, "旧的", told.version + 1)


def test_a_stages_limit_is_proposed_and_set_for_its_kind(town, home):
    catalog_api.set_stage_limit(PLATFORM, "check", "24自然小时")
    cases, rows = quick()
    for row in rows:
        row |= {"stage": "check", "limit_value": 24, "limit_unit": "natural_hour"}
    write_clocks(home, (cases, rows), units={1: "department"})
    look(town)
    told = only(town)
    assert (told.subject, told.stage, told.from_zh, told.to_zh) == (
        "stage",
        "check",
        "24自然小时",
        "2自然小时",
    )
    api.approve(town.city_chief, told.id, "做得到", told.version)
    assert catalog.stage_limit("check", ITEM, "990101") == Limit(2, LimitUnit.NATURAL_HOUR)
    assert catalog.stage_limit("check", ITEM, "9902") == Limit(24, LimitUnit.NATURAL_HOUR)
    look(town)
    assert queries.proposals(town.city_chief) == []


def test_the_terms_are_the_citys_to_set_in_versions(town, home):
    _, version = queries.terms_in_force(town.city_chief)
    assert version == 0
    told, version = api.set_terms(town.city_chief, {"cases": 100, "weeks": 4}, "本市量小", 0)
    assert (told.cases, told.target, version) == (100, 0.95, 1)
    write_clocks(home, quick(150), units={1: "department"})
    look(town)
    assert only(town).ends == 150
    with pytest.raises(Stale):
        api.set_terms(town.city_chief, {"cases": 90}, "再改", 0)
    for wrong in ({"cases": 5}, {"target": 2}, {"nothing": 1}, {"weeks": 1.5}):
        with pytest.raises(Invalid):
            api.set_terms(town.city_chief, wrong, "错", 1)
