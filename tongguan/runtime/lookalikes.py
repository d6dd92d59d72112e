# SPDX-License-Identifier: Apache-2.0
"""Which kept pictures look alike: the same photo sent again, scaled or compressed anew (F34, F41).

Found through an index over the four quarters of each print: exact up to 7 differing bits, without looking
at every picture of the city.
"""

from collections.abc import Collection
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Final
from uuid import UUID

from django.db.models import Q

from tongguan.pictures import api as pictures
from tongguan.runtime import files, transactions
from tongguan.runtime.contracts import Lookalike
from tongguan.runtime.models import StoredFile

#: One person's shots of one visit look alike and are no reuse.
BURST: Final = timedelta(minutes=30)
_MOST: Final = 20_000
_WRAP: Final = 1 << 64


def prints_of(file_ids: Collection[UUID]) -> dict[UUID, int]:
    """Give the prints (unsigned) of those files that are pictures and show enough, with one query."""
    if not file_ids:
        return {}
    rows = StoredFile.objects.filter(id__in=set(file_ids), picture__isnull=False)
    return {row.id: int(row.picture or 0) % _WRAP for row in rows.only("id", "picture")}


def reused(file_ids: Collection[UUID]) -> dict[UUID, Lookalike]:
    """Give for each file that was kept before, or after, in another shape, the likest other one.

    The same bytes count first; then prints up to ``pictures.SAME`` bits apart, except a person's own shots
    within half an hour. Files of ``file_ids`` are not compared with each other. Three queries at most.
    """
    mine = {row.id: row for row in StoredFile.objects.filter(id__in=set(file_ids))}
    if not mine:
        return {}
    others = StoredFile.objects.exclude(id__in=list(mine))
    found: dict[UUID, Lookalike] = {}
    by_bytes: dict[str, StoredFile] = {}
    for row in others.filter(sha256__in={r.sha256 for r in mine.values()}).order_by("at", "id"):
        by_bytes.setdefault(row.sha256, row)
    for row in mine.values():
        twin = by_bytes.get(row.sha256)
        if twin is not None:
            found[row.id] = Lookalike(files.described(twin), 0, exact=True)
    shown = [row for row in mine.values() if row.picture is not None and row.id not in found]
    found.update(_alike(shown, _candidates(shown, list(mine))))
    return found


def _candidates(shown: Collection[StoredFile], own: list[UUID]) -> list[StoredFile]:
    if not shown:
        return []
    wanted: list[set[int]] = [set() for _ in files.QUARTERS]
    for row in shown:
        for at, values in enumerate(pictures.probes(int(row.picture or 0) % _WRAP)):
            wanted[at].update(values)
    near = reduce(
        or_,
        (Q(**{f"{name}__in": sorted(values)}) for name, values in zip(files.QUARTERS, wanted, strict=True)),
    )
    rows = StoredFile.objects.filter(near, picture__isnull=False).exclude(id__in=own)
    return list(rows.order_by("-at", "id")[:_MOST])


def _alike(shown: Collection[StoredFile], rows: list[StoredFile]) -> dict[UUID, Lookalike]:
    if not shown or not rows:
        return {}
    bits = pictures.distances(
        [int(row.picture or 0) % _WRAP for row in shown], [int(row.picture or 0) % _WRAP for row in rows]
    )
    found: dict[UUID, Lookalike] = {}
    for mine, line in zip(shown, bits.tolist(), strict=True):
        likest = [
            (apart, other.at, other)
            for apart, other in zip(line, rows, strict=True)
            if apart <= pictures.SAME and not _one_visit(mine, other)
        ]
        if likest:
            apart, _, other = min(likest, key=lambda one: one[:2])
            found[mine.id] = Lookalike(files.described(other), apart)
    return found


def _one_visit(mine: StoredFile, other: StoredFile) -> bool:
    return mine.actor_key == other.actor_key and abs(mine.at - other.at) <= BURST


def look_back(limit: int) -> int:
    """Take the prints of pictures kept before prints were taken; give how many were looked at."""
    rows = list(StoredFile.objects.filter(looked__lt=files.METHOD).order_by("at", "id")[:limit])
    for row in rows:
        picture = None
        if row.kind.startswith("image/") and (stream := files.opened(row)) is not None:
            with stream:
                picture = pictures.print_of(stream)
        for name, value in files.print_columns(picture).items():
            setattr(row, name, value)
    if rows:
        with transactions.atomic():
            StoredFile.objects.bulk_update(rows, ["looked", "picture", *files.QUARTERS])
    return len(rows)
