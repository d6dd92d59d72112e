# SPDX-License-Identifier: Apache-2.0
"""Verbs on calendars: import the days of later years, keep the shifts of cities and units."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from tongguan.kernel.errors import Invalid
from tongguan.kernel.importing import ImportReport, text_mistake
from tongguan.kernel.worktime import Calendar, shifts_from_text
from tongguan.people import guards, stamps
from tongguan.people.contracts import Actor, Post
from tongguan.people.labels import DAY_KIND_NAMES
from tongguan.people.models import CalendarDay, WorkCalendar
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

_CODE: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_DAYS: Final = 7


def save_days(
    actor: Actor, days: Mapping[date, tuple[str, str]], calendar: str = "", *, dry_run: bool = False
) -> ImportReport:
    """Add or correct special days, date -> (kind, name); of one calendar by code, or national ones.

    Nothing is written on a dry run. Raises Forbidden without the post 系统管理员; Invalid.
    """
    guards.require_post(actor, Post.SYSADMIN)
    for day, (kind, name) in days.items():
        if kind not in DAY_KIND_NAMES or text_mistake(name, 60, empty=True):
            raise Invalid(
                "calendar.day", zh=f"{day} 的类型或名称有误", en=f"{day}: bad kind or name", field="kind"
            )
    with atomic():
        owner = WorkCalendar.objects.filter(code=calendar).first() if calendar else None
        if calendar and owner is None:
            raise Invalid("calendar.unknown", zh="没有这个工作日历", en="no such calendar", field="calendar")
        known = {row.date: row for row in CalendarDay.objects.filter(calendar=owner, date__in=days)}
        new = [
            CalendarDay(calendar=owner, date=d, kind=k, name=n)
            for d, (k, n) in days.items()
            if d not in known
        ]
        changed = [row for row in known.values() if (row.kind, row.name) != days[row.date]]
        report = ImportReport(
            len(days), len(new), len(changed), len(known) - len(changed), errors=(), applied=not dry_run
        )
        if dry_run or not (new or changed):
            return report
        stamps.bump(stamps.CALENDARS)
        for row in changed:
            row.kind, row.name = days[row.date]
        CalendarDay.objects.bulk_create(new)
        CalendarDay.objects.bulk_update(changed, ["kind", "name"])
        detail = {"days": len(days), "created": len(new), "changed": len(changed), "first": str(min(days))}
        audit.record(actor, "calendar.days", f"calendar:{calendar or 'national'}", detail)
        return report


def save_calendar(
    actor: Actor, code: str, name: str, shifts: Sequence[Sequence[Sequence[str]]], *, national: bool = True
) -> None:
    """Make or change a calendar: seven lists of ``["08:00", "12:00"]``, Monday first.

    The code ``default`` is the whole city's. Raises Forbidden without the post 系统管理员; Invalid.
    """
    guards.require_post(actor, Post.SYSADMIN)
    if not _CODE.fullmatch(code):
        raise Invalid("calendar.code", zh="编码应为小写字母、数字、横线", en="not a valid code", field="code")
    if mistake := text_mistake(name, 60):
        raise Invalid("calendar.name", zh=mistake, en="not a valid name", field="name")
    try:
        Calendar(week=[shifts_from_text(day) for day in shifts])
    except (ValueError, TypeError) as error:
        raise Invalid(
            "calendar.shifts", zh=f"班次有误：{error}", en=f"not valid shifts: {error}", field="shifts"
        ) from error
    with atomic():
        stamps.bump(stamps.CALENDARS)
        plain = [[list(shift) for shift in day] for day in shifts]
        WorkCalendar.objects.update_or_create(
            code=code, defaults={"name": name, "shifts": plain, "national": national}
        )
        audit.record(
            actor, "calendar.save", f"calendar:{code}", {"name": name, "shifts": plain, "national": national}
        )
