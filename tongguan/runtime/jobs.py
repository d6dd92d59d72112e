# SPDX-License-Identifier: Apache-2.0
"""The cellar's own duties: clearing away what is old, sealing the audit chains."""

from datetime import timedelta

from django.conf import settings

from tongguan.kernel import clock
from tongguan.runtime import anchors, audit, lookalikes, relay, spi
from tongguan.runtime.models import IdempotencyKey, Lease

_KEYS_KEPT = timedelta(days=7)
#: So many pictures a round: about a second of work.
_PICTURES = 50

spi.audited.register("audit", audit.AuditSource())


@spi.every(3600, "runtime.purge_facts")
def purge_facts() -> None:
    """Drop facts that everybody has read and that are older than the setting says."""
    relay.purge(timedelta(days=settings.FACTS_KEPT_DAYS))


@spi.every(3600, "runtime.purge_keys")
def purge_keys() -> None:
    """Drop idempotency keys after a week, and leases nobody renewed for a day."""
    now = clock.now()
    IdempotencyKey.objects.filter(at__lt=now - _KEYS_KEPT).delete()
    Lease.objects.filter(until__lt=now - timedelta(days=1)).delete()


@spi.every(600, "runtime.seal_audit")
def seal_audit() -> None:
    """Seal the day that ended."""
    anchors.seal_due()


@spi.every(60, "runtime.look_back")
def look_back() -> int:
    """Take the prints of some pictures that were kept before prints were taken."""
    return lookalikes.look_back(_PICTURES)
