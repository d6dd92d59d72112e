# SPDX-License-Identifier: Apache-2.0
"""A look-up that Django lacks."""

import json
from typing import Any

from django.db.models import CharField, Lookup


@CharField.register_lookup
class AmongWords(Lookup):
    """``field__among=words``: like ``in``, but one parameter however many words there are."""

    lookup_name = "among"
    prepare_rhs = False

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Write it with an array."""
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", [*params, list(self.rhs)]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        """Write it with a JSON array."""
        column, params = self.process_lhs(compiler, connection)
        # The column comes from the model, never from outside.
        within = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608
        return within, [*params, json.dumps(list(self.rhs))]
