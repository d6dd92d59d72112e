# SPDX-License-Identifier: Apache-2.0
"""Several engines on one heap of work: each takes places that nobody else is at, so that none waits.

A turn lasts until the open transaction ends. On SQLite, which lets one writer in at all, every turn is free.
"""

import zlib
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import h3.api.basic_int as h3
from django.db import connection, transaction

#: A patch is an H3 cell of this resolution, some six kilometres across.
_PATCH: Final = 6
#: The key of what has no place; H3 cells folded to 32 bits do not meet it more often than each other.
_NOWHERE: Final = 0
#: So many numbers has a lane; so many lanes there are before somebody waits.
LANE: Final = 100_000
_LANES: Final = 10
#: The space of the turns of who counts, apart from other rooms' locks.
_COUNTING: Final = 0x5E9E0000
_K = TypeVar("_K")


def in_lanes(key: str, count: int, take: Callable[[str, int], range]) -> range:
    """Give ``count`` numbers of this key that nobody else has, without waiting for who is counting.

    ``take`` counts from 1 and makes others who want the same key wait. Who is alone gets its next numbers,
    without gaps. While another transaction counts, they are of the next lane (from 100,001, 200,001, …), and
    so they are when a lane has too few left.
    """
    lane = 0
    while True:
        lane = _first_free(zlib.crc32(key.encode()) >> 1, range(lane, max(_LANES, lane + 1)))
        numbers = take(f"{key}+{lane}" if lane else key, count)
        if numbers.stop - 1 <= LANE or lane >= _LANES - 1:
            return range(numbers.start + lane * LANE, numbers.stop + lane * LANE)
        lane += 1


def _first_free(key: int, among: range) -> int:
    """Take the first number that no open transaction holds; wait for the last one."""
    for number in among:
        if connection.vendor != "postgresql" or _tried(_COUNTING, key ^ number):
            return number
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_COUNTING, key ^ among[-1]])
    return among[-1]


def near_each_other(
    space: int, waiting: Sequence[tuple[_K, float | None, float | None]], limit: int
) -> list[_K]:
    """Give up to ``limit`` of what waits (key, longitude, latitude), of patches that nobody else is at.

    The patch of the oldest (they come in order) that is free, then what lies beside it. Patches of different
    transactions never touch: what is taken of one cannot meet what is taken of the other. What has no place
    is a patch of its own. Gives the keys in the given order, none when everything is taken.
    """
    if connection.vendor != "postgresql":
        return [key for key, _, _ in waiting[:limit]]
    patches: dict[int, list[int]] = {}
    for n, (_, lon, lat) in enumerate(waiting):
        placed = lon is not None and lat is not None
        patches.setdefault(h3.latlng_to_cell(lat, lon, _PATCH) if placed else _NOWHERE, []).append(n)
    taken: list[int] = []
    beside: set[int] = set()
    while patches and len(taken) < limit:
        patch = next((cell for cell in patches if cell in beside), None) or next(iter(patches))
        mine = patches.pop(patch)
        around = [] if patch == _NOWHERE else [c for c in h3.grid_disk(patch, 1) if c != patch]
        if _alone(space, patch, around):
            taken += mine
            beside.update(around)
    return [waiting[n][0] for n in sorted(taken)[:limit]]


def _alone(space: int, patch: int, around: Sequence[int]) -> bool:
    """Hold the patch alone, so that nobody is beside it: those around are held with others."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(%s, %s) AND bool_and(pg_try_advisory_xact_lock_shared(%s, k))"
            " FROM unnest(%s::int[]) AS around(k)",
            [space, _folded(patch), space, [_folded(cell) for cell in (patch, *around)]],
        )
        if cursor.fetchone()[0]:
            return True
        transaction.set_rollback(True)  # gives back what was taken of it
    return False


def _tried(space: int, key: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [space, key])
        return bool(cursor.fetchone()[0])


def _folded(cell: int) -> int:
    return (cell ^ (cell >> 32)) % 2**31
