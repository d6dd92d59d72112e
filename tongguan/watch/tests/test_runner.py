# SPDX-License-Identifier: Apache-2.0
"""Rules in force over frames: what changed is told once, after a crash too, and when alarms do not answer."""

import time
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.db import OperationalError, connection

from tongguan.alarms import api as alarms_api
from tongguan.alarms.models import Alarm, Line, Told
from tongguan.kernel import clock
from tongguan.kernel.copies import look_again
from tongguan.kernel.frames import Frame
from tongguan.people.contracts import PLATFORM
from tongguan.sensors.testing import declare
from tongguan.sensors.testing import told as row
from tongguan.watch import api, queries
from tongguan.watch.contracts import Scope
from tongguan.watch.queries import NAME
from tongguan.watch.runner import Runner
from tongguan.watch.subjects import SEVERAL, subjects_of
from tongguan.watch.testing import fan, in_force, methane, own, wells
from tongguan.watch.together import Together

BEGIN = 1_760_000_000_000
MINUTE = 60_000


def frame(streams, minute, value):
    return Frame.of(streams, [BEGIN + minute * MINUTE] * len(streams), [value] * len(streams))


def alarms():
    rows = Alarm.objects.order_by("about", "raised_at")
    return [(one.about, one.grade, one.cleared_at is not None) for one in rows]


def lines():
    return list(
        Line.objects.order_by("alarm__about", "alarm__raised_at", "no").values_list(
            "alarm__about", "no", "move", "grade", "at"
        )
    )


def test_methane_that_stays_high_is_told_once_in_words_and_cleared(runner):
    one, two = wells(2)
    in_force(methane())
    for number, (minute, value) in enumerate([(0, 5), (1, 23.4), (2, 25), (3, 24), (4, 26)], 1):
        runner.follow(number, frame([one], minute, value))
    (found,) = Alarm.objects.all()
    assert found.words == (
        "1 号井可燃气体浓度 24 %LEL，连续 2 分钟达到或高于橙色限值 20 %LEL（来源：本市安全专班，自定）"
    )
    assert (found.grade, found.division, found.things) == (3, "990101001001", ["W-1"])
    runner.follow(6, frame([one, two], 5, 55))
    assert alarms() == [(f"stream:{one}", 4, False), (f"stream:{two}", 4, False)]
    runner.follow(7, frame([one, two], 6, 1))
    assert alarms() == [(f"stream:{one}", 4, True), (f"stream:{two}", 4, True)]


STORY = [(0, 5), (1, 25), (2, 26), (3, 27), (4, 60), (5, 30), (6, 3), (7, 4), (8, 55), (9, 1)]


@pytest.mark.parametrize(("kept", "killed"), [(0, 3), (2, 5), (3, 8), (5, 5), (7, 10)])
def test_a_killed_runner_goes_on_without_losing_or_doubling_an_alarm(city, tmp_path, kept, killed):
    one, two = wells(2)
    in_force(methane())
    frames = [(n, frame([one, two], minute, value)) for n, (minute, value) in enumerate(STORY, 1)]
    first = Runner(tmp_path / "watch", keep_every=1e9, first=1e9)
    first.position()
    for number, readings in frames[:killed]:
        first.follow(number, readings)
        if number == kept:
            first.close()
    again = Runner(tmp_path / "watch", keep_every=0, first=0)
    assert again.position() == kept
    for number, readings in frames[kept:]:
        again.follow(number, readings)
    for stream in (one, two):
        said = [entry[2:4] for entry in lines() if entry[0] == f"stream:{stream}"]
        assert said == [
            ("raise", 3), ("grade", 4), ("grade", 3), ("clear", 3), ("raise", 4), ("clear", 4),
        ]  # fmt: skip


def test_what_alarms_could_not_take_is_told_with_the_next_frame(runner, monkeypatch):
    (one,) = wells(1)
    in_force(methane())
    real = alarms_api.hear

    def broken(verdicts):
        raise OperationalError("the disk is full")

    monkeypatch.setattr(alarms_api, "hear", broken)
    with pytest.raises(OperationalError):
        runner.follow(1, frame([one], 0, 60))
    assert alarms() == []
    monkeypatch.setattr(alarms_api, "hear", real)
    runner.follow(2, frame([one], 1, 61))
    assert alarms() == [(f"stream:{one}", 4, False)]


def test_while_rules_cannot_be_read_the_known_ones_go_on_and_the_log_tells_once(runner, caplog):
    (one,) = wells(1)
    in_force(methane())
    runner.follow(1, frame([one], 0, 5))

    def away(execute, sql, *more):
        if sql.startswith('SELECT "watch_watchrule"."code"'):
            raise OperationalError("the disk is away")
        return execute(sql, *more)

    with connection.execute_wrapper(away):
        for number, minute in enumerate((1, 2, 3, 4), 2):
            look_again(NAME)
            runner.follow(number, frame([one], minute, 55))
    assert alarms() == [(f"stream:{one}", 4, False)]
    look_again(NAME)
    runner.follow(6, frame([one], 5, 55))
    runner.follow(7, frame([one], 6, 55))
    told = [record.message for record in caplog.records if record.name == "tongguan.watch.runner"]
    assert told == [
        "the rules in force cannot be read; those known go on", "the rules in force can be read again",
    ]  # fmt: skip


def test_a_new_version_goes_on_where_the_old_one_stood(runner):
    one, two = wells(2)
    in_force(methane())
    runner.follow(1, frame([one, two], 0, 60))
    in_force(methane(settings={"red": own(100.0), "blue": own(30.0)}))
    runner.follow(2, frame([one], 1, 50))
    runner.follow(3, frame([two], 1, 10))
    assert alarms() == [(f"stream:{one}", 1, False), (f"stream:{two}", 4, True)]
    api.retire(PLATFORM, "gas.methane", "停用试验", 2)
    runner.follow(4, frame([two], 2, 10))
    assert alarms() == [(f"stream:{one}", 1, True), (f"stream:{two}", 4, True)]
    assert "规则停用" in Told.objects.get(matter__matter=f"stream:{one}", grade=0).words


def test_a_manhole_declared_later_is_watched_and_one_taken_out_is_cleared(runner):
    (one,) = wells(1)
    in_force(methane())
    runner.follow(1, frame([one], 0, 60))
    _, two = wells(2)
    runner._look_at = 0.0  # the register is looked at again a minute later
    runner.follow(2, frame([two], 1, 60))
    assert alarms() == [(f"stream:{one}", 4, False), (f"stream:{two}", 4, False)]
    in_force(methane(division="990102"))
    runner.follow(3, frame([one], 2, 60))
    assert [cleared for *_, cleared in alarms()] == [True, True]


def silent(**more):
    return methane(code="gas.silent", detector="no_data", settings={"yellow": own(600.0)}, **more)


def test_silence_is_told_and_a_clock_that_jumps_ahead_silences_nobody(runner):
    one, two = wells(2)
    in_force(silent())
    start = clock.now()
    at = int(start.timestamp() * 1000)
    with clock.using(clock.ManualClock(start)):
        runner.follow(1, Frame.of([one, two], [at, at], [1, 1]))
        runner.tick()
    with clock.using(
        clock.ManualClock(start + timedelta(hours=3))
    ):  # the wall clock jumps, no time has gone by
        runner.tick()
    assert alarms() == []
    runner._newest = (at, time.monotonic() - 700)  # now it has
    with clock.using(clock.ManualClock(start + timedelta(seconds=701))):
        runner.tick()
    assert [grade for _, grade, _ in alarms()] == [2, 2]
    assert "没有可用数据，达到或高于黄色限值 10 分钟" in Alarm.objects.first().words


def test_two_quantities_of_one_manhole_are_judged_together(runner):
    (one,) = wells(1)
    declare(row(1, thing="W-1", observed="drainage.level"))
    from_key = {"ch4": one}
    level = wells(1, observed="drainage.level")[0]
    in_force(fan())
    for number, minute in enumerate(range(3), 1):
        at = BEGIN + minute * MINUTE
        runner.follow(number, Frame.of([from_key["ch4"], level], [at, at + 10], [15.0, 1.5]))
    (found,) = Alarm.objects.all()
    assert (found.about, found.grade) == ("thing:W-1", 4)
    assert found.words == (
        "1 号井：可燃气体浓度 15 ≥ 10（成立），液位 1.5 > 1（成立），满足红色条件（来源：本市安全专班，自定）"
    )
    assert sorted(found.streams) == sorted([one, level])


def test_workers_that_share_the_streams_each_judge_their_own(city, tmp_path):
    streams = wells(4)
    in_force(methane())
    even, odd = (
        Runner(tmp_path / f"watch-{rest}", share=lambda one, rest=rest: one.homes(lambda s: s % 2) == rest)
        for rest in (0, 1)
    )
    for worker in (even, odd):
        worker.follow(1, frame(streams, 0, 60))
        worker.tick()
    assert sorted(alarms()) == sorted((f"stream:{one}", 4, False) for one in streams)
    assert sorted(len(one.rules["gas.methane"].subjects) for one in (even, odd)) == [2, 2]


def test_a_subject_whose_streams_lie_in_several_parts_has_a_home_of_its_own(city, tmp_path):
    (one,), (level,) = wells(1), wells(1, observed="drainage.level")
    in_force(fan())

    def homes(part_of):
        return subjects_of(queries.rules(PLATFORM)[0].scope, "9901").homes(part_of).tolist()

    assert homes(lambda streams: streams * 0 + 3) == [3]
    assert homes(lambda streams: (streams == one).astype(np.int64)) == [SEVERAL]
    parted = Together(lambda streams: (streams == one).astype(np.int64))
    assert parted.streams().tolist() == sorted([one, level])
    assert Together(lambda streams: streams * 0).streams().tolist() == []
    in_force(replace(fan(), scope=Scope(by="thing", parts=fan().scope.parts, things=("W-2",))))
    assert parted.streams().tolist() == []


def test_a_group_rule_whose_streams_come_later_is_judged_once_they_are_there(city, tmp_path):
    in_force(fan())
    runner = Runner(tmp_path / "late", share=lambda one: one.homes(lambda streams: streams * 0) == 0)
    runner.follow(1, frame([], 0, 0))
    (one,), (level,) = wells(1), wells(1, observed="drainage.level")
    runner._look_at = 0.0  # as a minute later
    for number, (minute, value) in enumerate([(1, 60), (2, 60), (3, 60)], 2):
        runner.follow(number, frame([one, level], minute, value))
    assert [found[0] for found in alarms()] == ["thing:W-1"]
