# SPDX-License-Identifier: Apache-2.0
"""What the engine runs for a demo city, and only there: people and cars are counted on, past days read."""

import logging

from tongguan.demo import counted, leaking
from tongguan.kernel.errors import Refusal
from tongguan.runtime.spi import every

_log = logging.getLogger(__name__)


@every(60.0, "demo.counted")
def count_on() -> int:
    """Take the readings of counters and detectors; give how many."""
    try:
        return counted.count_on()
    except Refusal as refusal:  # the readings' owner is not up yet: the next turn catches up
        _log.warning("demo counters wait: %s", refusal)
        return 0


@every(60.0, "demo.leaking")
def read_past() -> int:
    """Take what the watched water network's gauges read before the city began, once; give how many."""
    try:
        return leaking.read_past()
    except Refusal as refusal:  # the same
        _log.warning("demo gauges wait: %s", refusal)
        return 0
