# SPDX-License-Identifier: Apache-2.0
"""The stage for the stories of cases: the cast, a clock that stands still, cases to tell of."""

from collections.abc import Callable
from datetime import datetime
from threading import Barrier, Thread

import pytest
from django.db import connection

from tongguan.cases import api
from tongguan.cases.contracts import CaseInfo, NewCase
from tongguan.kernel import clock as time
from tongguan.kernel.errors import Refusal
from tongguan.kernel.testing import BEIJING
from tongguan.people.testing import Cast, cast

PLACE, OTHER_PLACE = "990101001001", "990102001001"


def new(**more) -> NewCase:
    told = {
        "item_code": "01003",
        "title": "井盖破损",
        "text": "滨江路口雨水井盖破了",
        "division": PLACE,
        "source": "hotline",
        "lon": 121.2,
        "lat": 31.0,
    }
    return NewCase(**{**told, **more})


def opened(people: Cast, **more) -> CaseInfo:
    return api.open_cases(people.acceptor, [new(**more)])[0]


def together(*works: Callable[[], object]) -> list[object]:
    """Run each in its own thread and connection, all starting at once; give results or refusals."""
    results: list[object] = [None] * len(works)
    barrier = Barrier(len(works))

    def run(no: int) -> None:
        try:
            barrier.wait(timeout=240)
            results[no] = works[no]()
        except Refusal as refusal:
            results[no] = refusal
        finally:
            connection.close()

    threads = [Thread(target=run, args=(no,)) for no in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=240)
    return results


@pytest.fixture
def people(db) -> Cast:
    return cast()


@pytest.fixture
def clock():
    start = datetime(2026, 9, 28, 8, 0, tzinfo=BEIJING)
    with time.using(time.ManualClock(start)) as manual:
        yield manual
