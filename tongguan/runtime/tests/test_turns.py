# SPDX-License-Identifier: Apache-2.0
"""Two engines on one heap: neither takes what the other is at, nor what lies beside it; nobody waits."""

from threading import Barrier

import h3.api.basic_int as h3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.runtime import sequences
from tongguan.runtime.models import Sequence
from tongguan.runtime.tests.conftest import together
from tongguan.runtime.transactions import atomic
from tongguan.tables import api as tables

SPACE = 0x7E57
#: A row of places from west to east, some seven kilometres from each other, and one without a place.
HEAP = [(n, 121.0 + 0.07 * (n % 8), 31.0) for n in range(40)] + [(40, None, None)]

places = st.tuples(st.floats(120.9, 121.9), st.floats(30.8, 31.4)) | st.just((None, None))


@pytest.mark.django_db(transaction=True)
@settings(deadline=None, max_examples=30)
@given(st.lists(places, max_size=40), st.integers(1, 20))
def test_who_is_alone_is_given_as_much_as_there_is_in_order(told, limit):
    heap = [(n, lon, lat) for n, (lon, lat) in enumerate(told)]
    with atomic():
        mine = tables.near_each_other(SPACE, heap, limit)
    assert mine == sorted(set(mine))
    assert len(mine) == min(limit, len(heap))
    assert not heap or mine[0] == 0 or len(mine) == limit


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_at_places_that_do_not_touch():
    taken: dict[str, list[int]] = {}
    both = Barrier(2)

    def work(name):
        with atomic():
            taken[name] = tables.near_each_other(SPACE, HEAP, 6)
            both.wait(240)  # neither has ended when the other takes

    together(lambda: work("one"), lambda: work("other"))
    one, other = (_cells(taken[name]) for name in ("one", "other"))
    assert one
    assert other
    assert min(h3.grid_distance(a, b) for a in one for b in other) > 1
    with atomic():
        assert len(tables.near_each_other(SPACE, HEAP, 41)) == 41, "what was taken is free again"


def _cells(numbers):
    return {h3.latlng_to_cell(HEAP[n][2], HEAP[n][1], 6) for n in numbers if HEAP[n][1] is not None}


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_while_one_counts_the_other_goes_on_in_a_lane_of_its_own():
    taken: list[list[int]] = []
    both = Barrier(2)

    def work():
        with atomic():
            mine = list(tables.in_lanes("day", 3, sequences.take))
            both.wait(240)  # neither has committed when the other counts
            taken.append(mine)

    together(work, work)
    assert sorted(taken) == [[1, 2, 3], [100_001, 100_002, 100_003]]
    with atomic():
        assert tables.in_lanes("day", 1, sequences.take) == range(4, 5)


@pytest.mark.django_db(transaction=True)
def test_a_full_lane_is_followed_by_the_next():
    Sequence.objects.create(key="day", value=99_998)
    with atomic():
        assert tables.in_lanes("day", 2, sequences.take) == range(99_999, 100_001)
        assert tables.in_lanes("day", 2, sequences.take) == range(100_001, 100_003)
        assert tables.in_lanes("day", 1, sequences.take) == range(100_003, 100_004)
