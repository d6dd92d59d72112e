# SPDX-License-Identifier: Apache-2.0
"""The cast, the square city, a real store of readings and a token."""

import pytest

from tongguan.people import api as people
from tongguan.people.testing import cast, forget_caches
from tongguan.places.testing import square_city
from tongguan.sensing.testing import owned

SCOPES = ("sensors:read", "sensors:write", "readings:write")


@pytest.fixture(autouse=True)
def _fresh():
    """Forget before and after."""
    forget_caches()
    yield
    forget_caches()


@pytest.fixture
def people_cast(db):
    """The standing cast."""
    return cast()


@pytest.fixture
def store(db):
    """An owner of readings in this process."""
    with owned() as owner:
        yield owner


@pytest.fixture
def token(people_cast, store):
    """A token of the whole city."""
    square_city()
    return people.issue_token(people_cast.secadmin, "监测平台", SCOPES, "9901")
