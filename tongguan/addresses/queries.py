# SPDX-License-Identifier: Apache-2.0
"""Reads: what addresses a text holds, and where they are. Scoped by division, like the gazetteer."""

from collections.abc import Container, Iterable, Sequence
from pathlib import Path

from tongguan.addresses import locating, marked, store
from tongguan.addresses.asking import Mention, Reading, reading
from tongguan.addresses.contracts import Whereabouts
from tongguan.addresses.filling import filled
from tongguan.addresses.grammar import read
from tongguan.addresses.roads import Road
from tongguan.kernel.errors import Invalid
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.places import queries as places


def locate_texts(
    texts: Sequence[str], division_hints: Sequence[str] | str = "", *, actor: Actor = PLATFORM
) -> list[Whereabouts]:
    """Give for each text where it says something is; at most four queries for a batch of any size.

    ``division_hints`` is one division code for all texts, or one for each (``""``: none). Without a
    gazetteer nothing is sure. Raises Invalid ``addresses.hints`` when their number does not fit.
    """
    hints = [division_hints] * len(texts) if isinstance(division_hints, str) else list(division_hints)
    if len(hints) != len(texts):
        raise Invalid(
            "addresses.hints",
            zh=f"{len(texts)} 段文字配了 {len(hints)} 个区划",
            en=f"{len(hints)} hints for {len(texts)} texts",
            field="division_hints",
        )
    readings = _read(texts)
    known = _known(readings, actor)
    return [locating.locate(one, known, hint) for one, hint in zip(readings, hints, strict=True)]


def evaluate(folder: Path) -> dict[str, float]:
    """Score the labeller in use on marked texts (``marked.scored``). Raises NotFound, Invalid, Conflict."""
    return marked.scored(store.get().label, marked.read(folder))


def _read(texts: Sequence[str]) -> list[Reading]:
    """Read by grammar, and fill its gaps where a labeller was trained."""
    labeller = store.installed()
    if labeller is None:
        return [reading(text) for text in texts]
    return [reading(text, filled(text, read(text), labeller.label)) for text in texts]


def _known(readings: Sequence[Reading], actor: Actor) -> locating.Known:
    mentions = [mention for one in readings for mention in one.mentions]
    asked = [s for m in mentions for group in (m.addresses, m.buildings, m.places, m.roads) for s in group]
    names = places.named(
        {s.key for s in asked if not s.whole}, whole={s.key for s in asked if s.whole}, actor=actor
    )
    houses = places.houses_on(_roads(mentions, names), actor=actor)
    return locating.Known(
        names,
        {road: Road(found) for road, found in houses.items()},
        places.divisions_named(name for one in readings for name in one.divisions),
    )


def _roads(mentions: Sequence[Mention], names: Container[str]) -> Iterable[str]:
    """Give the roads whose houses are needed: those that cross, and those with a number that is not known."""
    for mention in mentions:
        if mention.crossing is not None:
            yield from (s.key for group in mention.crossing for s in group)
        elif mention.numbers and not any(s.key in names for s in mention.addresses):
            yield from (s.key for s in mention.roads)
