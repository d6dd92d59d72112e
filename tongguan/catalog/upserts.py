# SPDX-License-Identifier: Apache-2.0
"""Bringing a table in line with a list of records, set-based."""

from collections.abc import Iterable, Sequence
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
        if not isinstance(other, Upserted):
            return NotImplemented
        return Upserted(self.created + other.created, self.updated + other.updated)


def upsert(
    rows: "models.QuerySet[M]",
    wanted: Iterable[M],
    *,
    key: Sequence[str],
    compare: Sequence[str],
    union: Sequence[str] = (),
) -> Upserted:
    """Create the missing rows and update those that differ in the compared fields.

    ``rows`` is the part of the table that is looked at; ``key`` the fields (attribute names) that
    identify a row. Fields in ``union`` are lists whose new members are added. Nothing is deleted.
    """
    known = {tuple(getattr(row, name) for name in key): row for row in rows}
    fresh: list[M] = []
    changed: list[M] = []
    for record in wanted:
        identity = tuple(getattr(record, name) for name in key)
        row = known.get(identity)
        if row is None:
            known[identity] = record
            fresh.append(record)
        elif _bring_in_line(row, record, compare, union):
            changed.append(row)
    rows.model._default_manager.bulk_create(fresh, batch_size=_BATCH)  # noqa: SLF001 - Django's documented name
    if changed:
        rows.model._default_manager.bulk_update(  # noqa: SLF001 - Django's documented name
            changed, [_field(rows.model, name) for name in (*compare, *union)], batch_size=_BATCH
        )
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


def _field(model: type[models.Model], name: str) -> str:
    """Give the field's name for an attribute (``major_id`` → ``major``)."""
    return name.removesuffix("_id") if name not in {f.name for f in model._meta.get_fields()} else name  # noqa: SLF001
