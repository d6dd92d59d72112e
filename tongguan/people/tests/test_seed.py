# SPDX-License-Identifier: Apache-2.0
"""The demo city's people: every duty has its unit, every hour its duty chief, twice is once."""

import csv
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from tongguan.kernel import clock
from tongguan.people import queries
from tongguan.people.contracts import PLATFORM, Post
from tongguan.people.labels import DUTIES
from tongguan.people.models import Appointment, DutyShift, Unit, User
from tongguan.people.seed import DEMO_PASSWORD, seed_people

pytestmark = pytest.mark.django_db

DIVISIONS = {
    "9901": "江州市",
    "990101": "江北区",
    "990102": "江南区",
    "990101001": "望江街道",
    "990102001": "南浦街道",
    "990101001001": "春园社区",
    "990102001001": "和苑社区",
}


def seed():
    return seed_people(np.random.default_rng(1), DIVISIONS)


def test_every_duty_word_has_a_unit_everywhere():
    seed()
    for duty in DUTIES:
        for division in ("990101001001", "990102001001"):
            assert queries.units_with_duty(duty, division), (duty, division)


@pytest.mark.shared
def test_the_duty_words_are_those_of_the_standards(shared):
    words = set()
    for name in ("components.csv", "events.csv"):
        with Path(shared / "standards" / name).open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                words |= {word.strip() for word in row["responsible_kinds"].split(";")}
    assert words - {""} == set(DUTIES)


def test_twice_is_once(django_assert_max_num_queries):
    first = seed()
    counts = [model.objects.count() for model in (Unit, User, Appointment, DutyShift)]
    with django_assert_max_num_queries(30):
        assert seed() == first
    assert [model.objects.count() for model in (Unit, User, Appointment, DutyShift)] == counts


def test_everybody_of_the_stories_can_sign_in():
    seeded = seed()
    assert [name for name, _, _ in seeded.logins] == [
        "sysadmin", "secadmin", "auditor", "acceptor", "dispatcher", "duty_chief", "supervisor", "evaluator",
        "leader", "department", "handler", "collector",
    ]  # fmt: skip
    for username, _, _ in seeded.logins:
        assert User.objects.get(username=username).check_password(DEMO_PASSWORD)
    acceptor = queries.actor_of(User.objects.get(username="acceptor"))
    assert (acceptor.name, acceptor.scope.divisions()) == ("王受理", ("990101",))
    assert User.objects.get(username="sysadmin").is_staff


def test_a_duty_chief_is_on_duty_now_at_every_centre():
    seeded = seed()
    for division in ("9901", "990101", "990102"):
        assert len(queries.on_duty(Post.DUTY_CHIEF, division, clock.now())) == 1
    assert {p.division for p in seeded.holding(Post.COLLECTOR)} == {"990101001001", "990102001001"}


def test_no_hour_of_this_week_and_the_next_is_without_somebody_at_any_level():
    seeded = seed()
    now = clock.now()
    for post in (Post.DUTY_CHIEF, Post.ACCEPTOR, Post.DISPATCHER, Post.DEPARTMENT, Post.HANDLER):
        for unit_id in {person.unit_id for person in seeded.holding(post)}:
            span = (now, now + timedelta(days=14))
            assert queries.duty_gaps(PLATFORM, unit_id, post, *span) == [], (post, unit_id)
            turns = queries.rota(PLATFORM, unit_id, *span, post)
            assert len({turn.user.id for turn in turns}) == len(
                [one for one in seeded.holding(post) if one.unit_id == unit_id]
            )


def test_collectors_have_no_rota_so_that_work_reaches_them_at_any_hour():
    seeded = seed()
    collectors = [person.id for person in seeded.holding(Post.COLLECTOR)]
    assert queries.on_duty_among(collectors, Post.COLLECTOR, clock.now()) is None
