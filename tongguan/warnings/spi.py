# SPDX-License-Identifier: Apache-2.0
"""What others supply to warnings: which rules watch a place, so that an unwarned case is noticed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from tongguan.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Told:
    """A case that came up otherwise than by an alarm: what it is and where (degrees, WGS-84)."""

    case_id: UUID
    item_code: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Watched:
    """A rule that should have warned of a case, by the datastream that lies ``metres`` away."""

    case_id: UUID
    rule: str
    stream: int
    metres: float


class Coverage(Protocol):
    """Knows which rules and datastreams watch what lies where."""

    def __call__(self, cases: Sequence[Told]) -> Iterable[Watched]:
        """Give who should have warned of these cases; nothing for matters that nobody watches."""


coverage: Registry[Coverage] = Registry("coverage")
