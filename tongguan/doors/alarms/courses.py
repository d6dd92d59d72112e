# SPDX-License-Identifier: Apache-2.0
"""The readings behind an alarm, as a chart draws them."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from ninja import Schema

from tongguan.alarms import queries as alarms
from tongguan.kernel import clock
from tongguan.people.contracts import Actor
from tongguan.sensing import queries as readings
from tongguan.sensors import queries as sensors

_BEFORE: Final = timedelta(hours=2)
_AFTER: Final = timedelta(minutes=30)
_MOST: Final = 4


class CourseShown(Schema):
    """The course of one datastream: columns of equal length, ``at`` in milliseconds since 1970 (UTC)."""

    stream: int
    name: str
    unit: str
    at: list[int]
    low: list[float | None]
    high: list[float | None]
    mean: list[float | None]


def of_alarm(actor: Actor, alarm_id: UUID, pixels: int) -> list[dict[str, Any]]:
    """Give the courses of the alarm's first streams around it; those the actor may see. Raises NotFound."""
    info = alarms.alarm(actor, alarm_id)
    known = sensors.at(info.streams[:_MOST], actor)
    begin = round((info.raised_at - _BEFORE).timestamp() * 1000)
    end = round(min(clock.now(), (info.cleared_at or clock.now()) + _AFTER).timestamp() * 1000) + 1
    courses = []
    for number, place in sorted(known.items()):
        found = readings.chart(number, begin, max(end, begin + 1), pixels)
        columns = {name: _plain(getattr(found, name)) for name in ("low", "high", "mean")}
        courses.append(
            {"stream": number, "name": place.name, "unit": place.unit, "at": found.at.tolist(), **columns}
        )
    return courses


def _plain(values: Any) -> list[float | None]:
    return [value if value == value else None for value in values.tolist()]  # noqa: PLR0124 - NaN is not itself
