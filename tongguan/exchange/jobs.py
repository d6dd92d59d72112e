# SPDX-License-Identifier: Apache-2.0
"""What the exchange does by time: send."""

from tongguan.exchange.deliver import Sender
from tongguan.runtime import spi

_sender = Sender()


@spi.every(1, "exchange.send")
def send() -> int:
    """Send what is due to departments' systems."""
    return _sender.round()
