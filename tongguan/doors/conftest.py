# SPDX-License-Identifier: Apache-2.0
"""What every door's tests stand on: the cast, clients that are signed in, tokens."""

import pytest

from tongguan.doors.testing import SCOPES, Door
from tongguan.intake.testing import forget_pressure
from tongguan.people import api as people
from tongguan.people.testing import cast, forget_caches


@pytest.fixture(autouse=True)
def _fresh():
    """Let no test find what another left in memory."""
    forget_caches()
    forget_pressure()
    yield
    forget_caches()


@pytest.fixture
def people_cast(db):
    """The standing cast."""
    return cast()


@pytest.fixture
def partner(people_cast):
    """A system with every scope over the city."""
    return Door(people.issue_token(people_cast.secadmin, "12345 热线", SCOPES, "9901"))


@pytest.fixture
def desk(people_cast):
    """Give a signed-in desk client of a role: ``desk("acceptor")``."""
    return lambda role: Door(user=people_cast.user(role), base="/api/desk")
