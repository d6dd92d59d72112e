# SPDX-License-Identifier: Apache-2.0
"""The cast, and nothing left in memory from another test."""

import pytest

from tongguan.intake.testing import forget_pressure
from tongguan.people.testing import cast, forget_caches


@pytest.fixture(autouse=True)
def _fresh():
    """Forget before and after."""
    forget_caches()
    forget_pressure()
    yield
    forget_caches()


@pytest.fixture
def people_cast(db):
    """The standing cast."""
    return cast()
