# SPDX-License-Identifier: Apache-2.0
"""Setting up the senders that the settings name; where none is named, the console twin."""

import logging
from collections.abc import Sequence

from tongguan.messaging import spi
from tongguan.messaging.contracts import Channel
from tongguan.messaging.masks import address
from tongguan.messaging.spi import Envelope, Fate, Result

_log = logging.getLogger(__name__)


class ConsoleSender:
    """Writes messages to the log instead of sending them: for a machine without neighbours."""

    batch = 200
    deadline = 5.0

    def __init__(self, channel: str) -> None:
        """Name the channel it stands in for."""
        self.channel = channel

    def send(self, envelopes: Sequence[Envelope]) -> list[Result]:
        """Write one line per message; the address is shortened, the text left out."""
        for envelope in envelopes:
            _log.info("%s -> %s: %s", self.channel, address(envelope.address), envelope.subject)
        return [Result(Fate.SENT, receipt="console") for _ in envelopes]


def set_up() -> None:
    """Register a sender per channel from the settings."""
    for channel in (Channel.MAIL, Channel.SMS, Channel.WEBHOOK):
        spi.senders.register(channel, ConsoleSender(channel))
