# SPDX-License-Identifier: Apache-2.0
"""The cast, a clock that is moved by hand, and a deliverer that is closed after the test."""

from datetime import UTC, datetime

import pytest

from tongguan.kernel import clock
from tongguan.messaging.deliver import Deliverer
from tongguan.people import testing


@pytest.fixture
def cast(db):
    return testing.cast()


@pytest.fixture
def time():
    with clock.using(clock.ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))) as manual:
        yield manual


@pytest.fixture
def deliverer():
    made = Deliverer()
    yield made
    made.close()
