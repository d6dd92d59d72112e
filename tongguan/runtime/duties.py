# SPDX-License-Identifier: Apache-2.0
"""Running the periodic duties: each when due, in one engine at a time."""

import logging
import traceback
from datetime import timedelta

from tongguan.kernel import clock
from tongguan.runtime import leases, spi
from tongguan.runtime.models import Periodic
from tongguan.runtime.transactions import atomic

_log = logging.getLogger(__name__)
_LONGEST_ERROR = 4000


def run_due(holder: str) -> bool:
    """Run the duties whose time has come; tell whether there were any. A new duty is due at once."""
    known = {row.name: row for row in Periodic.objects.all()}
    now = clock.now()
    missing = [Periodic(name=name, due_at=now) for name in spi.periodic.items() if name not in known]
    if missing:
        Periodic.objects.bulk_create(missing, ignore_conflicts=True)
        known |= {row.name: row for row in missing}
    worked = False
    for name, duty in list(spi.periodic.items().items()):
        if known[name].due_at <= now and _claim(name, duty, holder):
            worked = True
            try:
                _run(name, duty)
            finally:
                leases.release(f"periodic:{name}", holder)
    return worked


def _claim(name: str, duty: spi.Duty, holder: str) -> bool:
    """Take the lease and move the due time on, in one commit.

    A duty that dies with its engine is due again later; one that runs too long is not joined by another.
    """
    now = clock.now()
    with atomic():
        if not leases.acquire(f"periodic:{name}", holder):
            return False
        due = Periodic.objects.filter(name=name, due_at__lte=now)
        if due.update(due_at=now + timedelta(seconds=duty.every), last_at=now):
            return True
        leases.release(f"periodic:{name}", holder)
    return False


def _run(name: str, duty: spi.Duty) -> None:
    row = Periodic.objects.filter(name=name)
    try:
        duty.run()
    except Exception as error:  # noqa: BLE001 - one failing duty must not stop the others
        text = traceback.format_exc()[-_LONGEST_ERROR:].replace("\x00", "")
        if row.filter(failing_since=None).update(failing_since=clock.now(), error=text):
            _log.error("periodic %s fails: %s\n%s", name, error, text)
        else:
            row.update(error=text)
    else:
        if row.filter(failing_since__isnull=False).update(failing_since=None, error=""):
            _log.warning("periodic %s works again", name)
