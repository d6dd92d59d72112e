# SPDX-License-Identifier: Apache-2.0
"""Residents: what lives in one engine at a time for as long as it holds a lease."""

import logging
import os
import socket
import time

from django.conf import settings

from tongguan.runtime import leases, spi
from tongguan.runtime.models import Lease

_log = logging.getLogger(__name__)


class Residents:
    """One engine's residents: takes them in when their lease is free, sees them out when it is lost."""

    def __init__(self, engine: str) -> None:
        """Hold none yet."""
        self._engine = engine
        self._living: dict[str, tuple[spi.Resident, float]] = {}

    def step(self) -> bool:
        """Renew what is held, take in what is free."""
        for name, begin in list(spi.residents.items().items()):
            lease, holder = f"resident:{name}", f"{self._engine}/{name}"
            if name not in self._living:
                if _acquired(lease, holder):
                    self._living[name] = (begin(), time.monotonic())
                continue
            resident, since = self._living[name]
            if time.monotonic() - since > settings.LEASE_SECONDS / 3:
                if leases.hold(lease, holder):
                    self._living[name] = (resident, time.monotonic())
                else:
                    _log.warning("engine: %s now lives in another engine", name)
                    self._living.pop(name)[0].close()
        return False

    def end(self) -> None:
        """See all of them out and give their leases back."""
        for name, (resident, _) in self._living.items():
            resident.close()
            leases.release(f"resident:{name}", f"{self._engine}/{name}")
        self._living.clear()


def _acquired(lease: str, holder: str) -> bool:
    """Take the lease if it is free, or if its holder was an engine of this machine that runs no more."""
    if Lease.objects.filter(name=lease, holder=holder).exists() or leases.acquire(lease, holder):
        return True
    for held in Lease.objects.filter(name=lease):
        machine, pid = held.holder.split("/", 1)[0].rsplit("-", 2)[:2]
        if machine == socket.gethostname()[:30] and not os.path.exists(f"/proc/{pid}"):  # noqa: PTH110
            leases.release(lease, held.holder)
    return leases.acquire(lease, holder)
