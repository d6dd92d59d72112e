# SPDX-License-Identifier: Apache-2.0
"""What other packages supply to evaluation: counts that the casebook does not hold.

Register a ``Teller`` from the ``apps.py`` or ``jobs.py`` of a package above; its counts are then used in sets
like the others, are frozen when a period is closed and are shown one by one in explanations.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from tongguan.kernel.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing told: which count, when (aware), how much; of which case, division, unit (id) or person."""

    count: str
    at: datetime
    amount: int = 1
    case_id: UUID | None = None
    number: str = ""
    division: str = ""
    unit: int | None = None
    person: str = ""


class Tells(Protocol):
    """Reads what happened within since ≤ at < until; ``parameters`` are those of the set (None: not set)."""

    def __call__(self, since: datetime, until: datetime, parameters: Mapping[str, Any], /) -> Iterable[Told]:
        """Give it in any order; the same question gives the same answer while nothing new happened."""


@dataclass(frozen=True, slots=True)
class Teller:
    """Who tells which counts. ``needs``: count → the parameter without which it cannot be told."""

    counts: tuple[str, ...]
    tells: Tells
    needs: Mapping[str, str]


#: Name → who tells.
tellers: Registry[Teller] = Registry("teller of evaluation")
