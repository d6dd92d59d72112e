# SPDX-License-Identifier: Apache-2.0
"""The stage for stories of one matter: the cast and a clock that stands still."""

from datetime import timedelta

import pytest

from tongguan.kernel import clock as time
from tongguan.matching.testing import MORNING
from tongguan.people.testing import Cast, cast


@pytest.fixture
def people(db: None) -> Cast:
    return cast()


@pytest.fixture
def clock():
    with time.using(time.ManualClock(MORNING + timedelta(days=1))) as hands:
        yield hands
