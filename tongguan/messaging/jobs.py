# SPDX-License-Identifier: Apache-2.0
"""What messaging does by itself: deliver, pass facts on, clear away what is old."""

from datetime import timedelta
from typing import Final

from tongguan.kernel import clock
from tongguan.messaging.bus import BusCopier
from tongguan.messaging.contracts import MessageState
from tongguan.messaging.deliver import Deliverer
from tongguan.messaging.models import Message
from tongguan.runtime import spi
from tongguan.runtime.transactions import atomic

KEPT: Final = timedelta(days=180)
_PURGED_AT_ONCE: Final = 2000

_deliverer = Deliverer()
_copier = BusCopier()


@spi.every(1, "messaging.deliver")
def deliver() -> None:
    """Send what is due; neighbours that hang are left waiting in the background."""
    _deliverer.round()


@spi.every(1, "messaging.bus")
def copy_to_bus() -> None:
    """Copy new facts to the message bus, if the settings name one."""
    _copier.round()


@spi.every(3600, "messaging.purge")
def purge() -> int:
    """Drop messages that were sent, and read or not, half a year ago; dead letters stay."""
    old = Message.objects.filter(state=MessageState.SENT, created_at__lt=clock.now() - KEPT)
    count = 0
    while ids := list(old.values_list("id", flat=True).order_by("id")[:_PURGED_AT_ONCE]):
        with atomic():
            count += Message.objects.filter(id__in=ids).delete()[0]
    return count
