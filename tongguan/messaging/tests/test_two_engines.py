# SPDX-License-Identifier: Apache-2.0
"""Several engines on one PostgreSQL: each message is sent by one of them."""

import threading
from collections import Counter

import pytest
from django.db import connections

from tongguan.messaging import api, spi
from tongguan.messaging.contracts import Notice
from tongguan.messaging.deliver import Deliverer
from tongguan.messaging.models import Message
from tongguan.messaging.testing import ScriptedSender
from tongguan.runtime.transactions import atomic

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def in_threads(count, work):
    """Run the work at once in threads with connections of their own."""
    barrier = threading.Barrier(count)
    errors = []

    def run(n):
        try:
            barrier.wait()
            work(n)
        except Exception as error:  # noqa: BLE001 - shown below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[n]) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_two_deliverers_never_send_the_same_message():
    with atomic():
        api.notify(
            [
                Notice(key=f"m{n}", channel="mail", to_address=f"p{n}@example.com", subject="甲")
                for n in range(600)
            ]
        )
    sender = ScriptedSender(batch=7)

    def deliver(_n):
        deliverer = Deliverer()
        while Message.objects.filter(state="waiting").exists():
            deliverer.round(0.5)
        deliverer.close()

    with spi.senders.temporarily("mail", sender):
        in_threads(2, deliver)
    assert Counter(sender.keys()) == {f"m{n}": 1 for n in range(600)}
    assert Message.objects.filter(state="sent", attempts=1, due_at=None, claim=None).count() == 600


def test_eight_writers_with_one_key_store_one_message():
    def tell(_n):
        for n in range(20):
            with atomic():
                api.notify([Notice(key=f"k{n}", channel="mail", to_address="p@example.com", subject="甲")])

    in_threads(8, tell)
    assert Message.objects.count() == 20
