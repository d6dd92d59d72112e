# SPDX-License-Identifier: Apache-2.0
"""What matching does by time: rank hot matters, learn which words are rare here."""

from tongguan.matching import hotness, wording
from tongguan.runtime import spi


@spi.every(900, "matching.hot")
def rank_hot_matters() -> int:
    """Rank the hot matters of the districts that heard something new; give how many districts."""
    return hotness.find_all()


@spi.every(3600, "matching.learn")
def learn_rarity() -> int:
    """Learn the rarity of words again when twice as much was told as last time; give the texts read."""
    return wording.learn_when_grown()
