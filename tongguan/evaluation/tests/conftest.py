# SPDX-License-Identifier: Apache-2.0
"""The stage of evaluation's stories: a city with a book of May, its evaluators and its units."""

import pytest

from tongguan.evaluation.testing import write_may
from tongguan.people import api as people
from tongguan.people.contracts import Post
from tongguan.people.queries import actor_of
from tongguan.people.testing import CITY, appointment, cast
from tongguan.people.testing import user as user_row


@pytest.fixture
def home(tmp_path, settings):
    """A home of its own for the book and the frozen marks."""
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def city(db, home):
    """The standing cast; 钱考核 and 周领导 keep the city's evaluation; a book of May lies there."""
    told = cast()
    people.appoint(told.secadmin, appointment("evaluator", "C", Post.EVALUATOR, CITY))
    people.appoint(told.secadmin, appointment("leader", "C", Post.LEADER, CITY))
    write_may(home, told)
    return told


@pytest.fixture
def evaluator(city):
    """钱考核, also appointed for the whole city."""
    return actor_of(user_row(city.evaluator.id))


@pytest.fixture
def leader(city):
    """周领导, also appointed for the whole city."""
    return actor_of(user_row(city.leader.id))
