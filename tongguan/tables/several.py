# SPDX-License-Identifier: Apache-2.0
"""Several questions asked in one go. Each way to the database and back costs as much as a small answer."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

#: A statement and what it is given.
Question = tuple[str, Sequence[Any]]


def together(questions: Sequence[Question]) -> list[list[tuple[Any, ...]]]:
    """Ask one after the other, in the order given; give the rows of each, none for what gives no rows.

    PostgreSQL gets them as one message and looks at each with fresh eyes (read committed): what the first
    waited for, as for a lock, the second sees. Raises what the database raises; then none counts.
    """
    if not questions:
        return []
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            found = []
            for sql, given in questions:
                cursor.execute(sql, given)
                found.append(list(cursor.fetchall()))
            return found
        cursor.execute(
            "; ".join(sql for sql, _ in questions), [one for _, given in questions for one in given]
        )
        found = [_rows(cursor)]
        while cursor.nextset():
            found.append(_rows(cursor))
        return found


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    return list(cursor.fetchall()) if cursor.description is not None else []
