# SPDX-License-Identifier: Apache-2.0
"""Pure: what a wall shows, computed from groups and times."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from tongguan.kernel.shifts import Definition
from tongguan.walls.contracts import DayInfo, HourInfo, OpenGroup, RankInfo, SignInfo

_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
#: Digits of the divisions that a centre's wall compares: a city its districts, a district its streets.
BELOW: Final = {0: 2, 2: 4, 4: 6, 6: 9, 9: 12, 12: 12}


def signs(
    groups: Sequence[OpenGroup],
    opened: Sequence[datetime],
    closed: Sequence[datetime],
    midnight: datetime,
    now: datetime,
    hot: int,
) -> tuple[SignInfo, ...]:
    """Give the vital signs. ``opened`` and ``closed`` reach back a day before ``midnight``."""
    open_now = sum(group.count for group in groups)
    late = sum(group.late for group in groups)
    soon = sum(group.soon for group in groups)
    urgent = sum(group.count for group in groups if group.urgency != "normal")
    today, day_before = _today(opened, midnight, now)
    done, done_before = _today(closed, midnight, now)
    # What was open at this time yesterday, as long as no case was taken up again in between.
    since = now - _DAY
    was_open = open_now - _between(opened, since, now) + _between(closed, since, now)
    day = f"{midnight:%Y-%m-%d}"
    return (
        _sign("open", open_now, before=was_open),
        _sign("opened_today", today, before=day_before, view=f"全部 自:{day}"),
        _sign("closed_today", done, before=done_before, view=f"已结 结自:{day}"),
        _sign("overdue", late, state="bad" if late else "calm", view="超期"),
        _sign("due_soon", soon, state="watch" if soon else "calm", view="临期"),
        _sign("urgent", urgent, state="watch" if urgent else "calm", view="紧急:紧急 紧急:特急"),
        _sign("overdue_rate", 100 * late / open_now if open_now else 0, unit="%", view="超期"),
        _sign("hot", hot, view="hot"),
    )


def hours(
    opened: Iterable[datetime], closed: Iterable[datetime], now: datetime, count: int = 24
) -> tuple[HourInfo, ...]:
    """Give cases opened and closed in each of the last full hours and the running one, the oldest first."""
    last = now.replace(minute=0, second=0, microsecond=0)
    came, went = (Counter((last - _floor(at)) // _HOUR for at in ats) for ats in (opened, closed))
    return tuple(
        HourInfo(at=last - n * _HOUR, opened=came[n], closed=went[n]) for n in reversed(range(count))
    )


def ranked(
    groups: Iterable[OpenGroup], key: Callable[[OpenGroup], str], names: Mapping[str, str], limit: int
) -> tuple[RankInfo, ...]:
    """Give the keys with most open cases, the most first; equal ones by code."""
    count: Counter[str] = Counter()
    late: Counter[str] = Counter()
    for group in groups:
        count[key(group)] += group.count
        late[key(group)] += group.late
    best = sorted(count, key=lambda code: (-count[code], code))[:limit]
    return tuple(
        RankInfo(code=code, name=names.get(code) or code, open=count[code], overdue=late[code])
        for code in best
    )


def day_of(day: date, definition: Definition) -> DayInfo:
    """Give what kind of day it is by the calendar's definition."""
    if day in definition.holidays:
        return DayInfo(date=day, kind="holiday")
    if day in definition.makeup:
        return DayInfo(date=day, kind="makeup")
    return DayInfo(date=day, kind="working" if definition.week[day.weekday()] else "weekend")


def mark(due_at: datetime | None, now: datetime, soon: timedelta) -> str:
    """Give ``late``, ``soon`` or ``calm``."""
    if due_at is None or due_at >= now + soon:
        return "calm"
    return "late" if due_at < now else "soon"


def _sign(
    code: str,
    value: float,
    *,
    unit: str = "件",
    before: float | None = None,
    state: str = "calm",
    view: str = "",
) -> SignInfo:
    return SignInfo(code=code, value=value, unit=unit, before=before, state=state, view=view)


def _today(times: Sequence[datetime], midnight: datetime, now: datetime) -> tuple[int, int]:
    return _between(times, midnight, now), _between(times, midnight - _DAY, now - _DAY)


def _between(times: Iterable[datetime], since: datetime, until: datetime) -> int:
    return sum(since < at <= until for at in times)


def _floor(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
