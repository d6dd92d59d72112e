# SPDX-License-Identifier: Apache-2.0
"""Pure: what a wall shows, made of vital signs, groups and times."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final

from tongguan.indicators.contracts import Grade, Sign, SignPoint
from tongguan.kernel.shifts import Definition
from tongguan.walls.contracts import DayInfo, HourInfo, OpenGroup, RankInfo, SignInfo

#: Digits of the divisions that a centre's wall compares: a city its districts, a district its streets.
BELOW: Final = {0: 2, 2: 4, 4: 6, 6: 9, 9: 12, 12: 12}
#: The vital signs on a wall, of the city's register; one that officials took out of force is not shown.
SHOWN: Final = (
    "open_now", "new_today", "closed_today", "overdue_now",
    "due_soon", "urgent_now", "closed_in_time", "handling_hours",
)  # fmt: skip
#: The signs whose hours are drawn: what came, what went.
CAME, WENT = "new_today", "closed_today"
#: The desk's words for what a sign counts, where it has some; else the rows are named by the sign itself.
_VIEWS: Final = {
    "open_now": "", "new_today": "全部 自:{day}", "overdue_now": "超期",
    "due_soon": "临期", "urgent_now": "紧急:紧急 紧急:特急",
}  # fmt: skip
#: What any case at all makes of a sign while no official has set thresholds.
_ANY: Final = {"overdue_now": "bad", "due_soon": "watch", "urgent_now": "watch"}
_SAME: Final = ("code", "zh", "en", "unit", "decimals", "value", "change", "at", "stale")
_GRADES: Final = {Grade.CALM: "calm", Grade.WATCH: "watch", Grade.ALARM: "bad"}


def shown(sign: Sign, token: str, day: date) -> SignInfo:
    """Give a sign of the register as a wall shows it; ``token`` names the rows behind it, if there are."""
    rows = f"全部 体征:{token}" if token else ""
    unset = _ANY.get(sign.code, "calm") if sign.value else "calm"
    return SignInfo(
        **{name: getattr(sign, name) for name in _SAME},
        state=_GRADES.get(sign.grade, unset),
        view=_VIEWS.get(sign.code, rows).format(day=day),
    )


def hours(came: Sequence[SignPoint], went: Sequence[SignPoint]) -> tuple[HourInfo, ...]:
    """Give cases opened and closed per hour; both lines have the same hours."""
    return tuple(
        HourInfo(at=one.at, opened=int(one.value or 0), closed=int(other.value or 0))
        for one, other in zip(came, went, strict=True)
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
