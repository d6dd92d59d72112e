# SPDX-License-Identifier: Apache-2.0
"""What a teller wants (咨询、求助、投诉、举报、建议、表扬), by the words that say so."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import yaml

#: The first words of a telling say most often what is wanted; later ones tell the story.
_OPENING: Final = 30
_TABLE: Final = Path(__file__).with_name("wants.yaml")


@dataclass(frozen=True, slots=True)
class Want:
    """A kind of request (code of ``request_types``; "" when no word tells), its share, what words spoke."""

    kind: str
    confidence: float
    words: tuple[str, ...]


def wanted(text: str) -> Want:
    """Give what a telling most likely wants; ``confidence``: the share of its words among all that spoke."""
    found: dict[str, float] = {}
    spoke: dict[str, list[str]] = {}
    opening = text[:_OPENING]
    for kind, cues in table().items():
        for word, weight in cues.items():
            if word in text:
                found[kind] = found.get(kind, 0.0) + weight * (2 if word in opening else 1)
                spoke.setdefault(kind, []).append(word)
    if not found:
        return Want("", 0.0, ())
    best = max(found, key=lambda kind: (found[kind], kind))
    return Want(best, found[best] / sum(found.values()), tuple(spoke[best]))


@lru_cache(maxsize=1)
def table() -> Mapping[str, Mapping[str, float]]:
    """Give the words of each kind with their weights."""
    body = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))
    return {kind: {w: float(n) for n, words in cues.items() for w in words} for kind, cues in body.items()}
