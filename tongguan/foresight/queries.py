# SPDX-License-Identifier: Apache-2.0
"""Reads of foresight, each within the actor's divisions."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from django.db.models import Max

from tongguan.forecasts.api import Floats
from tongguan.foresight import choosing, keeping, learning, limits, telling
from tongguan.foresight.contracts import (
    ForecastChoices,
    ForeseenHour,
    ForeseenStream,
    PastHour,
    ReadingOutlook,
)
from tongguan.foresight.models import Expected
from tongguan.kernel.errors import NotFound
from tongguan.people.contracts import Actor
from tongguan.places import queries as places
from tongguan.sensing import queries as sensing
from tongguan.sensors import queries as sensors
from tongguan.series.contracts import HOUR_MS

__all__ = ["choices", "outlook", "sheet", "streams", "symbol"]

#: Hours before the forecast that are shown.
PAST: Final = 3 * 24


def choices(actor: Actor) -> ForecastChoices:
    """Give what is chosen within the actor's scope, and how much room is left."""
    return choosing.choices(actor)


def streams(actor: Actor, text: str = "") -> list[ForeseenStream]:
    """Give the streams that are forecast within the actor's scope, by property and name; ``text`` narrows."""
    meant = choosing.streams_of(choosing.wanted_rows(), actor)
    found = _about(actor, list(meant))
    wanted = text.strip().casefold()
    kept = [
        one
        for one in found
        if wanted in f"{one.name}{one.thing_name}{one.observed_name}{one.kind}".casefold()
    ]
    return sorted(kept, key=lambda one: (one.observed, one.name, one.stream))


def _about(actor: Actor, numbers: Sequence[int]) -> list[ForeseenStream]:
    where = sensors.at(numbers, actor)
    names = places.division_names(sorted({one.division for one in where.values() if one.division}))
    newest = dict(
        Expected.objects.filter(stream__among=sorted(where))
        .order_by()
        .values_list("stream")
        .annotate(Max("made_at"))
    )
    return [
        ForeseenStream(
            one.stream, one.name, one.thing_name, one.kind, one.observed, one.observed_name, one.unit,
            one.division, names.get(one.division, one.division), newest.get(one.stream),
        )
        for one in where.values()
    ]  # fmt: skip


def outlook(actor: Actor, stream: int) -> ReadingOutlook:
    """Give the newest forecast of a stream, the days before it, and the record. Raises NotFound.

    A chosen stream of which nothing could be said yet has no hours ahead, and says why.
    """
    found = _about(actor, [stream])
    if not found or (found[0].made_at is None and stream not in choosing.streams_of(choosing.wanted_rows())):
        raise NotFound("foresight.stream", "没有这条读数的预测，或不在您的管辖范围", "no forecast of it")
    about, made = found[0], found[0].made_at
    if made is None:
        return ReadingOutlook(about, learning.VERSION, (), (), (), _WAITING, (), "")
    since = made - keeping.kept()
    rows = list(Expected.objects.filter(stream=stream, made_at__gte=since).order_by("made_at"))
    newest, settled = rows[-1], [row for row in rows if row.came is not None]
    begin = keeping.ms(made)
    ahead = tuple(
        ForeseenHour(keeping.moment(begin + n * HOUR_MS), *told)
        for n, told in enumerate(zip(newest.value, newest.low, newest.high, strict=True))
    )
    unit = symbol(about.unit)
    kept = telling.record({name: _table(settled, name) for name in _COLUMNS}, _still(settled))
    replayed = sum(row.replayed for row in settled) / max(len(settled), 1)
    return ReadingOutlook(
        about,
        newest.version,
        ahead,
        _past(stream, begin),
        tuple(kept),
        telling.spoken(about, unit, newest.version, made, ahead),
        tuple(limits.warnings(actor, about, ahead, unit)),
        telling.record_spoken(kept, unit, keeping.KEPT, replayed),
    )


_WAITING: Final = (
    f"还没有预测：至少要有 {learning.FEWEST // 24} 天的小时值（其中六成有读数），"
    f"且最近 {learning.SILENT} 小时有读数；够了以后几分钟内作出，以后每小时一次"
)


def sheet(actor: Actor, stream: int) -> list[tuple[Any, ...]]:
    """Give the days before and the hours ahead as rows under headings, local times. Raises NotFound."""
    found = outlook(actor, stream)
    mean = f"小时均值（{symbol(found.about.unit)}）"
    rows: list[tuple[Any, ...]] = [("时间", mean, "预计", "区间下沿", "区间上沿")]
    rows += [(telling.when(one.at), one.value, None, None, None) for one in found.past]
    rows += [(telling.when(one.at), None, one.value, one.low, one.high) for one in found.ahead]
    return rows


def symbol(unit: str) -> str:
    """Give a unit as it is printed."""
    known = sensors.table().get(unit)
    return known.symbol if known else unit


def _past(stream: int, end: int) -> tuple[PastHour, ...]:
    begin = end - PAST * HOUR_MS
    values = learning.by_hour(sensing.aggregate([stream], begin, end), [stream], begin, PAST)[:, 0]
    return tuple(
        PastHour(keeping.moment(begin + n * HOUR_MS), None if np.isnan(value) else float(value))
        for n, value in enumerate(values)
    )


_COLUMNS: Final = ("value", "came", "low", "high", "usual")


def _still(rows: Sequence[Expected]) -> Floats:
    return np.array([row.still for row in rows], np.float64)


def _table(rows: Sequence[Expected], name: str) -> Floats:
    told: list[Any] = [getattr(row, name) for row in rows]
    numbers = [[np.nan if value is None else value for value in line] for line in told]
    return np.array(numbers, np.float64).reshape(len(rows), len(learning.HORIZONS))
