# SPDX-License-Identifier: Apache-2.0
"""Officials write rules, rehearse them on history, bring them in force; the unknown is left to be set."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tongguan.alarms import api as alarms
from tongguan.alarms.contracts import Verdict
from tongguan.alarms.models import Alarm
from tongguan.alarms.queries import terms
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tongguan.kernel.frames import Frame
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast
from tongguan.runtime.testing import audited, published, settle
from tongguan.sensing import api as sensing
from tongguan.sensing.testing import owned
from tongguan.watch import api, queries
from tongguan.watch.contracts import Confidence, Group, Scope, Setting, State
from tongguan.watch.testing import GAS, fan, in_force, methane, own, wells

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


def refused(error, do):
    with pytest.raises(error) as told:
        do()
    return told.value


def test_a_limit_nobody_knows_keeps_the_rule_from_being_switched_on(city):
    unknown = methane(settings={"orange": Setting(None), "red": own(50.0)})
    made = api.draft(PLATFORM, unknown)
    assert (made.state, made.unset) == (State.DRAFT, ("橙色限值待设定",))
    for do in (
        lambda: api.switch_on(PLATFORM, made.code, 1, "启用"),
        lambda: api.rehearse(PLATFORM, made.code, 1),
    ):
        assert "橙色限值待设定" in refused(Conflict, do).zh
    assert queries.in_force() == {}


def test_a_rule_goes_from_draft_by_rehearsal_into_force_and_out(city):
    made = api.draft(PLATFORM, methane())
    assert (
        refused(Conflict, lambda: api.switch_on(PLATFORM, made.code, 1, "启用")).code == "watch.not_rehearsed"
    )
    api.rehearsed(made.code, 1, {"alarms": 3})
    assert refused(Invalid, lambda: api.switch_on(PLATFORM, made.code, 1, " ")).field == "reason"
    api.switch_on(PLATFORM, made.code, 1, "会议纪要 12 号")
    assert queries.in_force() == {"gas.methane": 1}
    assert refused(Stale, lambda: api.draft(PLATFORM, methane(), 7)).field == "If-Match"
    api.draft(PLATFORM, methane(zh="井室甲烷"), 1)
    api.rehearsed(made.code, 2, {"alarms": 2})
    api.switch_on(PLATFORM, made.code, 2, "改名")
    assert [one.state for one in queries.versions(PLATFORM, made.code)] == [State.IN_FORCE, State.RETIRED]
    assert terms(["gas.methane"])["gas.methane"].name == "井室甲烷"
    api.retire(PLATFORM, made.code, "并入新规则", 2)
    assert queries.in_force() == {}
    verbs = [one.verb for one in audited() if one.subject == "watch:gas.methane"]
    assert verbs == ["watch.draft", "watch.switch_on", "watch.draft", "watch.switch_on", "watch.retire"]
    assert [name for name, _ in published() if name.startswith("Watch")] == [
        "WatchRuleSwitchedOn", "WatchRuleSwitchedOn", "WatchRuleRetired",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "Gas"}, "code"),
        ({"zh": " "}, "zh"),
        ({"detector": "oracle"}, "detector"),
        ({"settings": {"red": Setting(50.0, "", Confidence.OWN)}}, "settings.red.source"),
        ({"settings": {"red": Setting(50.0, "经验")}}, "settings.red.confidence"),
        ({"settings": {"red": own(5.0), "orange": own(9.0)}}, "settings.red"),
        ({"settings": {"red": own(5.0), "rad": own(5.0)}}, "settings.rad"),
        ({"scope": Scope()}, "scope"),
        ({"scope": Scope(by="thing", observed=(GAS,))}, "scope.by"),
        ({"scope": Scope(by="elsewhere")}, "scope.by"),
        ({"tells_from": 9}, "tells_from"),
        ({"division": "杭州"}, "division"),
    ],
)
def test_what_is_wrong_with_a_draft_is_said_of_its_field(city, changes, field):
    assert refused(Invalid, lambda: api.draft(PLATFORM, methane(**changes))).field == field


def test_a_condition_may_use_the_parts_of_its_rule_only(city):
    wrong = fan(settings={"red": own("ch4 > 10 and wind > 1")})
    assert "没有量「wind」" in refused(Invalid, lambda: api.draft(PLATFORM, wrong)).zh
    groups = (Group("一区", ("W-1/flow",), (1, -1)),)
    scope = Scope(by="group", groups=groups)
    draft = methane(detector="balance", scope=scope)
    assert refused(Invalid, lambda: api.draft(PLATFORM, draft)).field == "scope.groups[0].roles"


def test_rules_are_kept_by_their_divisions_own_posts_and_read_within(city):
    people = cast()
    api.draft(PLATFORM, methane())
    assert refused(Forbidden, lambda: api.draft(people.leader, methane(), 1))
    assert refused(Forbidden, lambda: api.draft(people.outsider, methane(), 1))
    api.draft(people.city_chief, methane(reason="区里修订"), 1)
    assert refused(Forbidden, lambda: api.draft(people.city_chief, methane(code="all.gas", division="")))
    assert [one.version for one in queries.rules(people.leader)] == [2]
    assert queries.rules(people.outsider) == []
    assert refused(NotFound, lambda: queries.versions(people.outsider, "gas.methane"))


def test_a_rule_is_rehearsed_on_the_last_days_beside_the_version_in_force(city, tmp_path):
    one, two = wells(2)
    in_force(methane())
    api.draft(PLATFORM, methane(settings={"yellow": own(10.0), "red": own(50.0)}), 1)
    start = int((NOW - timedelta(days=10)).timestamp() * 1000)
    minutes = np.arange(0, 10 * 24 * 60, 5)
    spikes = np.where(minutes % 1440 == 720, 12.0, 1.0)  # noon UTC: 20:00 in the city
    spikes[minutes == 3 * 1440 + 725] = 60.0
    with clock.using(clock.ManualClock(NOW)), owned(tmp_path):
        for stream in (one, two):
            sensing.take(
                Frame.of(
                    [stream] * len(minutes), start + minutes * 60_000, spikes if stream == one else spikes * 0
                )
            )
        job = api.rehearse(PLATFORM, "gas.methane", 2, 30)
        settle()
    assert job
    made = queries.versions(PLATFORM, "gas.methane")[0]
    assert made.state == State.REHEARSED
    found = made.rehearsal
    assert (found["readings"], found["streams"], found["alarms"]) == (2 * len(minutes), 2, 10)
    assert found["raised"] == {"2": 9, "4": 1}
    assert list(found["days"].values()) == [1] * 10
    assert found["days"].get("2026-05-23") == 1
    assert found["before"]["raised"] == {"4": 1}
    assert found["before"]["version"] == 1
    assert found["most"] == [{"matter": f"stream:{one}", "alarms": 10}]
    assert found["examples"][0]["words"].startswith("1 号井可燃气体浓度 12 %LEL，达到或高于黄色限值 10 %LEL")


def test_silence_is_rehearsed_as_it_is_watched(city, tmp_path):
    (one,) = wells(1)
    api.draft(PLATFORM, methane(code="gas.silent", detector="no_data", settings={"yellow": own(3600.0)}))
    start = int((NOW - timedelta(days=2)).timestamp() * 1000)
    minutes = np.array([m for m in range(0, 2880, 10) if not 600 <= m < 900])
    with clock.using(clock.ManualClock(NOW)), owned(tmp_path):
        sensing.take(Frame.of([one] * len(minutes), start + minutes * 60_000, np.ones(len(minutes))))
        api.rehearse(PLATFORM, "gas.silent", 1, 2)
        settle()
    found = queries.versions(PLATFORM, "gas.silent")[0].rehearsal
    assert found["raised"] == {"2": 1}


def test_frames_reach_the_rules_through_the_owner_of_readings(city, tmp_path):
    """The whole path: a gate's frame, durable, judged by the rule in force, an alarm."""
    (one,) = wells(1)
    in_force(methane())
    with clock.using(clock.ManualClock(NOW)), owned(tmp_path):
        at = int(NOW.timestamp() * 1000)
        receipt = sensing.take(Frame.of([one], [at], [77.0]))
        assert receipt.kept == 1
    from_alarms = [name for name, _ in published() if name == "AlarmRaised"]
    assert from_alarms == ["AlarmRaised"]


def test_a_rehearsal_is_held_against_what_people_found_of_the_alarms(city, tmp_path):
    one, two = wells(2)
    in_force(methane())
    at = int((NOW - timedelta(hours=9)).timestamp() * 1000)
    says = [
        Verdict(
            "gas.methane", 1, f"stream:{stream}", grade, at + minutes * 60_000, (stream,), "试", {}, "990101"
        )
        for stream in (one, two)
        for grade, minutes in ((3, 0), (0, 30))
    ]
    with clock.using(clock.ManualClock(NOW)), owned(tmp_path):
        alarms.hear(says)
        Alarm.objects.filter(about=f"stream:{one}").update(outcome="true")
        Alarm.objects.filter(about=f"stream:{two}").update(outcome="false")
        sensing.take(Frame.of([one] * 3, [at - 60_000, at + 60_000, at + 120_000], [1, 60, 1]))
        sensing.take(Frame.of([two] * 3, [at - 60_000, at + 60_000, at + 120_000], [1, 30, 1]))
        api.draft(PLATFORM, methane(settings={"red": own(50.0)}), 1)
        api.rehearse(PLATFORM, "gas.methane", 2, 1)
        settle()
    found = queries.versions(PLATFORM, "gas.methane")[0].rehearsal
    assert found["book"] == {"true": 1, "true_again": 1, "false": 1, "false_again": 0}
