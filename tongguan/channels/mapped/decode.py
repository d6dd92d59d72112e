# SPDX-License-Identifier: Apache-2.0
"""Pure: records that carry our own names need no declaration; all others name one in the address."""

from typing import Final

from tongguan.channels.mapped.declared import OURS, Declaration
from tongguan.channels.mapped.declared import decode as by_declaration
from tongguan.intake.contracts import Parcel, Piece

#: Our own names, in JSON or as the headings of a table.
OWN: Final = Declaration(title="统管字段", source="mapped", fields={name: name for name in sorted(OURS)})


def decode(parcel: Parcel) -> list[Piece]:
    """Give one telling per record. Raises Invalid for an unreadable body."""
    return by_declaration(OWN, parcel)
