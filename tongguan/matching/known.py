# SPDX-License-Identifier: Apache-2.0
"""Prints of earlier tellings as plain rows: what is compared, and nothing that would cost more to read."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection

from tongguan.matching.models import Fingerprint

#: The columns of ``Known`` in PostgreSQL's words, of the table or a part of it named ``p``.
COLUMNS: Final = (
    "p.report_id::text, p.report_id, p.case_id, p.matter, p.cell, p.lon, p.lat, p.district, p.item_code,"
    " extract(epoch FROM p.told_at)::float8, extract(epoch FROM p.lasted)::float8,"
    " p.closed_at IS NOT NULL, p.names::text, p.text_print, p.pictures"
)
_NAMES: Final = 12


class Known(NamedTuple):
    """One earlier telling. ``key``: its id as text; ``told`` and ``lasted`` in seconds since 1970."""

    key: str
    report_id: UUID
    case_id: UUID
    matter: UUID
    cell: int | None
    lon: float | None
    lat: float | None
    district: str
    item_code: str
    told: float
    lasted: float
    closed: bool
    names: Sequence[str]
    text_print: bytes
    pictures: bytes


def of_row(row: Fingerprint) -> Known:
    """Give a stored print as it is compared."""
    where = (row.cell, row.lon, row.lat, row.district, row.item_code)
    times = (row.told_at.timestamp(), row.lasted.timestamp(), row.closed_at is not None)
    marks = (row.names, bytes(row.text_print), bytes(row.pictures))
    return Known(str(row.report_id), row.report_id, row.case_id, row.matter, *where, *times, *marks)


def asked(sql: str, given: list[Any]) -> list[Known]:
    """Give the rows of a statement that selects ``COLUMNS`` (PostgreSQL) or whole prints (SQLite)."""
    if connection.vendor != "postgresql":
        return [of_row(row) for row in Fingerprint.objects.raw(sql, given)]
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return read(cursor.fetchall())


def read(rows: Sequence[tuple[Any, ...]]) -> list[Known]:
    """Give rows of ``COLUMNS`` as they are compared."""
    decode = msgspec.json.decode
    return [Known._make((*r[:_NAMES], decode(r[_NAMES]), *r[_NAMES + 1 :])) for r in rows]
