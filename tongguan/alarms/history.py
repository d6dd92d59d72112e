# SPDX-License-Identifier: Apache-2.0
"""The history of an alarm: lines chained by hash, only ever appended."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import Max

from tongguan.alarms.models import Alarm, Line
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.runtime import chain
from tongguan.runtime.contracts import ChainRow
from tongguan.tables import api as tables

_CHUNK: Final = 2000
_CHAINED: Final = (
    "no", "move", "frm", "to", "grade", "at", "written_at", "actor_key", "actor_name", "post", "words",
    "inputs",
)  # fmt: skip


def line(
    alarm: Alarm,
    move: str,
    *,
    at: datetime,
    written_at: datetime,
    frm: str = "",
    words: str = "",
    actor: Actor = PLATFORM,
    post: str = "",
    inputs: Mapping[str, Any] | None = None,
) -> Line:
    """Give the next line of an alarm, not yet stored; the alarm's head moves on to it."""
    made = tables.fresh(
        Line,
        alarm_id=alarm.pk,
        no=alarm.line_no + 1,
        move=move,
        frm=frm or str(alarm.state),
        to=str(alarm.state),
        grade=alarm.grade,
        at=at,
        written_at=written_at,
        actor_key=actor.key,
        actor_name=actor.name,
        post=post,
        words=words,
        inputs=dict(inputs or {}),
        prev_hash=alarm.line_hash,
    )
    made.hash = chain.link(made.prev_hash, chained(made))
    alarm.line_no, alarm.line_hash = made.no, made.hash
    return made


def chained(row: Line) -> dict[str, Any]:
    """Give what a line's hash covers."""
    return {"alarm": str(row.alarm_id), **{name: getattr(row, name) for name in _CHAINED}}


class LineSource:
    """The histories as a chain source of the audit."""

    def last_id(self) -> int:
        """Give the highest row id."""
        return Line.objects.aggregate(last=Max("id"))["last"] or 0

    def rows(self, after_id: int = 0, upto_id: int | None = None) -> Iterator[ChainRow]:
        """Give the lines by growing id."""
        lines = Line.objects.filter(id__gt=after_id).order_by("id")
        if upto_id is not None:
            lines = lines.filter(id__lte=upto_id)
        for row in lines.iterator(_CHUNK):
            yield ChainRow(row.pk, f"alarm:{row.alarm_id}", row.no, row.prev_hash, row.hash, chained(row))

    def heads(self) -> Iterator[tuple[str, int, str]]:
        """Give the head that every alarm keeps of its own history."""
        for alarm_id, no, mark in Alarm.objects.values_list("id", "line_no", "line_hash").iterator(_CHUNK):
            yield f"alarm:{alarm_id}", no, mark
