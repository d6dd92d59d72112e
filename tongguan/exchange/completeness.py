# SPDX-License-Identifier: Apache-2.0
"""Pure: which fields an event of a department ought to fill, and which of them it left empty (F49).

No standard lists them: they are what an official needs to judge the state without asking. Completeness of a
datum as GB/T 36344-2018 has it is the share of the fields that ought to have a value and do.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tongguan.exchange.contracts import Kind
from tongguan.exchange.events import Told

#: Kind → fields of ``Told`` that ought to be filled: when it was, and what an official reads of it.
DUE: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {
        Kind.ACCEPTED: ("at", "their_id"),
        Kind.PROGRESS: ("at", "text"),
        Kind.DONE: ("at", "text", "handler", "files"),
        Kind.RETURNED: ("at", "reason", "clause"),
        Kind.EXTENSION: ("at", "reason"),
    }
)


def lacking(told: Told) -> tuple[str, ...]:
    """Give the fields that an event ought to fill and left empty, in order."""
    return tuple(name for name in DUE[told.kind] if getattr(told, name) in (None, "", ()))
