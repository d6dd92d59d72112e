# SPDX-License-Identifier: Apache-2.0
"""Many rows at once. PostgreSQL takes them by COPY and in arrays, SQLite by Django's own statements.

Measured on PostgreSQL 15 with 500 rows of 20 columns: COPY costs a quarter of ``bulk_create``, one
``UPDATE … FROM unnest`` a tenth of ``bulk_update`` (``bench/triage.py`` shows the whole).
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import AutoField, Field, JSONField, Model

from tongguan.tables.lookups import Among

#: ``field__among=values`` for texts and large numbers: one parameter however many values there are.
AMONG: Final = Among.lookup_name
#: Fewer rows than this are not worth a COPY of their own.
_FEW: Final = 20
_BATCH: Final = 400


def insert(rows: Sequence[Model]) -> None:
    """Insert rows of one table, in the caller's transaction. Numbers that the database gives stay unknown.

    Raises IntegrityError as ``bulk_create`` does.
    """
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor != "postgresql" or len(rows) < _FEW:
        model._default_manager.bulk_create(rows)  # noqa: SLF001 - a model's own manager
        return
    fields = _fields(model)
    values = attrgetter(*(field.attname for field in fields))
    changed = [(n, change) for n, field in enumerate(fields) if (change := _change(field)) is not None]
    with _copying(model, fields) as copy:
        for row in rows:
            given = list(values(row))
            for n, change in changed:
                given[n] = change(given[n])
            copy.write_row(given)


def insert_values(model: type[Model], columns: Sequence[str], rows: Collection[Sequence[Any]]) -> None:
    """Insert plain values (no JSON) in the order of ``columns``, for tables of many small rows."""
    if connection.vendor != "postgresql" or len(rows) < _FEW:
        made = [model(**dict(zip(columns, row, strict=True))) for row in rows]
        model._default_manager.bulk_create(made)  # noqa: SLF001
        return
    fields = [model._meta.get_field(name) for name in columns]  # noqa: SLF001
    with _copying(model, fields) as copy:
        for row in rows:
            copy.write_row(row)


@contextmanager
def _copying(model: type[Model], fields: Iterable[Any]) -> Iterator[Any]:
    names = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'  # noqa: SLF001
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        yield copy


@lru_cache(maxsize=64)
def _fields(model: type[Model]) -> "tuple[Field[Any, Any], ...]":
    columns = model._meta.concrete_fields  # noqa: SLF001 - the table's own columns
    return tuple(f for f in columns if not isinstance(f, AutoField) and f.column)


def _change(field: "Field[Any, Any]") -> Callable[[Any], Any] | None:
    if isinstance(field, JSONField):
        return _json
    return None


def _json(value: Any) -> Any:
    return None if value is None else json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)


def update(rows: Sequence[Model], columns: Sequence[str]) -> None:
    """Write these columns of stored rows of one table by primary key, in the caller's transaction."""
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor != "postgresql" or len(rows) < _FEW:
        model._default_manager.bulk_update(rows, columns, batch_size=_BATCH)  # noqa: SLF001
        return
    meta = model._meta  # noqa: SLF001
    named = {field.name: field for field in meta.concrete_fields}
    fields = [meta.pk, *(named[name] for name in columns)]
    changes = [_change(field) for field in fields]
    given = [
        [change(getattr(row, f.attname)) if change else getattr(row, f.attname) for row in rows]
        for f, change in zip(fields, changes, strict=True)
    ]
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
    names = ", ".join(f'"{field.column}"' for field in fields)
    sets = ", ".join(f'"{field.column}" = given."{field.column}"' for field in fields[1:])
    sql = (
        f'UPDATE "{meta.db_table}" SET {sets} FROM unnest({arrays}) AS given({names})'  # noqa: S608
        f' WHERE "{meta.db_table}"."{fields[0].column}" = given."{fields[0].column}"'
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
