# SPDX-License-Identifier: Apache-2.0
"""What is due by time: each item's usual pace, reckoned anew from its own history."""

from datetime import timedelta
from typing import Final

import numpy as np

from tongguan.kernel import clock
from tongguan.revisits import detect
from tongguan.revisits.declared import looking
from tongguan.revisits.models import Duration, Pace
from tongguan.runtime.spi import every
from tongguan.runtime.transactions import atomic

_SIX_HOURS: Final = 21_600.0
_CHUNK: Final = 50_000


@every(_SIX_HOURS, "revisits.paces")
def reckon_paces() -> int:
    """Reckon the lower limit of every item with enough closings; give how many items have one."""
    settings = looking().detectors["too_fast"].settings
    now = clock.now()
    since = now - timedelta(days=settings["days"])
    rows = Duration.objects.filter(at__gte=since, at__lte=now).order_by("item_code")
    codes: dict[str, int] = {}
    told = [
        (codes.setdefault(code, len(codes)), minutes)
        for code, minutes in rows.values_list("item_code", "minutes").iterator(chunk_size=_CHUNK)
    ]
    items, minutes = (np.array([one[n] for one in told]) for n in (0, 1))
    paces = []
    for code, n in codes.items():
        own = minutes[items == n]
        limit = detect.lower_limit(
            own, int(settings["least_history"]), settings["quantile"], settings["deviations"]
        )
        if not np.isnan(limit):
            paces.append(
                Pace(item_code=code, count=len(own), median=float(np.median(own)), limit=limit, at=now)
            )
    with atomic():
        Pace.objects.bulk_create(
            paces,
            update_conflicts=True,
            unique_fields=["item_code"],
            update_fields=["count", "median", "limit", "at"],
        )
    return len(paces)
