# SPDX-License-Identifier: Apache-2.0
"""Several engines on one heap of work: each takes places that nobody else is at, so that none waits.

A turn lasts until the open transaction ends. On SQLite, which lets one writer in at all, every turn is free.
"""

from collections.abc import Sequence
from typing import Final, TypeVar

import h3.api.basic_int as h3
from django.db import connection, transaction

#: A patch is an H3 cell of this resolution, some six kilometres across.
_PATCH: Final = 6
#: The key of what has no place; H3 cells folded to 32 bits do not meet it more often than each other.
_NOWHERE: Final = 0
_K = TypeVar("_K")


def first_free(space: int, key: int, among: range) -> int:
    """Take the first number of ``among`` that no open transaction holds; wait for the last one.

    ``space`` parts the turns of rooms from each other, ``key`` (32 bits) those of different things.
    """
    for number in among:
        if connection.vendor != "postgresql" or _tried(space, key ^ number):
            return number
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [space, key ^ among[-1]])
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
