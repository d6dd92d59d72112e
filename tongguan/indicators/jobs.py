# SPDX-License-Identifier: Apache-2.0
"""What indicators do by time: count what has come due, catch up, note how fresh each source is."""

from typing import Final

from tongguan.indicators import counting
from tongguan.indicators.sources import sources
from tongguan.runtime.spi import every

#: Rounds of catching up at once, so that a new version of a source is counted soon and nobody starves.
_ROUNDS: Final = 5


@every(2, "indicators.fold")
def fold() -> int:
    """Move the sums by the steps whose time has come, then note up to when everything is counted."""
    folded = counting.fold()
    for source in sources.items().values():
        counting.look(source)
    return folded


@every(5, "indicators.catch_up")
def catch_up() -> int:
    """Count what a source's present version has not counted: after an upgrade, or for the first time."""
    done = 0
    for source in sources.items().values():
        for _ in range(_ROUNDS):
            counted = counting.catch_up(source)
            done += counted
            if not counted:
                break
    return done
