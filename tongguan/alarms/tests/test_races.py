# SPDX-License-Identifier: Apache-2.0
"""Parallel gateways: however they interleave, one matter has one active alarm and one storm one head."""

import random
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from tongguan.alarms import api
from tongguan.alarms.models import Alarm, Membership
from tongguan.alarms.testing import says
from tongguan.alarms.tests.test_hearing import alarms, expected

WRITERS = 4


def together(works):
    """Run each in a thread of its own, all starting at once; give what went wrong."""
    barrier, wrong = Barrier(len(works)), []

    def run(work):
        try:
            barrier.wait(timeout=240)
            work()
        except Exception as error:  # noqa: BLE001 - any failure of a writer fails the story
            wrong.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=240)
    return wrong


@pytest.mark.django_db(transaction=True)
def test_parallel_gateways_tell_the_same_story_in_any_order_and_raise_each_alarm_once():
    chance = random.Random(5)
    story = [
        says(chance.randrange(5), chance.randrange(12), f"P-{number}", lon=110 + number / 50)
        for number in range(12)
        for _ in range(8)
    ]

    def gateway(seed):
        own = [*story]
        random.Random(seed).shuffle(own)
        for begin in range(0, len(own), 16):
            api.hear(own[begin : begin + 16])

    assert together([lambda seed=seed: gateway(seed) for seed in range(WRITERS)]) == []
    assert alarms() == expected(story)


@pytest.mark.django_db(transaction=True)
def test_a_storm_told_in_parts_by_several_gateways_has_one_head():
    near = [says(3, number / 60, f"P-{number}", lon=121.2 + number / 1_000) for number in range(24)]
    assert together([lambda n=n: api.hear(near[n::WRITERS]) for n in range(WRITERS)]) == []
    assert Membership.objects.count() == Alarm.objects.count() == 24
    assert Membership.objects.values("head").distinct().count() == 1


def test_the_database_itself_refuses_a_second_active_alarm_of_a_matter(db, clock):
    (first,) = api.hear([says(2)]).raised
    row = Alarm.objects.get(pk=first)
    row.pk, row._state.adding = Alarm._meta.pk.default(), True
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
