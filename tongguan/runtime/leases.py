# SPDX-License-Identifier: Apache-2.0
"""Leases: a named thing is held by one holder for some seconds, and longer only while renewed."""

from datetime import timedelta

from django.conf import settings

from tongguan.kernel import clock
from tongguan.runtime.models import Lease
from tongguan.runtime.transactions import atomic


def acquire(name: str, holder: str, seconds: float | None = None) -> bool:
    """Take the lease if it is free or run out; exactly one of many callers gets True."""
    now = clock.now()
    until = now + _span(seconds)
    if Lease.objects.filter(name=name, until__gt=now).exists():
        return False
    with atomic():
        if Lease.objects.filter(name=name, until__lte=now).update(holder=holder, until=until):
            return True
        Lease.objects.bulk_create([Lease(name=name, holder=holder, until=until)], ignore_conflicts=True)
    return Lease.objects.filter(name=name, holder=holder, until=until).exists()


def hold(name: str, holder: str, seconds: float | None = None) -> bool:
    """Renew within a transaction, and so fence it: False when somebody else has taken over."""
    until = clock.now() + _span(seconds)
    return Lease.objects.filter(name=name, holder=holder).update(until=until) == 1


def renew_all(engine: str, seconds: float | None = None) -> int:
    """Renew every lease held by the threads of one engine (holders ``engine/…``)."""
    now = clock.now()
    held = Lease.objects.filter(holder__startswith=f"{engine}/", until__gt=now)
    if not held.exists():
        return 0
    with atomic():
        return held.update(until=now + _span(seconds))


def release(name: str, holder: str) -> None:
    """Give the lease back, if it is still ours."""
    Lease.objects.filter(name=name, holder=holder).delete()


def _span(seconds: float | None) -> timedelta:
    return timedelta(seconds=settings.LEASE_SECONDS if seconds is None else seconds)
