# SPDX-License-Identifier: Apache-2.0
"""Reads: what addresses a text holds, and where they are. Scoped by division, like the gazetteer."""

from collections.abc import Iterable, Sequence

from tongguan.addresses import locating
from tongguan.addresses.asking import Reading, reading
from tongguan.addresses.contracts import Whereabouts
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
    readings = [reading(text) for text in texts]
    known = _known(readings, actor)
    return [locating.locate(one, known, hint) for one, hint in zip(readings, hints, strict=True)]


def _known(readings: Sequence[Reading], actor: Actor) -> locating.Known:
    mentions = [mention for one in readings for mention in one.mentions]
    asked = {
        spelling.key
        for m in mentions
        for group in (m.addresses, m.buildings, m.places, m.roads)
        for spelling in group
    }
    names = places.named(asked, actor=actor)
    return locating.Known(
        names,
        places.houses_on(_roads(readings), actor=actor),
        places.divisions_named(name for one in readings for name in one.divisions),
    )


def _roads(readings: Sequence[Reading]) -> Iterable[str]:
    """Give the roads whose houses are needed: those that cross, and those with a number."""
    for one in readings:
        for mention in one.mentions:
            if mention.crossing is not None:
                yield from (s.key for group in mention.crossing for s in group)
            elif mention.numbers:
                yield from (s.key for s in mention.roads)
