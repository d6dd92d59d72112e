# SPDX-License-Identifier: Apache-2.0
"""Verdicts become alarms: one active per matter, whatever the order, however often, whoever tells."""

from itertools import count, pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.alarms import api, history
from tongguan.alarms.hearing import millis
from tongguan.alarms.lifecycle import State
from tongguan.alarms.models import Alarm
from tongguan.alarms.occurring import fold, ordered
from tongguan.alarms.testing import says
from tongguan.kernel.errors import Invalid
from tongguan.runtime import chain
from tongguan.runtime.testing import published


def alarms(rule="water.burst"):
    return [
        (
            row.about, millis(row.raised_at), row.cleared_at and millis(row.cleared_at), row.grade, row.peak,
            millis(row.graded_at), row.words, tuple(row.streams),
        )
        for row in Alarm.objects.filter(rule=rule).order_by("about", "raised_at")
    ]  # fmt: skip


def expected(many):
    return [
        (
            matter, one.begin, one.end, one.grade, one.peak, one.graded_at, one.newest.words,
            tuple(sorted(one.streams)),
        )
        for matter in sorted({verdict.matter for verdict in many})
        for one in fold(ordered(verdict for verdict in many if verdict.matter == matter))
    ]  # fmt: skip


def test_a_matter_is_raised_graded_cleared_and_raised_anew(db, clock):
    heard = api.hear([says(2)])
    (first,) = heard.raised
    assert api.hear([says(4, 3), says(3, 5)]).graded == (first,)
    assert api.hear([says(0, 9)]).cleared == (first,)
    (second,) = api.hear([says(2, 12)]).raised
    assert second != first
    row = Alarm.objects.get(pk=first)
    assert (row.grade, row.peak, row.state) == (3, 4, State.RAISED)
    assert [line.move for line in row.lines.order_by("no")] == ["raise", "grade", "grade", "clear"]
    assert [line.grade for line in row.lines.order_by("no")] == [2, 4, 3, 3]
    assert [name for name, _ in published() if name.startswith("Alarm")][:3] == [
        "AlarmRaised", "AlarmGraded", "AlarmCleared",
    ]  # fmt: skip


def test_what_is_told_again_changes_nothing(db, clock):
    story = [says(2), says(3, 2), says(0, 4)]
    api.hear(story)
    before, facts = alarms(), len(published())
    heard = api.hear(list(reversed(story)))
    assert (heard.repeated, heard.raised, heard.graded, heard.cleared) == (3, (), (), ())
    assert (alarms(), len(published())) == (before, facts)


def test_a_clear_that_comes_late_parts_one_alarm_into_two(db, clock):
    (first,) = api.hear([says(2), says(3, 10)]).raised
    heard = api.hear([says(0, 5)])
    assert heard.late == 1
    assert heard.cleared == (first,)
    assert len(heard.raised) == 1
    assert alarms() == expected([says(2), says(3, 10), says(0, 5)])


stories = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 7), st.sampled_from(["P-1", "P-2"])), min_size=1, max_size=10
)
_numbers = count()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=stories, data=st.data())
def test_any_order_and_repetition_gives_the_same_alarms(db, clock, told, data):
    rule = f"family{next(_numbers)}.burst"  # each example in a family of its own
    story = [says(*one, rule=rule, streams=(one[1],)) for one in told]
    again = data.draw(st.permutations([*story, *story[:4]]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(again)), max_size=4)))
    for begin, end in pairwise([0, *cuts, len(again)]):
        api.hear(again[begin:end])
    assert alarms(rule) == expected(story)
    for row in Alarm.objects.filter(rule=rule):
        lines = list(row.lines.order_by("no"))
        marks = ["", *(line.hash for line in lines)]
        assert [line.prev_hash for line in lines] == marks[:-1]
        assert all(line.hash == chain.link(line.prev_hash, history.chained(line)) for line in lines)
        assert row.line_hash == marks[-1]


def test_hearing_asks_the_database_as_often_for_many_verdicts_as_for_one(db, clock):
    def asked(many):
        with CaptureQueriesContext(connection) as told:
            api.hear(many)
        return len(told)

    def spread(many, start):
        return [says(2, 0, f"P-{start + n}", lon=100 + (start + n) / 100) for n in range(many)]

    asked(spread(1, 0))
    few = asked(spread(10, 10))
    assert asked(spread(400, 1_000)) <= few + 4  # inserts of many rows come in slices


@pytest.mark.parametrize(
    ("more", "field"),
    [({"rule": ""}, "rule"), ({"matter": "x" * 201}, "matter"), ({"at": -1}, "at"), ({"lon": None}, "lon"),
     ({"lat": float("nan")}, "lat"), ({"division": "99x"}, "division")],
)  # fmt: skip
def test_a_verdict_that_does_not_hold_is_refused_by_name(more, field):
    with pytest.raises(Invalid) as refused:
        api.hear([says(2), says(2, **more)])
    assert refused.value.field == f"verdicts.1.{field}"
