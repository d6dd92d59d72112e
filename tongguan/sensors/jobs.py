# SPDX-License-Identifier: Apache-2.0
"""What sensors does by time."""

from typing import Final

from tongguan.runtime import spi
from tongguan.sensors.refused import sweep

_EVERY_S: Final = 3600.0


@spi.every(_EVERY_S, "sensors.sweep_refused")
def sweep_refused() -> int:
    """Let refused rows go that nobody looked after in 90 days."""
    return sweep()
