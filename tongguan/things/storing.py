# SPDX-License-Identifier: Apache-2.0
"""Writing a batch of components: COPY and one upsert on PostgreSQL, one prepared statement on SQLite."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db import connection

from tongguan.things.models import Component

TABLE: Final = Component._meta.db_table  # noqa: SLF001 - Django documents _meta
STAGING: Final = "things_component_staging"
FIELDS: Final = tuple(f.attname for f in Component._meta.concrete_fields)  # noqa: SLF001
#: Columns that follow from others; an upsert always writes them.
DERIVED: Final = frozenset(
    {"former_code", "class_code", "division", "grid", "lon", "lat", "cell", "crs", "run_id"}
)
_FOLLOWS: Final = {
    "supervising_code": "supervising_unit_id",
    "owner_code": "owner_unit_id",
    "maintainer_code": "maintaining_unit_id",
}


def written_columns(given: Iterable[str]) -> tuple[str, ...]:
    """Give the columns an upsert overwrites: those the file has, and what follows from them."""
    wanted = set(given) | DERIVED
    wanted |= {unit for code, unit in _FOLLOWS.items() if code in wanted}
    return tuple(name for name in FIELDS if name in wanted and name != "code")


def store(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Insert the rows, or overwrite ``columns`` of those whose code is there; in the open transaction."""
    if not rows:
        return
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns)
    if connection.vendor == "postgresql":
        _copy(rows, updates)
        return
    marks = ", ".join(["%s"] * len(FIELDS))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {TABLE} ({', '.join(FIELDS)}) VALUES ({marks}) "  # noqa: S608 - names are our own
            f"ON CONFLICT (code) DO UPDATE SET {updates}",
            [[row[name] for name in FIELDS] for row in rows],
        )


def _copy(rows: Sequence[Mapping[str, Any]], updates: str) -> None:
    names = ", ".join(FIELDS)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {STAGING} (LIKE {TABLE}) ON COMMIT DELETE ROWS")
        cursor.execute(f"TRUNCATE {STAGING}")
        with cursor.copy(f"COPY {STAGING} ({names}) FROM STDIN") as copy:
            copy.write("".join(_line(row) for row in rows))
        cursor.execute(
            f"INSERT INTO {TABLE} ({names}) SELECT {names} FROM {STAGING} "  # noqa: S608 - names are our own
            f"ON CONFLICT (code) DO UPDATE SET {updates}"
        )


def _line(row: Mapping[str, Any]) -> str:
    # Control characters were refused before, so the backslash is all that is left to escape.
    return "\t".join([_cell(row[name]) for name in FIELDS]) + "\n"


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value.replace("\\", "\\\\")
    if value is None:
        return "\\N"
    return value.isoformat() if isinstance(value, date) else repr(value)
