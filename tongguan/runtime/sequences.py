# SPDX-License-Identifier: Apache-2.0
"""Gap-free numbers: taken inside the transaction that uses them, given back when it rolls back."""

from django.db import transaction
from django.db.models import F

from tongguan.runtime.models import Sequence


def take(key: str, count: int = 1) -> range:
    """Give the next ``count`` numbers of this key, from 1. Others who want the same key wait for commit.

    Raises RuntimeError outside a transaction and ValueError for a count below 1.
    """
    if not transaction.get_connection().in_atomic_block:
        message = "take() needs an open transaction"
        raise RuntimeError(message)
    if count < 1:
        message = f"cannot take {count} numbers"
        raise ValueError(message)
    counter = Sequence.objects.filter(key=key)
    if not counter.update(value=F("value") + count):
        Sequence.objects.bulk_create([Sequence(key=key)], ignore_conflicts=True)
        counter.update(value=F("value") + count)
    last = counter.values_list("value", flat=True).get()
    return range(last - count + 1, last + 1)
