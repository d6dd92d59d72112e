# SPDX-License-Identifier: Apache-2.0
"""Let no test of a replay find what another left in memory."""

import pytest

from tongguan.intake.testing import forget_pressure
from tongguan.people.testing import forget_caches


@pytest.fixture(autouse=True)
def _fresh():
    """Forget before and after."""
    forget_caches()
    forget_pressure()
    yield
    forget_caches()
