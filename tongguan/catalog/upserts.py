# SPDX-License-Identifier: Apache-2.0
"""Bringing a table in line with a list of records, set-based."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)
_BATCH = 500


class Upserted(NamedTuple):
    """How many rows were made and changed; rows that already said the same are neither."""

    created: int
    updated: int

    def __add__(self, other: object) -> "Upserted":
        """Sum the counts."""
        created, updated = other if isinstance(other, Upserted) else (0, 0)
        return Upserted(self.created + created, self.updated + updated)


def upsert(
    rows: "models.QuerySet[M]", wanted: Iterable[M], *, key: str, compare: str, union: str = ""
) -> Upserted:
    """Create the missing rows and update those that differ in the compared fields.

    ``rows`` is the part of the table that is looked at; ``key`` names the fields that identify a row.
    Fields in ``union`` are lists whose new members are added. Names are separated by blanks. Nothing is
    deleted.
    """
    fields, lists = compare.split(), union.split()
    identity_of = attrgetter(*key.split())
    known = {identity_of(row): row for row in rows}
    fresh: list[M] = []
    changed: list[M] = []
    for record in wanted:
        identity = identity_of(record)
        row = known.get(identity)
        if row is None:
            known[identity] = record
            fresh.append(record)
        elif _bring_in_line(row, record, fields, lists):
            changed.append(row)
    table = rows.model._default_manager  # noqa: SLF001 - Django's documented name
    table.bulk_create(fresh, batch_size=_BATCH)
    if changed:
        table.bulk_update(changed, [*fields, *lists], batch_size=_BATCH)
    return Upserted(len(fresh), len(changed))


def _bring_in_line(row: M, record: M, compare: Sequence[str], union: Sequence[str]) -> bool:
    """Copy what differs onto the row; tell whether anything did."""
    differs = False
    for name in compare:
        new: Any = getattr(record, name)
        if getattr(row, name) != new:
            setattr(row, name, new)
            differs = True
    for name in union:
        held: list[Any] = getattr(row, name)
        more = [value for value in getattr(record, name) if value not in held]
        if more:
            setattr(row, name, [*held, *more])
            differs = True
    return differs
