# SPDX-License-Identifier: Apache-2.0
"""Many rows at once. PostgreSQL takes them by COPY and in arrays; SQLite, and a handful, by plain statements.

Measured on PostgreSQL 15 with 500 rows of 20 columns: COPY costs a quarter of ``bulk_create``, one
``UPDATE … FROM unnest`` a tenth of ``bulk_update`` (``bench/triage.py`` shows the whole).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final, TypeVar

from django.db import connection
from django.db.models import AutoField, Field, Model, QuerySet
from django.db.models.base import ModelState

from tongguan.tables import plain, polygons, several, turns, wire
from tongguan.tables.lookups import Among, among

array: Final = wire.array
#: ``field__among=values`` for texts and large numbers: one parameter however many values there are.
AMONG: Final = Among.lookup_name
#: The same in a written statement: what to ask of a column, and the one parameter.
among_sql = among
#: The rows whose point lies in a drawn area.
inside = polygons.inside
#: Several questions in one message; see ``several``.
together = several.together
Question = several.Question
#: Work for several engines that none waits for; see ``turns``.
in_lanes = turns.in_lanes
near_each_other = turns.near_each_other
#: Fewer rows than this are not worth a COPY of their own.
_FEW: Final = 20
_M = TypeVar("_M", bound=Model)


def fresh(model: type[_M], **values: Any) -> _M:
    """Give a row that is not stored yet; what is not named has its field's default.

    ``values`` are named like the attributes of the row (``case_id``, never ``case``). It is the row that
    calling the model gives, at a tenth of the cost. Raises TypeError for a name the table does not have.
    """
    blank = _blank(model)
    row = model.__new__(model)
    given = row.__dict__
    given.update(blank.values)
    for name, default in blank.made:
        if name not in values:
            given[name] = default()
    given.update(values)
    if len(given) != blank.size:
        message = f"{model.__name__} has no {sorted(values.keys() - {f.attname for f in _columns(model)})}"
        raise TypeError(message)
    given["_state"] = ModelState()
    return row


def stored(model: type[_M], columns: Sequence[str], rows: QuerySet[_M]) -> list[_M]:
    """Give stored rows with these columns (names of fields); the others are read when they are asked for.

    They are the rows that ``only`` gives, at a third of the cost.
    """
    named = {field.name: field.attname for field in _columns(model)}
    attributes = tuple(named[name] for name in columns)
    found = []
    for values in rows.values_list(*attributes):
        row = model.__new__(model)
        row.__dict__.update(zip(attributes, values, strict=True))
        state = row.__dict__["_state"] = ModelState()
        state.adding, state.db = False, rows.db
        found.append(row)
    return found


@dataclass(frozen=True, slots=True)
class _Blank:
    """The defaults of a table: values that never change, and those that are made for each row."""

    values: Mapping[str, Any]
    made: tuple[tuple[str, Callable[[], Any]], ...]
    size: int


@lru_cache(maxsize=64)
def _blank(model: type[Model]) -> _Blank:
    fields = _columns(model)
    made = tuple((f.attname, f.default) for f in fields if callable(f.default) and f.has_default())
    names = {name for name, _ in made}
    values = {f.attname: f.get_default() for f in fields if f.attname not in names}
    return _Blank(values, made, len(fields))


def insert(rows: Sequence[Model], *, ignore: bool = False) -> None:
    """Insert rows of one table, in the caller's transaction. Numbers that the database gives stay unknown.

    ``ignore`` leaves out rows that are there already. Raises IntegrityError as ``bulk_create`` does.
    """
    if not rows:
        return
    model = type(rows[0])
    fields = _fields(model)
    values = itemgetter(*(field.attname for field in fields))
    given = [values(vars(row)) for row in rows]
    if ignore or connection.vendor != "postgresql" or len(rows) < _FEW:
        plain.insert(model, fields, given, ignore=ignore)
        return
    _copy(model, fields, list(zip(*given, strict=True)))


def insert_values(model: type[Model], columns: Sequence[str], rows: Collection[Sequence[Any]]) -> None:
    """Insert values in the order of ``columns``, for tables of many small rows; no defaults are added."""
    if not rows:
        return
    fields: list[Any] = [model._meta.get_field(name) for name in columns]  # noqa: SLF001
    if connection.vendor != "postgresql" or len(rows) < _FEW:
        plain.insert(model, fields, list(rows))
        return
    _copy(model, fields, list(zip(*rows, strict=True)))


def _copy(model: type[Model], fields: Sequence[Any], columns: Sequence[Sequence[Any]]) -> None:
    names = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'COPY "{model._meta.db_table}" ({names}) FROM STDIN'  # noqa: SLF001
    text = wire.copied([str(field.db_type(connection)) for field in fields], columns)
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.write(text)


def _columns(model: type[Model]) -> "tuple[Field[Any, Any], ...]":
    return tuple(f for f in model._meta.concrete_fields if f.column)  # noqa: SLF001 - the table's own columns


@lru_cache(maxsize=64)
def _fields(model: type[Model]) -> "tuple[Field[Any, Any], ...]":
    return tuple(f for f in _columns(model) if not isinstance(f, AutoField))


@lru_cache(maxsize=64)
def names(model: type[Model]) -> tuple[str, ...]:
    """Give the names of all columns but the key, as ``update`` takes them."""
    return tuple(field.name for field in _columns(model) if not field.primary_key)


def update(rows: Sequence[Model], columns: Sequence[str]) -> None:
    """Write these columns of stored rows of one table by primary key, in the caller's transaction."""
    if not rows:
        return
    model = type(rows[0])
    meta = model._meta  # noqa: SLF001
    named = {field.name: field for field in meta.concrete_fields}
    changed = [named[name] for name in columns]
    if connection.vendor != "postgresql" or len(rows) < _FEW:
        plain.update(model, changed, rows)
        return
    fields = [meta.pk, *changed]
    kinds = [str(field.db_type(connection)) for field in fields]
    given = [
        wire.array(kind, [getattr(row, field.attname) for row in rows])
        for kind, field in zip(kinds, fields, strict=True)
    ]
    arrays = ", ".join(f"%s::{wire.array_type(kind)}" for kind in kinds)
    names = ", ".join(f'"{field.column}"' for field in fields)
    sets = ", ".join(f'"{field.column}" = given."{field.column}"' for field in fields[1:])
    sql = (
        f'UPDATE "{meta.db_table}" SET {sets} FROM unnest({arrays}) AS given({names})'  # noqa: S608
        f' WHERE "{meta.db_table}"."{fields[0].column}" = given."{fields[0].column}"'
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, given)


def rename(model: type[Model], column: str, names: Mapping[Any, Any]) -> None:
    """Give what bears one of these names in a column the new one, at once; no new name is an old one."""
    if not names:
        return
    if connection.vendor != "postgresql":
        for old, new in names.items():
            model._default_manager.filter(**{column: old}).update(**{column: new})  # noqa: SLF001
        return
    meta = model._meta  # noqa: SLF001
    field = meta.get_field(column)
    kind = str(field.db_type(connection))
    sql = (
        f'UPDATE "{meta.db_table}" SET "{column}" = named.new'  # noqa: S608 - names of our own models
        f" FROM unnest(%s::{wire.array_type(kind)}, %s::{wire.array_type(kind)}) AS named(old, new)"
        f' WHERE "{meta.db_table}"."{column}" = named.old'
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [wire.array(kind, list(names)), wire.array(kind, list(names.values()))])


def lock(space: int, keys: Mapping[int, bool]) -> None:
    """Take advisory locks until the open transaction ends, in one order for all: nobody waits in a circle.

    ``space`` parts the locks of rooms from each other; ``keys`` (32 bits) tell whether each is held alone.
    Does nothing on SQLite, which lets one writer in at all.
    """
    several.together(locking(space, keys))


def locking(space: int, keys: Mapping[int, bool]) -> list[Question]:
    """Give what ``lock`` asks, to be asked together with what is to be seen under the locks."""
    if connection.vendor != "postgresql" or not keys:
        return []
    order = sorted(keys)
    sql = (
        "SELECT CASE WHEN alone THEN pg_advisory_xact_lock(%s, k)"
        " ELSE pg_advisory_xact_lock_shared(%s, k) END"
        " FROM unnest(%s::int[], %s::bool[]) AS wanted(k, alone)"
    )
    alone = wire.array("boolean", [keys[key] for key in order])
    return [(sql, [space, space, wire.array("integer", order), alone])]
