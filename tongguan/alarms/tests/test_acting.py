# SPDX-License-Identifier: Apache-2.0
"""People and alarms: confirm, reject, notify, handle, evaluate, snooze; quiet times; the book."""

from datetime import timedelta

import pytest

from tongguan.alarms import api, jobs, queries, reckoning
from tongguan.alarms.contracts import AlarmFilter, CalmIn
from tongguan.alarms.lifecycle import State
from tongguan.alarms.models import Alarm
from tongguan.alarms.testing import NOON, OTHER_PLACE, says
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.kernel.ids import new_id
from tongguan.messaging import queries as messages
from tongguan.people.testing import matrix
from tongguan.runtime.testing import audited, published, settle


def raised(*verdicts):
    found = api.hear(verdicts or [says(4)]).raised
    return found[0] if len(found) == 1 else found


def inbox(actor):
    return [line.subject for line in messages.inbox(actor)]


def facts():
    return [name for name, _ in published() if name.startswith("Alarm")]


def test_an_alarm_is_confirmed_notified_handled_and_evaluated(people, clock):
    one = raised()
    clock.advance(minutes=4)
    api.perform(people.acceptor, one, "confirm", {"note": "视频可见喷水"})
    clock.advance(minutes=2)
    unit = people.unit("N-SZ").id
    api.perform(people.dispatcher, one, "notify", {"unit_ids": [unit], "note": "请速到场"})
    assert inbox(people.department) == ["预警通知：红色 供水压力突降 滨江路泵站"]
    clock.advance(minutes=54)
    api.perform(people.department, one, "handle", {"result": "已关阀抢修"})
    clock.advance(hours=3)
    info = api.perform(people.supervisor, one, "evaluate", {"outcome": "true"})
    assert (info.state, info.outcome, info.units) == (State.EVALUATED, "true", (unit,))
    assert info.minutes == {"confirmed": 4, "notified": 6, "handled": 60}
    assert info.cleared_at is not None
    assert [line.move for line in queries.lines(people.leader, one)] == [
        "raise", "confirm", "notify", "handle", "evaluate",
    ]  # fmt: skip
    assert facts() == ["AlarmRaised", "AlarmConfirmed", "AlarmNotified", "AlarmHandled", "AlarmEvaluated"]
    assert [act.verb for act in audited()] == [
        "alarm.confirm",
        "alarm.notify",
        "alarm.handle",
        "alarm.evaluate",
    ]
    assert api.hear([says(4, 300)]).raised != ()


ALLOWED = {
    "confirm": {"acceptor", "dispatcher", "duty_chief", "city_chief", "city_dispatcher"},
    "reject": {"acceptor", "dispatcher", "duty_chief", "city_chief", "city_dispatcher"},
    "snooze": {"acceptor", "dispatcher", "duty_chief", "city_chief", "city_dispatcher"},
}
INPUTS = {
    "confirm": {},
    "reject": {"reason": "探头进水", "cause": "device"},
    "snooze": {"minutes": 5, "reason": "在看"},
}


@pytest.mark.parametrize(("verb", "role", "may"), matrix(ALLOWED))
def test_only_those_who_watch_the_division_may_judge(people, clock, verb, role, may):
    one = raised()
    actor = people.actor(role)
    if may:
        api.perform(actor, one, verb, INPUTS[verb])
    else:
        with pytest.raises((Forbidden, NotFound)):
            api.perform(actor, one, verb, INPUTS[verb])
        assert Alarm.objects.get(pk=one).state == State.RAISED


def test_what_lies_in_another_district_is_not_there(people, clock):
    one = raised(says(4, division=OTHER_PLACE))
    assert queries.alarms(people.leader, AlarmFilter()) == []
    with pytest.raises(NotFound):
        queries.alarm(people.leader, one)
    assert queries.standing(people.leader)[0][4] == 0
    assert queries.standing(people.city_chief)[0][4] == 1
    assert [row.id for row in queries.alarms(people.outsider, AlarmFilter(grades=(4,)))] == [one]


def test_of_two_who_judge_one_is_told_that_the_other_was_faster(people, clock):
    one = raised()
    api.perform(people.acceptor, one, "confirm", {})
    with pytest.raises(Conflict):
        api.perform(people.dispatcher, one, "confirm", {})


def test_a_false_alarm_comes_back_when_it_gets_graver(people, clock):
    one = raised(says(2))
    api.perform(people.acceptor, one, "reject", {"reason": "清洗水管", "cause": "operation"})
    api.hear([says(2, 1), says(1, 2)])
    assert Alarm.objects.get(pk=one).state == State.REJECTED
    api.hear([says(4, 3)])
    assert Alarm.objects.get(pk=one).state == State.RAISED
    assert "return" in [line.move for line in queries.lines(people.leader, one)]


def test_what_the_head_of_a_storm_does_its_members_do_too(people, clock):
    head, member = raised(says(3, 0, "A"), says(4, 1, "B"))
    assert [row.id for row in queries.alarms(people.leader, AlarmFilter(heads=True))] == [head]
    (brief,) = queries.standing(people.leader)[1]
    assert (brief.members, brief.worst) == (1, 4)
    api.perform(people.acceptor, head, "confirm", {})
    assert Alarm.objects.get(pk=member).state == State.CONFIRMED
    assert queries.members(people.leader, head)[0].id == member
    assert queries.lines(people.leader, member)[-1].words == "随首条预警办理"


def test_only_the_head_of_a_storm_disturbs_people(people, clock):
    raised(says(4, 0, "A"), says(4, 1, "B"), says(2, 0, "faint", lon=121.5))
    settle()
    assert inbox(people.duty_chief) == inbox(people.acceptor) == ["红色预警：供水压力突降 滨江路泵站"]


def test_nobody_confirms_in_time_and_the_next_level_is_told(people, clock):
    api.set_terms(
        people.city_chief, "water.burst", tells_from=3, minutes={4: 10}, source="江州市应急〔2026〕3 号"
    )
    one = raised()
    clock.advance(minutes=9)
    assert jobs.escalate() == 0
    clock.advance(minutes=1)
    assert jobs.escalate() == 1
    assert jobs.escalate() == 0
    assert inbox(people.duty_chief) == ["预警逾期未确认：红色 供水压力突降 滨江路泵站"]
    assert inbox(people.leader) == []
    clock.advance(minutes=15)
    assert jobs.escalate() == 1
    assert len(inbox(people.leader)) == 1
    clock.advance(hours=5)
    assert jobs.escalate() == 0
    assert Alarm.objects.get(pk=one).level == 2


def test_without_minutes_set_nothing_escalates(people, clock):
    raised()
    clock.advance(days=3)
    assert jobs.escalate() == 0


def test_a_snoozed_alarm_reminds_again_in_time_or_when_it_gets_graver(people, clock):
    first, second = raised(says(3, 0, "A"), says(3, 0, "B", lon=121.5))
    for one in (first, second):
        api.perform(people.acceptor, one, "snooze", {"minutes": 30, "reason": "人员在途"})
    assert queries.standing(people.leader)[1] == []
    api.hear([says(4, 5, "B", lon=121.5)])
    assert [row.id for row in queries.standing(people.leader)[1]] == [second]
    clock.advance(minutes=31)
    assert jobs.wake() == 1
    assert len(queries.standing(people.leader)[1]) == 2


def calm(**more):
    told = {
        "kind": "maintenance", "begins_at": NOON - timedelta(hours=1), "ends_at": NOON + timedelta(hours=1),
        "reason": "泵站检修", "division": "990101", "things": ("PUMP-1",),
    }  # fmt: skip
    return CalmIn(**{**told, **more})


def test_maintenance_keeps_alarms_quiet_and_what_outlasts_it_comes_up(people, clock):
    api.keep_calm(people.dispatcher, calm())
    quiet, other = raised(says(4, 0, "A"), says(4, 0, "B", lon=121.5, evidence={"things": ["PUMP-2"]}))
    settle()
    assert [row.id for row in queries.standing(people.leader)[1]] == [other]
    assert queries.alarm(people.leader, quiet).calm_reason == "泵站检修"
    assert queries.calms(people.leader)[0].held == 1
    assert jobs.emerge() == 0
    clock.advance(hours=2)
    assert jobs.emerge() == 1
    settle()
    assert quiet in [row.id for row in queries.standing(people.leader)[1]]
    assert "AlarmAnnounced" in facts()


def test_a_time_of_quiet_ends_early_and_needs_bounds(people, clock):
    kept = api.keep_calm(people.dispatcher, calm())
    api.end_calm(people.duty_chief, kept.id)
    raised()
    assert queries.standing(people.leader)[0][4] == 1
    with pytest.raises(Conflict):
        api.end_calm(people.duty_chief, kept.id)
    wrong = {
        "division": {"things": (), "division": "9901"},
        "kind": {"kind": "nap"},
        "ends_at": {"ends_at": NOON - timedelta(hours=2)},
        "reason": {"reason": " "},
    }
    for field, more in wrong.items():
        with pytest.raises(Invalid) as refused:
            api.keep_calm(people.city_dispatcher, calm(**more))
        assert refused.value.field == field
    with pytest.raises(NotFound):
        api.keep_calm(people.outsider, calm())


def test_the_book_counts_true_false_and_missed_by_rule_and_device(people, clock):
    ids = raised(*(says(3, 0, f"P-{n}", streams=(n % 2,), lon=121.2 + n / 10) for n in range(6)))
    for one in ids[:3]:
        api.perform(people.acceptor, one, "confirm", {})
    for one in ids[3:5]:
        api.perform(people.acceptor, one, "reject", {"reason": "误动", "cause": "device"})
    api.perform(people.supervisor, ids[4], "evaluate", {"outcome": "true"})
    book = {"rule": "water.burst", "stream": 1}
    miss = api.book_miss(people.evaluator, new_id(), "990101001", "爆管前压力已降而无预警", **book)
    with pytest.raises(Conflict):
        api.book_miss(people.evaluator, miss.case_id, "990101001", "再记一次", rule="water.burst")
    period = (NOON - timedelta(days=1), NOON + timedelta(days=1))
    (line,) = reckoning.book_by_rule(people.leader, *period)
    assert (line.raised, line.true, line.false, line.missed, line.unjudged) == (6, 4, 1, 1, 1)
    assert (line.precision, line.recall) == (0.8, 0.8)
    devices = {
        one.key: (one.true, one.false, one.missed) for one in reckoning.book_by_stream(people.leader, *period)
    }
    assert devices == {"0": (3, 0, 0), "1": (1, 1, 1)}
    assert reckoning.book_by_rule(people.outsider, *period) == []


def test_a_proposed_miss_waits_for_a_judge(people, clock):
    case = new_id()
    assert api.propose_misses([(case, "990101001", "water.burst", 7, "附近水位计无预警")]) == 1
    assert api.propose_misses([(case, "990101001", "water.burst", 7, "附近水位计无预警")]) == 0
    (miss,) = queries.misses(people.leader)
    assert reckoning.book_by_rule(people.leader, NOON - timedelta(days=1), NOON + timedelta(days=1)) == []
    with pytest.raises(Forbidden):
        api.judge_miss(people.acceptor, miss.id, missed=True)
    assert api.judge_miss(people.evaluator, miss.id, missed=False).state == "dismissed"


def test_response_times_are_summed_up_over_a_period(people, clock):
    ids = raised(*(says(3, 0, f"P-{n}", lon=121.2 + n / 10) for n in range(3)))
    for minutes, one in zip((2, 4, 12), ids, strict=True):
        clock.move_to(NOON + timedelta(minutes=minutes))
        api.perform(people.acceptor, one, "confirm", {})
    confirmed, *rest = reckoning.spans(people.leader, NOON - timedelta(days=1), NOON + timedelta(days=1))
    assert (confirmed.count, confirmed.mean, confirmed.median) == (3, 6, 4)
    assert [one.count for one in rest] == [0, 0, 0]
