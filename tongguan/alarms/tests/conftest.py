# SPDX-License-Identifier: Apache-2.0
"""The stage for the stories of alarms: the cast, a clock that stands still, verdicts to hear."""

import pytest

from tongguan.alarms.testing import NOON
from tongguan.kernel import clock as time
from tongguan.people.testing import Cast, cast


@pytest.fixture
def people(db) -> Cast:
    return cast()


@pytest.fixture
def clock():
    with time.using(time.ManualClock(NOON)) as manual:
        yield manual
