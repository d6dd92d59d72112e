# SPDX-License-Identifier: Apache-2.0
"""A look-up that Django lacks."""

import json
from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

from django.db.models import BigIntegerField, CharField, Lookup, UUIDField

from tongguan.tables import wire


def among(column: str, kind: str, values: Collection[Any], vendor: str) -> tuple[str, str]:
    """Give ``column IN values`` with one parameter, and it; ``kind``: the column's database type."""
    if vendor == "postgresql":
        return f"{column} = ANY(%s::{wire.array_type(kind)})", wire.array(kind, list(values))
    # The column comes from the program, never from outside.
    within = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608
    return within, json.dumps([one.hex if isinstance(one, UUID) else one for one in values])


_BEYOND: Final = 2**63


@UUIDField.register_lookup
@CharField.register_lookup
@BigIntegerField.register_lookup
class Among(Lookup):
    """``field__among=values``: like ``in``, but one parameter however many words, numbers or UUIDs there are.

    The statement's text stays the same, so it is neither built nor parsed anew for every length; a hundred
    parameters cost the driver more time than the database needs for the answer. Numbers beyond those that a
    column of 64 bits holds are no row's.
    """

    lookup_name = "among"
    prepare_rhs = False

    def _held(self) -> list[Any]:
        return [one for one in self.rhs if not isinstance(one, int) or -_BEYOND <= one < _BEYOND]

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Write it with an array."""
        column, params = self.process_lhs(compiler, connection)
        within, given = among(
            column, str(self.lhs.output_field.db_type(connection)), self._held(), connection.vendor
        )
        return within, [*params, given]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Write it with a JSON array."""
        column, params = self.process_lhs(compiler, connection)
        within, given = among(column, "", self._held(), connection.vendor)
        return within, [*params, given]
