# SPDX-License-Identifier: Apache-2.0
"""Whom alarms are told: the centre's people on duty, the next level when nobody confirms, notified units."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils import timezone

from tongguan.alarms.contracts import GRADES, Grade
from tongguan.alarms.models import Alarm
from tongguan.messaging import api as messaging
from tongguan.messaging.contracts import Notice
from tongguan.people import queries as people
from tongguan.people.contracts import Post, UnitInfo

#: Whom each level of escalation tells; after the last nobody is left to tell.
LEVELS: Final = (Post.DUTY_CHIEF, Post.LEADER)
_AT_FIRST: Final = (Post.ACCEPTOR, Post.DUTY_CHIEF)
_MINUTE: Final = timedelta(minutes=1)


class _Faces:
    """Who is on duty, else who holds the post; each asked once per batch."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._known: dict[tuple[Post, str], tuple[int, ...]] = {}

    def of(self, post: Post, division: str) -> tuple[int, ...]:
        key = (post, division)
        if key not in self._known:
            found = people.on_duty(post, division, self._now) or people.holders(post, division)
            self._known[key] = tuple(person.id for person in found)
        return self._known[key]


def tell_raised(rows: Iterable[Alarm], now: datetime) -> None:
    """Tell the acceptors and duty chiefs of the centre, once per alarm and grade; in the open transaction."""
    faces = _Faces(now)
    messaging.notify(
        [
            _notice(row, "alarm.raised", f"alarm:{row.pk}:{row.grade}", user)
            for row in rows
            for user in dict.fromkeys(u for post in _AT_FIRST for u in faces.of(post, row.division))
        ]
    )


def tell_level(rows: Sequence[Alarm], now: datetime) -> None:
    """Tell those of each alarm's level that nobody has confirmed it; in the open transaction."""
    faces = _Faces(now)
    messaging.notify(
        [
            _notice(
                row, "alarm.escalated", f"alarm:{row.pk}:level:{row.level}", user,
                minutes=round((now - row.heard_at) / _MINUTE),
            )
            for row in rows
            for user in faces.of(LEVELS[min(row.level, len(LEVELS)) - 1], row.division)
        ]
    )  # fmt: skip


def tell_units(row: Alarm, units: Sequence[UnitInfo], note: str) -> None:
    """Tell the heads of units; one without a head is answered for by its nearest superior's."""
    users: dict[int, None] = {}
    for unit in units:
        heads = people.holders(Post.DEPARTMENT, unit.id) or people.superior_holders(Post.DEPARTMENT, unit.id)
        users.update(dict.fromkeys(person.id for person in heads))
    key = f"alarm:{row.pk}:units"
    messaging.notify([_notice(row, "alarm.notified", key, user, note=note) for user in users])


def _notice(row: Alarm, template: str, key: str, user: int, **more: Any) -> Notice:
    params = {
        "grade": GRADES[Grade(row.grade)],
        "name": row.name,
        "place": row.place,
        "words": row.words,
        "at": timezone.localtime(row.raised_at).strftime("%m-%d %H:%M"),
        **more,
    }
    return Notice(
        key=key, to_user=user, template=template, params=params, division=row.division,
        link=f"/desk/alarms/{row.pk}",
    )  # fmt: skip
