# SPDX-License-Identifier: Apache-2.0
"""The verb of the working calendar: make a day to come a holiday or a working day.

A changed calendar does not move clocks that already run (ADR 0006); with ``recount`` the same act, audited,
sets them anew.
"""

from typing import Final

from django.utils import timezone

from tongguan.dispatch import api as dispatch
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid
from tongguan.kernel.importing import text_mistake
from tongguan.people import api as people
from tongguan.people.contracts import Actor, Post
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic
from tongguan.workdays import queries
from tongguan.workdays.contracts import HOLIDAY, MAKEUP, Change, NewDay
from tongguan.workdays.models import DayChange

#: More cases than this are not set anew within one request.
MOST_RECOUNTED: Final = 2_000
_TEXTS: Final = (("name", 60, True), ("reason", 200, False), ("source", 200, False))


def check(actor: Actor, new: NewDay) -> None:
    """Refuse a day that may not be altered. Raises Forbidden, NotFound (calendar), Invalid with its field."""
    if Post.SYSADMIN not in actor.scope.posts():
        raise Forbidden(
            "workday.not_your_post",
            zh="只有系统管理员可以调整工作日历",
            en="only a system administrator may alter the calendar",
        )
    queries.named(new.calendar)
    if new.date <= timezone.localdate(clock.now()):
        raise Invalid("workday.past", zh="只能调整以后的日期", en="only days to come", field="date")
    if new.date.year > queries.LAST:
        raise Invalid("workday.far", zh="日期过远", en="that day is too far ahead", field="date")
    if new.kind not in (HOLIDAY, MAKEUP):
        raise Invalid("workday.kind", zh="只能是休息或上班", en="holiday or makeup_workday", field="kind")
    for field, longest, empty in _TEXTS:
        if mistake := text_mistake(getattr(new, field), longest, empty=empty):
            raise Invalid(f"workday.{field}", zh=mistake, en=f"the {field} is not a short text", field=field)


def alter(actor: Actor, new: NewDay) -> Change:
    """Make a day to come what it shall be and keep why; with ``recount`` running clocks follow.

    One transaction. Raises Forbidden, NotFound, Invalid, Conflict (it is so already; too many to recount).
    """
    check(actor, new)
    with atomic():
        was = queries.kind_on(queries.named(new.calendar), new.date)
        moved = queries.differing(new) if new.recount else []
        ids = sorted({case_id for case_id, _, _ in moved})
        if len(ids) > MOST_RECOUNTED:
            raise Conflict(
                "workday.too_many",
                zh=f"涉及 {len(ids)} 件在办案件，请先不重算，由运维分批处理",
                en=f"{len(ids)} open cases would move: save without recounting",
            )
        done = people.save_days(actor, {new.date: (new.kind, new.name)}, new.calendar)
        if not (done.created or done.updated):
            raise Conflict("workday.same", zh="这一天已经如此", en="that day is so already")
        recounted = sum(dispatch.recount(case_id) for case_id in ids) if new.recount else None
        row = DayChange.objects.create(
            calendar=new.calendar,
            date=new.date,
            no=DayChange.objects.filter(calendar=new.calendar, date=new.date).count() + 1,
            was=was,
            kind=new.kind,
            name=new.name.strip(),
            reason=new.reason.strip(),
            source=new.source.strip(),
            by_key=actor.key,
            by_name=actor.name,
            at=clock.now(),
            recounted=recounted,
        )
        told = {"date": str(new.date), "was": was, "kind": new.kind, "no": row.no, "recounted": recounted}
        subject = f"calendar:{new.calendar or 'national'}"
        audit.record(actor, "workday.alter", subject, {**told, "reason": row.reason, "source": row.source})
    return Change(**{name: getattr(row, name) for name in Change.__dataclass_fields__})
