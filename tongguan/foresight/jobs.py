# SPDX-License-Identifier: Apache-2.0
"""What foresight does by time: look at every full hour, once."""

import logging

from tongguan.foresight import api
from tongguan.kernel.errors import Unavailable
from tongguan.runtime import spi

_log = logging.getLogger(__name__)


@spi.every(60, "foresight.foretell")
def foretell() -> int:
    """Forecast once an hour; give how many forecasts were settled or made."""
    try:
        return api.foretell()
    except Unavailable as refusal:  # the readings' owner is not up yet: the next turn catches up
        _log.warning("forecasts of readings wait: %s", refusal)
        return 0
