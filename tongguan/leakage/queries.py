# SPDX-License-Identifier: Apache-2.0
"""Reads of leak watches, each within the actor's divisions; what is believed is what the last look kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from django.db.models import Count, Max, Q, QuerySet

from tongguan.alarms import queries as alarms
from tongguan.alarms.contracts import AlarmBrief
from tongguan.kernel.errors import NotFound
from tongguan.leakage import picture
from tongguan.leakage.contracts import (
    QUIET_DAYS,
    UNITS,
    BelievedLeak,
    CourseInfo,
    GaugeInfo,
    GaugeKind,
    WatchInfo,
)
from tongguan.leakage.models import LeakDay, LeakWatch
from tongguan.leakage.watching import RULE
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.people.queries import division_q
from tongguan.sensors import queries as sensors

_READERS: Final = tuple(post for post in Post if post is not Post.CITIZEN)
#: Gauges whose readings the model foresees, in the order of the channels of a day.
_CHANNELS: Final = (GaugeKind.PRESSURE, GaugeKind.INFLOW)


def watches(actor: Actor = PLATFORM) -> list[WatchInfo]:
    """Give the watches of the actor's divisions, by code; one statement."""
    return [_info(row) for row in _counted(actor)]


def watch(code: str, actor: Actor = PLATFORM) -> WatchInfo:
    """Give one watch. Raises NotFound."""
    return _info(_found(_counted(actor), code))


def leaks(code: str, actor: Actor = PLATFORM) -> list[BelievedLeak]:
    """Give the leaks of a watch, those that are gone too, each with its alarm and case. Raises NotFound."""
    found = picture.read(_found(_visible(actor).only("believed"), code).believed).leaks
    raised = {
        one.matter: one
        for one in alarms.of_matters(actor, RULE, [matter for leak in found for matter in leak.matters])
    }
    return [_linked(leak, [raised[m] for m in leak.matters if m in raised]) for leak in found]


def course(code: str, actor: Actor = PLATFORM, most: int = 90) -> CourseInfo:
    """Give the newest days of a watch, ``most`` of them, with its gauges. Raises NotFound."""
    row = _found(_visible(actor).only("believed", "gauges"), code)
    heard = list(LeakDay.objects.filter(watch=row).order_by("day").values_list("day", "residual"))
    said = {one.day: one for one in picture.read(row.believed).suspicions}
    days = heard[-most:]
    return CourseInfo(
        tuple(day for day, _ in days),
        tuple(residual is not None for _, residual in days),
        tuple(said.get(day) for day, _ in days),
        _gauges(row, actor, [residual for _, residual in heard], len(days)),
    )


def gauges(code: str, actor: Actor = PLATFORM) -> tuple[GaugeInfo, ...]:
    """Give the gauges of a watch, those first whose readings the model foresees. Raises NotFound."""
    return _gauges(_found(_visible(actor).only("gauges"), code), actor, [], 0)


def _visible(actor: Actor) -> QuerySet[LeakWatch]:
    return LeakWatch.objects.filter(division_q(actor.scope, "division", *_READERS))


def _counted(actor: Actor) -> QuerySet[Any]:
    rows = _visible(actor).defer("answers", "model", "nodes")
    unread = Count("days", filter=Q(days__residual__isnull=True))
    return rows.annotate(heard=Count("days"), newest=Max("days__day"), unread=unread).order_by("code")


def _found(rows: QuerySet[Any], code: str) -> Any:
    row = rows.filter(code=code).first()
    if row is None:
        raise NotFound("leakage.unknown", f"没有监视管网 {code!r}", "no such watch", field="code")
    return row


def _info(row: Any) -> WatchInfo:
    kinds = Counter(str(one[0]) for one in row.gauges)
    standing = sum(one.ended is None for one in picture.read(row.believed).leaks)
    return WatchInfo(
        row.code, row.name, row.division, {str(kind): kinds[kind] for kind in GaugeKind}, row.changed_at,
        row.heard, row.newest, row.unread, standing,
    )  # fmt: skip


def _linked(leak: BelievedLeak, raised: Sequence[AlarmBrief]) -> BelievedLeak:
    cases = [one.case_id for one in raised if one.case_id is not None]
    return replace(leak, alarm=raised[-1].id if raised else None, case=cases[-1] if cases else None)


def _gauges(
    row: LeakWatch, actor: Actor, residuals: Sequence[list[float] | None], shown: int
) -> tuple[GaugeInfo, ...]:
    """Give gauges, the channels first, with what each was off on the last days ``shown``."""
    named = sensors.at([one[2] for one in row.gauges], actor)
    ordered = sorted(row.gauges, key=lambda one: [*_CHANNELS, *GaugeKind].index(GaugeKind(one[0])))
    usual = [residual for residual in residuals if residual is not None][:QUIET_DAYS]
    rest = np.mean(usual, axis=0) if usual else np.zeros(0)
    found = []
    for n, (kind, place, stream, *_) in enumerate(ordered):
        off: tuple[float | None, ...] = ()
        if kind in _CHANNELS and usual:
            last = residuals[len(residuals) - shown :]
            off = tuple(None if one is None else round(one[n] - float(rest[n]), 4) for one in last)
        name = named[stream].thing_name if stream in named else ""
        found.append(GaugeInfo(GaugeKind(kind), place, stream, name, UNITS[GaugeKind(kind)], off))
    return tuple(found)
