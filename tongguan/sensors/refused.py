# SPDX-License-Identifier: Apache-2.0
"""What could not be taken is kept, with its field and reason; each thing at its size, not endlessly."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from tongguan.kernel import clock
from tongguan.people.contracts import Actor
from tongguan.runtime.transactions import atomic
from tongguan.sensors.contracts import Refusing
from tongguan.sensors.labels import Origin
from tongguan.sensors.models import Refused
from tongguan.tables import api as tables

#: Rows kept of one telling at most; what is beyond them is counted in the last one.
MOST: Final = 1_000
#: Days after which a refused row may go.
DAYS: Final = 90
_DELETED: Final = 5_000


def shown(refusals: Sequence[Refusing]) -> list[Refusing]:
    """Give the refusals that are shown and kept: the first 1,000."""
    return list(refusals[:MOST])


def keep(actor: Actor, origin: Origin, source: str, refusals: Sequence[Refusing]) -> None:
    """Keep refused rows, at most 1,000 of one telling; the last says how many more there were."""
    if not refusals:
        return
    now = clock.now()
    divisions = actor.scope.divisions()
    kept = shown(refusals)
    if len(refusals) > MOST:
        more = len(refusals) - MOST + 1
        kept[-1] = Refusing(kept[-1].place, "", "more", f"另有 {more} 行未收下，未逐行保留")
    with atomic():
        tables.insert(
            [
                tables.fresh(
                    Refused,
                    at=now,
                    origin=origin,
                    source=source[:200],
                    actor_key=actor.key,
                    division=divisions[0] if len(divisions) == 1 else "",
                    place=one.place,
                    field=one.field[:40],
                    code=one.code,
                    text=one.zh[:200],
                    raw=one.raw,
                )
                for one in kept
            ]
        )


def sweep() -> int:
    """Delete refused rows older than 90 days, 5,000 at most; give how many went."""
    old = Refused.objects.filter(at__lt=clock.now() - timedelta(days=DAYS)).order_by("id")
    numbers = list(old.values_list("pk", flat=True)[:_DELETED])
    Refused.objects.filter(pk__in=numbers).delete()
    return len(numbers)
