# SPDX-License-Identifier: Apache-2.0
"""What the doctor says about the shipped tables, the calendar and an empty city."""

from datetime import UTC, datetime

import pytest

from tongguan.doors import checks
from tongguan.kernel import clock
from tongguan.runtime.health import Level


@pytest.mark.django_db
def test_the_shipped_processes_hold_and_an_empty_city_is_told():
    assert {finding.level for finding in checks.check_processes()} == {Level.GOOD}
    assert [finding.level for finding in checks.check_divisions()] == [Level.WARNING]
    assert list(checks.check_dead_letters()) == []


@pytest.mark.django_db
def test_a_year_nobody_has_announced_is_told_before_it_begins():
    with clock.using(clock.ManualClock(datetime(2026, 6, 1, tzinfo=UTC))) as hands:
        assert [f.level for f in checks.check_calendar()] == [Level.GOOD]
        hands.move_to(datetime(2026, 12, 1, tzinfo=UTC))
        (told,) = checks.check_calendar()
    assert told.level is Level.WARNING
    assert told.zh.startswith("2027 年的节假日")
