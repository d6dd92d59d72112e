# SPDX-License-Identifier: Apache-2.0
"""Shapes of the vault: what was sealed, which keys there are, what a batch of resealing did."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tongguan.kernel.errors import Conflict

#: In place of a key id: bytes that were stored before anything was sealed, or by a city's own wish.
PLAIN: Final = "plain"


class CannotOpen(Conflict):
    """What is sealed cannot be opened: its key is lost, or it is not what was sealed here.

    Codes ``vault.key_lost`` (``params["key"]`` names the key) and ``vault.broken``.
    """


@dataclass(frozen=True, slots=True)
class Sealed:
    """An envelope, and the id of the key it was sealed with (for a column beside it)."""

    key: str
    envelope: bytes


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """One key of the ring; ``rows`` tells how many stored values it seals, by what they are."""

    id: str
    made_at: datetime | None
    current: bool
    known: bool
    rows: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch of resealing: the last row looked at ("" when none was left), done, and unopenable rows."""

    last: str
    done: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Resealed:
    """How far the resealing of one kind has come."""

    title: str
    done: int
    lost: int
