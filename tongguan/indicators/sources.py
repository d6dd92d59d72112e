# SPDX-License-Identifier: Apache-2.0
"""What a source of measures is, and what is registered."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from tongguan.indicators.contracts import Indicator, Measure, Step
from tongguan.kernel.facts import Fact
from tongguan.kernel.registry import Registry


class Steps(Protocol):
    """How a source reads its own rows."""

    def subjects(self, facts: Iterable[Fact]) -> set[UUID]:
        """Give the subjects that these facts tell of. No query."""

    def steps(self, subjects: Collection[UUID]) -> Iterable[Step]:
        """Give all steps of these subjects as of now, set-based; a subject that is gone gives none."""

    def after(self, subject: UUID | None, limit: int) -> list[UUID]:
        """Give up to ``limit`` subjects that follow one by id, to count them all."""


@dataclass(frozen=True, slots=True)
class Source:
    """What one package counts. Raise ``version`` when its steps change: all is then counted anew."""

    code: str
    version: int
    measures: tuple[Measure, ...]
    facts: tuple[type[Fact], ...]
    rows: Steps


sources: Final[Registry[Source]] = Registry("source of measures")
measures: Final[Registry[tuple[Source, Measure]]] = Registry("measure")
declared: Final[Registry[Indicator]] = Registry("vital sign")
