# SPDX-License-Identifier: Apache-2.0
"""Eight writers at once on real connections: one winner, a clear refusal for the others, no torn tree."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from tongguan.kernel.errors import Refusal
from tongguan.people import api, queries, testing
from tongguan.people.contracts import PLATFORM, NewShift, NewUnit, NewUser, Post
from tongguan.people.models import Appointment, DutyShift, Unit

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

WRITERS = 8


def at_once(verb):
    """Run the verb in eight threads; give what each got or was refused with."""

    def one(number):
        try:
            return verb(number)
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(one, range(WRITERS)))


def won(results):
    return [r for r in results if not isinstance(r, Refusal)]


def test_units_made_at_once_get_places_of_their_own():
    cast = testing.cast()
    rows = [NewUnit(f"N-{n}", f"班{n}", "department", "990101", "N") for n in range(WRITERS)]
    made = at_once(lambda n: api.create_unit(cast.sysadmin, rows[n]))
    assert len(won(made)) == WRITERS
    assert len({u.path for u in made}) == WRITERS


def test_one_code_is_given_once():
    cast = testing.cast()
    made = at_once(
        lambda _: api.create_unit(cast.sysadmin, NewUnit("N-A", "同名", "department", "990101", "N"))
    )
    assert len(won(made)) == 1
    assert {r.status for r in made if isinstance(r, Refusal)} == {422}


def test_moves_at_once_leave_every_path_under_its_superior():
    cast = testing.cast()
    targets = [cast.unit(code).id for code in ("N", "N-HW", "N-ZF", "N-SZ-1")]
    movers = [cast.unit(code).id for code in ("N-SZ", "N-HW")]
    at_once(lambda n: api.move_unit(cast.sysadmin, movers[n % 2], targets[n % 4]))
    for unit in Unit.objects.select_related("parent"):
        assert unit.path[:-4] == (unit.parent.path if unit.parent else "")


def test_two_powers_given_at_once_to_one_person_are_one():
    cast = testing.cast()
    powers = (Post.SYSADMIN, Post.SECADMIN, Post.AUDITOR)
    made = at_once(lambda n: api.appoint(PLATFORM, testing.appointment("leader", "C", powers[n % 3], "9901")))
    assert len(won(made)) == 1
    assert Appointment.objects.filter(user_id=cast.leader.id, post__in=powers).count() == 1


def test_one_person_is_put_on_duty_once():
    cast = testing.cast()
    start = datetime(2026, 11, 23, tzinfo=UTC)
    shift = NewShift(
        cast.supervisor.id, cast.unit("N").id, Post.DUTY_CHIEF, start, start + timedelta(hours=8)
    )
    assert len(won(at_once(lambda _: api.roster(cast.duty_chief, [shift])))) == 1
    assert DutyShift.objects.count() == 1


def test_one_sign_in_name_is_given_once():
    cast = testing.cast()
    made = at_once(lambda _: api.create_user(cast.sysadmin, NewUser("same.name", "同名", unit="N")))
    assert len(won(made)) == 1


def test_a_revoked_token_is_refused_in_every_thread():
    cast = testing.cast()
    raw = api.issue_token(cast.secadmin, "系统", ["cases:read"], "990101")
    assert len(won(at_once(lambda _: api.authenticate_token(raw)))) == WRITERS
    api.revoke_token(cast.secadmin, queries.tokens(cast.secadmin)[0].id)
    refused = at_once(lambda _: api.authenticate_token(raw))
    assert [r.code for r in refused] == ["token.invalid"] * WRITERS
