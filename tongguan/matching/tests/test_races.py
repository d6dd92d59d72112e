# SPDX-License-Identifier: Apache-2.0
"""Many tell of one matter at once: one case (F16)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tongguan.cases.models import Case
from tongguan.kernel.geometry import cell_of
from tongguan.kernel.ids import new_id
from tongguan.matching import api, locks
from tongguan.matching.models import Fingerprint, MatchDecision
from tongguan.matching.testing import PLANT, partition, told, triaged
from tongguan.people.testing import cast

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, EACH = 10, 10


@pytest.fixture
def people():
    return cast()


def together(works):
    """Run each list of batches in its own thread and connection, all starting at once."""
    barrier = Barrier(len(works))

    def run(batches):
        try:
            barrier.wait(timeout=240)
            return [placed for batch in batches for placed in triaged(batch)]
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [placed for found in pool.map(run, works) for placed in found]


@pytest.mark.usefixtures("people")
def test_a_hundred_writers_at_once_make_one_case():
    works = [[[told(hours=n / 60, person=f"p{n}{k}")] for k in range(EACH)] for n in range(WRITERS)]
    found = together(works)
    assert len(found) == WRITERS * EACH
    assert len({case for _, case in found}) == 1
    assert Case.objects.count() == 1
    assert [d.zone for d, _ in found].count("new") == 1
    assert max(d.people for d, _ in found) == WRITERS * EACH


@pytest.mark.usefixtures("people")
def test_with_and_without_a_place_at_once_make_one_case():
    where = [{"lon": 121.2, "lat": 31.0}, {"lon": None, "lat": None}, {"lon": 121.2009, "lat": 31.0}]
    works = [
        [[told(PLANT, item_code="02001", hours=k / 10, **where[(n + k) % 3])] for k in range(4)]
        for n in range(6)
    ]
    found = together(works)
    assert len({case for _, case in found}) == 1


@pytest.mark.usefixtures("people")
def test_batches_of_many_matters_at_once_end_as_if_told_in_order():
    spots = [121.2 + n / 50 for n in range(5)]
    works = [
        [
            [told(hours=n / 10, lon=lon) for lon in spots],
            [told(hours=n / 5, lon=lon) for lon in reversed(spots)],
        ]
        for n in range(6)
    ]
    together(works)
    cells = dict(Fingerprint.objects.values_list("report_id", "cell"))
    assert Case.objects.count() == 5
    assert partition(dict(Fingerprint.objects.values_list("report_id", "matter"))) == partition(cells)


@pytest.mark.usefixtures("people")
def test_one_telling_delivered_to_many_writers_is_decided_once():
    telling = told(report_id=new_id())
    found = together([[[telling]] for _ in range(8)])
    assert len({case for _, case in found}) == 1
    assert MatchDecision.objects.count() == Fingerprint.objects.count() == Case.objects.count() == 1


def test_matching_wants_the_transaction_in_which_it_is_recorded():
    with pytest.raises(RuntimeError):
        api.match_many([told()])
    with pytest.raises(RuntimeError):
        api.record([], {})


def test_tellings_within_reach_share_a_lock_that_one_holds_alone():
    here = locks.keys_for([(cell_of(121.2, 31.0), 150.0, "990101")], [])
    for metres in range(-150, 151, 30):
        there = locks.keys_for([(cell_of(121.2 + metres / 95_300, 31.0), 150.0, "990102")], [])
        assert any(here[key] or there[key] for key in here.keys() & there.keys())
    nowhere = locks.keys_for([], ["990101"])
    assert any(here[key] or nowhere[key] for key in here.keys() & nowhere.keys())


def test_a_batch_of_many_cells_holds_the_region_alone():
    spread = [(cell_of(121.2 + n % 20 / 40, 31.0 + n // 20 / 40), 150.0, "990101") for n in range(400)]
    many = locks.keys_for(spread, [])
    assert len(many) < 10
    one = locks.keys_for([(cell_of(121.9, 31.0), 150.0, "990103")], [])
    assert any(many[key] for key in one.keys() & many.keys())


@pytest.mark.usefixtures("people")
def test_two_batches_in_opposite_order_do_not_wait_in_a_circle():
    a, b = told(lon=121.2), told(lon=121.9, division="990102001001")
    again = [told(lon=121.9, division="990102001001"), told(lon=121.2)]
    found = together([[[a, b]], [again], [[again[0]]], [[a]]])
    assert len({case for _, case in found}) == 2
    assert locks.taking({}) == []
