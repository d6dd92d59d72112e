# SPDX-License-Identifier: Apache-2.0
"""Plain statements for a handful of rows, written once for each table and set of columns.

Django composes the same statement anew each time, which on SQLite costs several times what running it does.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from django.db import connection
from django.db.models import Field, Model

_REMEMBERED: Final = 256


def insert(
    model: type[Model],
    fields: "Sequence[Field[Any, Any]]",
    rows: Sequence[Sequence[Any]],
    *,
    ignore: bool = False,
) -> None:
    """Insert values in the order of ``fields``; ``ignore`` leaves out rows that are there already."""
    names = tuple(field.column for field in fields)
    _run(
        _inserting(model._meta.db_table, names, " ON CONFLICT DO NOTHING" if ignore else ""),  # noqa: SLF001 - the table's own name
        [[_stored(field, value) for field, value in zip(fields, row, strict=True)] for row in rows],
    )


def update(model: type[Model], fields: "Sequence[Field[Any, Any]]", rows: Sequence[Model]) -> None:
    """Write these columns of stored rows by primary key."""
    key = model._meta.pk  # noqa: SLF001
    names = tuple(field.column for field in fields)
    written = (*fields, key)
    _run(
        _updating(model._meta.db_table, names, key.column),  # noqa: SLF001
        [[_stored(field, getattr(row, field.attname)) for field in written] for row in rows],
    )


def _stored(field: "Field[Any, Any]", value: Any) -> Any:
    return field.get_db_prep_save(value, connection)


def _run(sql: str, values: list[list[Any]]) -> None:
    with connection.cursor() as cursor:
        if len(values) == 1:
            cursor.execute(sql, values[0])
        else:
            cursor.executemany(sql, values)


@lru_cache(maxsize=_REMEMBERED)
def _inserting(table: str, names: tuple[str, ...], held: str) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join(["%s"] * len(names))
    return f'INSERT INTO "{table}" ({columns}) VALUES ({marks}){held}'  # noqa: S608 - names of our own models


@lru_cache(maxsize=_REMEMBERED)
def _updating(table: str, names: tuple[str, ...], key: str) -> str:
    sets = ", ".join(f'"{name}" = %s' for name in names)
    return f'UPDATE "{table}" SET {sets} WHERE "{key}" = %s'  # noqa: S608
