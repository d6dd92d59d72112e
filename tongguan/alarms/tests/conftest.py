# SPDX-License-Identifier: Apache-2.0
"""The stage for the stories of alarms: the cast, a clock that stands still, verdicts to hear."""

from datetime import datetime

import pytest

from tongguan.alarms.contracts import Verdict
from tongguan.alarms.hearing import millis
from tongguan.kernel import clock as time
from tongguan.kernel.testing import BEIJING
from tongguan.people.testing import Cast, cast

PLACE, OTHER_PLACE = "990101001001", "990102001001"
NOON = datetime(2026, 9, 28, 12, 0, tzinfo=BEIJING)


def says(grade: int, minute: float = 0, matter: str = "P-1", **more) -> Verdict:
    told = {
        "rule": "water.burst",
        "version": 1,
        "matter": matter,
        "grade": grade,
        "at": millis(NOON) + round(minute * 60_000),
        "streams": (1,),
        "words": f"压力突降，第 {minute:g} 分钟，{grade} 级",
        "evidence": {"name": "供水压力突降", "place": "滨江路泵站", "things": ["PUMP-1"]},
        "division": PLACE,
        "lon": 121.2,
        "lat": 31.0,
    }
    return Verdict(**{**told, **more})


@pytest.fixture
def people(db) -> Cast:
    return cast()


@pytest.fixture
def clock():
    with time.using(time.ManualClock(NOON)) as manual:
        yield manual
