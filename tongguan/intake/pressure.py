# SPDX-License-Identifier: Apache-2.0
"""Back-pressure: when triage cannot follow, say so instead of letting the heap grow."""

import threading
import time

from django.conf import settings

from tongguan.intake.contracts import ReportState
from tongguan.intake.models import Report
from tongguan.kernel.errors import Unavailable

_LOOK_EVERY = 2.0
_RETRY_AFTER = 30


class Gauge:
    """Knows, a few seconds late, whether too many reports wait. One look serves a whole web process."""

    def __init__(self) -> None:
        """Start unread."""
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self._full = False

    def check(self) -> None:
        """Refuse while more reports wait than the bound allows. Raises Unavailable with retry_after."""
        if time.monotonic() - self._read_at > _LOOK_EVERY and self._lock.acquire(blocking=False):
            try:
                self._full = waiting_exceeds(bound())
                self._read_at = time.monotonic()
            finally:
                self._lock.release()
        if self._full:
            raise Unavailable(
                "intake.full",
                zh="待分诊上报过多，请稍后再报",
                en="too many reports are waiting, please try again later",
                retry_after=_RETRY_AFTER,
            )

    def forget(self) -> None:
        """Look again at the next check."""
        self._read_at = float("-inf")


def bound() -> int:
    """Give how many reports may wait (setting ``TONGGUAN_INTAKE_BOUND``)."""
    return int(settings.TONGGUAN_INTAKE_BOUND)


def waiting_exceeds(limit: int) -> bool:
    """Tell whether more than ``limit`` reports wait; reads no more than that many index entries."""
    waiting = Report.objects.filter(state=ReportState.WAITING).order_by("id")
    return bool(waiting.values_list("id", flat=True)[limit : limit + 1])


gauge = Gauge()
