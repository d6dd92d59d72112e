# SPDX-License-Identifier: Apache-2.0
"""What the packages that own data supply: what they count, and the signs made of it.

A source says, for any of its subjects, which steps it adds *now*. The engine asks again whenever a fact
tells of a subject, and replaces what it had: so order, repetition and retraction of facts cannot matter
(docs/adr/0023).
"""

from collections.abc import Iterable

from tongguan.indicators import counting
from tongguan.indicators.contracts import Indicator
from tongguan.indicators.sources import Source, Steps, declared, measures, sources
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe

__all__ = ["Source", "Steps", "declared", "measures", "sources", "supply"]


def supply(source: Source, signs: Iterable[Indicator] = ()) -> None:
    """Register a source with its measures and signs, and follow its facts. Call from ``subscribers``."""
    sources.register(source.code, source)
    for measure in source.measures:
        measures.register(measure.code, (source, measure))
    for sign in signs:
        declared.register(sign.code, sign)

    @subscribe(*source.facts, name=f"indicators.{source.code}", batch=200)
    def follow(batch: list[Delivered]) -> None:
        counting.bring(source, source.rows.subjects(one.fact for one in batch), seq=batch[-1].seq)
