# SPDX-License-Identifier: Apache-2.0
"""Learning from the city's own cases how rare its words are; each learning is a new strategy version."""

from typing import Final

import msgspec

from tongguan.cases import queries as cases
from tongguan.matching import strategies
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.transactions import atomic
from tongguan.texts.grams import Rarity, grams, normal

#: Fewer texts than this say nothing about rarity; more than that add little.
LEAST: Final = 200
MOST: Final = 50_000
_CHUNK: Final = 2_000


def learn_when_grown() -> int:
    """Learn again when the cases have doubled since; give the texts read, 0 when it is not due."""
    _, known = strategies.current()
    if known.texts >= MOST:
        return 0
    count = cases.visible(PLATFORM).count()
    if count < max(LEAST, 2 * known.texts):
        return 0
    return learn("system")


def learn(by: str) -> int:
    """Learn from the latest cases and put the strategy in force with the new table; give the texts read."""
    strategy, _ = strategies.current()
    rows = cases.visible(PLATFORM).order_by("-opened_at", "-id").values_list("title", "text")[:MOST]
    rarity = Rarity.blank()
    texts = [normal(f"{title} {text}") for title, text in rows.iterator(chunk_size=_CHUNK)]
    for at in range(0, len(texts), _CHUNK):
        rarity = rarity.learned(grams(texts[at : at + _CHUNK]))
    name = f"{strategy.version.partition('+')[0]}+{rarity.texts}"
    with atomic():
        strategies.store(
            msgspec.structs.replace(strategy, version=_free(name), rarity=str(rarity.texts)), rarity, by
        )
    return rarity.texts


def _free(name: str) -> str:
    taken = strategies.versions()
    return name if name not in taken else f"{name}.{sum(v.startswith(name) for v in taken)}"
