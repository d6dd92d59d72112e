# SPDX-License-Identifier: Apache-2.0
"""What leak watches do by time, and what their alarms are to people."""

import logging
from collections.abc import Collection

from tongguan.alarms import spi as alarms
from tongguan.alarms.contracts import Terms
from tongguan.kernel.errors import Invalid, Unavailable
from tongguan.leakage import api
from tongguan.leakage.watching import RULE, TERMS
from tongguan.runtime import spi

_log = logging.getLogger(__name__)


@spi.every(1800, "leakage.look")
def look() -> int:
    """Look at the days that are over; give how many."""
    try:
        return api.look()
    except (Unavailable, Invalid) as refusal:  # readings away, or no WNTR here: the next turn tries again
        _log.warning("leak watches wait: %s", refusal)
        return 0


def book(rules: Collection[str]) -> dict[str, Terms]:
    """Give the terms of the watch's one rule."""
    return {RULE: TERMS} if RULE in rules else {}


alarms.rule_books.register("leakage", book)
