# SPDX-License-Identifier: Apache-2.0
"""Times of quiet: which alarms they hold back, and that these come up when the time is over."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Q

from tongguan.alarms.models import Alarm, Calm


def hold(rows: Sequence[Alarm]) -> None:
    """Mark those of the new alarms that lie within a time of quiet; one statement."""
    if not rows:
        return
    first, last = min(row.raised_at for row in rows), max(row.raised_at for row in rows)
    calms = list(Calm.objects.filter(begins_at__lte=last, ends_at__gt=first).order_by("id"))
    for row in rows if calms else ():
        calm = next((one for one in calms if covers(one, row)), None)
        if calm is not None:
            row.quiet, row.calm_id = True, calm.pk


def covers(calm: Calm, row: Alarm) -> bool:
    """Tell whether a time of quiet holds an alarm back. Pure."""
    end = calm.ends_at if calm.ended_at is None else min(calm.ends_at, calm.ended_at)
    return (
        calm.begins_at <= row.raised_at < end
        and row.division.startswith(calm.division)
        and calm.rule in {"", row.rule}
        and (not calm.matter or calm.matter == row.about)
        and (not calm.things or not set(calm.things).isdisjoint(row.things))
        and (not calm.streams or not set(calm.streams).isdisjoint(row.streams))
    )


def over(now: datetime) -> Q:
    """Give the filter of quiet, active alarms whose time of quiet is over."""
    ended = Q(calm__ends_at__lte=now) | Q(calm__ended_at__lte=now)
    return Q(quiet=True, cleared_at__isnull=True) & ended & Q(calm__begins_at__lte=F("calm__ends_at"))
