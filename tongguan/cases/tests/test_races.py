# SPDX-License-Identifier: Apache-2.0
"""Eight people at once on real connections: one winner each time, the others told, no line lost."""

from functools import partial
from io import StringIO

import pytest
from django.core.management import call_command

from tongguan.cases import api, queries
from tongguan.cases.models import Case, TimelineEntry
from tongguan.cases.tests.conftest import new, opened, together
from tongguan.kernel.errors import Conflict, Refusal, Stale
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast
from tongguan.runtime.models import FactRecord

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
WRITERS = 8


@pytest.fixture
def people(transactional_db):
    return cast()


def unbroken():
    out = StringIO()
    call_command("audit", "verify", stdout=out)  # raises when anything is found
    return "发现 0 处问题" in out.getvalue()


def test_of_eight_conflicting_moves_one_wins_and_seven_are_told(people):
    for _ in range(6):
        case = opened(people)
        moves = [("accept", {}), ("refuse", {"reason": "误报误报"}), ("void", {"reason": "重复登记"})]
        works = [
            partial(api.move, people.acceptor, case.id, *moves[no % 3], expected_version=case.version)
            for no in range(WRITERS)
        ]
        results = together(*works)
        refused = [r for r in results if isinstance(r, Refusal)]
        assert len(refused) == WRITERS - 1
        assert all(isinstance(r, Stale | Conflict) and r.status in {409, 412} for r in refused)
        now = queries.case(PLATFORM, case.id)
        assert now.version == 2
        assert TimelineEntry.objects.filter(case_id=case.id).count() == 2
        assert FactRecord.objects.filter(name="CaseMoved", payload__case_id=str(case.id)).count() == 1
    assert unbroken()


def test_without_a_version_the_later_ones_meet_the_new_state(people):
    case = opened(people)
    results = together(*[partial(api.move, people.acceptor, case.id, "accept", {})] * WRITERS)
    assert sum(isinstance(r, Conflict) for r in results) == WRITERS - 1
    assert queries.case(PLATFORM, case.id).state == "pending_register"


def test_notes_of_eight_people_all_stand_in_one_chain(people):
    case = opened(people)

    def urge(no):
        for turn in range(5):
            api.note(people.supervisor, case.id, "urge", {"reason": f"{no}-{turn}"}, counts=("urges",))

    together(*[partial(urge, no) for no in range(WRITERS)])
    now = Case.objects.get(pk=case.id)
    assert (now.urges, now.line_no, now.version) == (40, 41, 41)
    lines = TimelineEntry.objects.filter(case_id=case.id).order_by("no")
    assert [line.no for line in lines] == list(range(1, 42))
    assert len({line.reason for line in lines}) == 41
    assert unbroken()


def test_eight_intakes_at_once_share_out_the_numbers(people):
    together(*[partial(api.open_cases, PLATFORM, [new() for _ in range(10)])] * WRITERS)
    numbers = {int(number[-6:]) for number in Case.objects.values_list("number", flat=True)}
    assert len(numbers) == 80
    lanes = [sorted(n % 100_000 for n in numbers if n // 100_000 == k) for k in range(10)]
    assert lanes == [list(range(1, len(lane) + 1)) for lane in lanes], "no gaps in any lane"
    assert unbroken()
