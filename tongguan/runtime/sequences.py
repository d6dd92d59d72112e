# SPDX-License-Identifier: Apache-2.0
"""Numbers taken inside the transaction that uses them, given back when it rolls back."""

import zlib
from typing import Final

from django.db import transaction
from django.db.models import F

from tongguan.runtime.models import Sequence
from tongguan.tables import turns

_SPACE: Final = 0x5E9E0000
#: So many numbers has a lane; so many lanes there are before somebody waits.
LANE: Final = 100_000
_LANES: Final = 10


def take(key: str, count: int = 1) -> range:
    """Give the next ``count`` numbers of this key, from 1, without gaps.

    Others who want the same key wait for commit. Raises RuntimeError outside a transaction and ValueError
    for a count below 1.
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


def take_beside(key: str, count: int = 1) -> range:
    """Give ``count`` numbers of this key that nobody else has, without waiting for who is counting.

    Who is alone gets the next ones, from 1. While another transaction counts, the numbers are of the next
    lane (from 100,001, 200,001, …), and so they are when a lane has too few left. Raises as ``take`` does.
    """
    lane = 0
    while True:
        lane = turns.first_free(_SPACE, zlib.crc32(key.encode()) >> 1, range(lane, max(_LANES, lane + 1)))
        numbers = take(f"{key}+{lane}" if lane else key, count)
        if numbers.stop - 1 <= LANE or lane >= _LANES - 1:
            return range(numbers.start + lane * LANE, numbers.stop + lane * LANE)
        lane += 1
