# SPDX-License-Identifier: Apache-2.0
"""Keeps the counts of closed cases: each is counted in once, when it can no longer be reopened.

A case's place and division never change, and after the longest time that any process table gives nobody may
reopen it. What was counted therefore holds for good, and adding is all there is to do: no fact can be missed
or told twice. Once a week everything is counted from the beginning all the same.
"""

from collections import Counter
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import h3.api.basic_int as h3
from django.db.models import Count

from tongguan.cases import queries as cases
from tongguan.kernel import clock
from tongguan.kernel.geometry import RESOLUTION
from tongguan.maps.models import Settled, SettledCell
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.transactions import atomic
from tongguan.tables.api import insert_values

#: The resolution at which a whole city is looked at, and below.
COARSE: Final = 7
#: The window for reopening is counted in whole days, on the clocks of several machines.
_MARGIN: Final = timedelta(days=1)
_ONLY: Final = 1
_BATCH: Final = 20_000


def settle() -> int:
    """Count in what has become final since the last time; give how many cases. In one transaction."""
    with atomic():
        last = Settled.objects.select_for_update().first()
        return _count(last or Settled(pk=_ONLY, generation=1), last.until if last else None)


def recount() -> int:
    """Count all from the beginning; give how many cases. Who is reading still finds the counts before."""
    with atomic():
        last = Settled.objects.select_for_update().first()
        generation = last.generation + 1 if last else 1
        SettledCell.objects.filter(generation__lt=generation - 1).delete()
        return _count(Settled(pk=_ONLY, generation=generation), None)


def _count(row: Settled, since: datetime | None) -> int:
    until = clock.now() - timedelta(days=cases.longest_reopening()) - _MARGIN
    if since is not None and until <= since:
        return 0
    final = cases.visible(PLATFORM).filter(closed_at__lt=until, cell__isnull=False)
    if since is not None:
        final = final.filter(closed_at__gte=since)
    counted = final.order_by().values_list("cell", "division").annotate(n=Count("cell"))
    small: Counter[tuple[int, int, str]] = Counter()
    for cell, division, n in counted:
        small[RESOLUTION, cell, division] = n
        small[COARSE, int(h3.cell_to_parent(cell, COARSE)), division] += n
    head, columns = row.generation, ("generation", "level", "cell", "division", "n", "upto")
    counts = iter(small.items())
    while some := [(head, *key, n, until) for key, n in islice(counts, _BATCH)]:
        insert_values(SettledCell, columns, some)
    Settled.objects.update_or_create(pk=row.pk, defaults={"generation": row.generation, "until": until})
    return sum(n for (level, *_), n in small.items() if level == COARSE)
