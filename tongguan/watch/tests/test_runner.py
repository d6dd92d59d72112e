# SPDX-License-Identifier: Apache-2.0
"""Rules in force over frames: what changed is told once, also after a crash, also when alarms do not answer."""


from tongguan.alarms.models import Alarm
from tongguan.kernel.frames import Frame
from tongguan.watch.testing import in_force, methane, wells

BEGIN = 1_760_000_000_000
MINUTE = 60_000


def frame(streams, minute, value):
    return Frame.of(streams, [BEGIN + minute * MINUTE] * len(streams), [value] * len(streams))


def alarms():
    return [
        (row.about, row.grade, row.cleared_at is not None)
        for row in Alarm.objects.order_by("about", "raised_at")
    ]


def test_methane_that_stays_high_is_told_once_in_words_and_cleared(runner):
    one, two = wells(2)
    in_force(methane())
    for number, (minute, value) in enumerate([(0, 5), (1, 23.4), (2, 25), (3, 24), (4, 26)], 1):
        runner.follow(number, frame([one], minute, value))
    (row,) = Alarm.objects.all()
    assert (
        row.words
        == "1 号井可燃气体浓度 24 %LEL，连续 2 分钟达到或高于橙色限值 20 %LEL（来源：本市安全专班，自定）"
    )
    assert (row.grade, row.division, row.things) == (3, "990101001001", ["W-1"])
    runner.follow(6, frame([one, two], 5, 55))
    assert alarms() == [(f"stream:{one}", 4, False), (f"stream:{two}", 4, False)]
    runner.follow(7, frame([one, two], 6, 1))
    assert alarms() == [(f"stream:{one}", 4, True), (f"stream:{two}", 4, True)]
