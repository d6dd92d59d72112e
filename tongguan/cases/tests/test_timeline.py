# SPDX-License-Identifier: Apache-2.0
"""History stays: the database refuses changes, and the chain shows those made behind its back."""

from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from tongguan.cases import api
from tongguan.cases.guards import protect, release
from tongguan.cases.models import Case, TimelineEntry
from tongguan.cases.tests.conftest import opened
from tongguan.cases.timeline import chained
from tongguan.runtime import chain
from tongguan.runtime.transactions import atomic

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(people):
    case = opened(people)
    api.move(people.acceptor, case.id, "accept", {"note": "属实"})
    api.move(people.acceptor, case.id, "refuse", {"reason": "不属受理范围"})
    return case


class Editor:
    """Runs the guard's statements inside the test's transaction."""

    connection = connection

    def execute(self, sql, params=None):
        with connection.cursor() as cursor:
            cursor.execute(sql, params)


@pytest.fixture
def unguarded(case):
    release(None, Editor())
    yield case
    protect(None, Editor())


def findings():
    """Give what ``tongguan audit verify`` says of the timelines."""
    out = StringIO()
    with suppress(CommandError):
        call_command("audit", "verify", stdout=out)
    return [line for line in out.getvalue().splitlines() if "cases.timeline" in line]


def names(case):
    return any(f"case:{case.id}" in line for line in findings())


def test_an_untouched_history_holds(case):
    assert findings() == []
    lines = list(TimelineEntry.objects.filter(case_id=case.id).order_by("no"))
    assert [line.prev_hash for line in lines[1:]] == [line.hash for line in lines[:-1]]
    assert Case.objects.get(pk=case.id).line_hash == lines[-1].hash


def test_the_database_itself_refuses_to_change_a_line(case):
    lines = TimelineEntry.objects.filter(case_id=case.id)
    with pytest.raises(DatabaseError, match="only ever appended"), atomic():
        lines.filter(no=2).update(reason="")
    assert findings() == []


@pytest.mark.postgres
def test_the_database_itself_refuses_to_take_a_line_away(case):
    with pytest.raises(DatabaseError, match="only ever appended"), atomic():
        TimelineEntry.objects.filter(case_id=case.id, no=2).delete()


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "另有原因"},
        {"at": "an earlier year"},
        {"actor_name": "别人"},
        {"inputs": {"note": "不属实"}},
        {"evidence": {"photos": {"verdict": "ok"}}},
        {"to": "closed"},
        {"post": "leader"},
        {"hash": "0" * 64},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_line_is_found(unguarded, change):
    case = unguarded
    if "at" in change:
        change = {"at": case.opened_at.replace(year=2001)}
    TimelineEntry.objects.filter(case_id=case.id, no=2).update(**change)
    assert names(case)


@pytest.mark.parametrize("no", [1, 2, 3])
def test_a_missing_line_is_found_wherever_it_stood(unguarded, no):
    TimelineEntry.objects.filter(case_id=unguarded.id, no=no).delete()
    assert names(unguarded)


def test_a_line_hashed_anew_after_a_change_is_still_found(unguarded):
    line = TimelineEntry.objects.get(case_id=unguarded.id, no=2)
    line.reason = "另有原因"
    line.hash = chain.link(line.prev_hash, chained(line))
    line.save()
    assert names(unguarded)
