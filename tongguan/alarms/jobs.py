# SPDX-License-Identifier: Apache-2.0
"""What alarms do by time: escalate, wake, come up when quiet is over, forget verdicts too old to matter."""

from typing import Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from tongguan.alarms import acting, calming, grouping, history, telling
from tongguan.alarms.facts import AlarmAnnounced, AlarmEscalated
from tongguan.alarms.hearing import set_due
from tongguan.alarms.history import LineSource
from tongguan.alarms.lifecycle import State
from tongguan.alarms.models import Alarm, Membership, Told
from tongguan.alarms.terms import defaults
from tongguan.kernel import clock
from tongguan.runtime import outbox, spi
from tongguan.runtime.transactions import atomic
from tongguan.tables import api as tables

spi.audited.register("alarms", LineSource())
_AT_ONCE: Final = 500


@spi.every(15, "alarms.escalate")
def escalate() -> int:
    """Tell the next level of alarms that nobody confirmed in time; give how many."""
    now = clock.now()
    with atomic():
        due = Q(due_at__lte=now, state=State.RAISED, quiet=False, cleared_at__isnull=True)
        awake = Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now)
        alone = Exists(Membership.objects.filter(alarm=OuterRef("pk"), head=OuterRef("pk")))
        rows = _claimed(Alarm.objects.filter(due & awake).filter(alone))
        step = defaults().step
        lines = []
        for row in rows:
            row.level += 1
            row.due_at = now + step if row.level < len(telling.LEVELS) else None
            words = f"逾期未确认，第 {row.level} 级上报"
            lines.append(history.line(row, "escalate", at=now, written_at=now, words=words))
        tables.update(rows, ["level", "due_at", "line_no", "line_hash"])
        tables.insert(lines)
        telling.tell_level(rows, now)
        if rows:
            outbox.publish(
                *(AlarmEscalated(alarm_id=row.pk, level=row.level, division=row.division) for row in rows)
            )
    return len(rows)


@spi.every(15, "alarms.wake")
def wake() -> int:
    """Let alarms remind again whose snooze is over."""
    with atomic():
        open_states = (State.RAISED, State.CONFIRMED, State.NOTIFIED)
        rows = _claimed(Alarm.objects.filter(snoozed_until__lte=clock.now(), state__in=open_states))
        acting.woken(rows)
    return len(rows)


@spi.every(30, "alarms.emerge")
def emerge() -> int:
    """Bring up alarms that are still active when the time of quiet that held them back is over."""
    now = clock.now()
    with atomic():
        rows = _claimed(Alarm.objects.filter(calming.over(now)))
        lines = []
        for row in rows:
            row.quiet = False
            set_due(row, now)
            words = "静默时段结束，读数仍未恢复"
            lines.append(history.line(row, "announce", at=now, written_at=now, words=words))
        tables.update(rows, ["quiet", "due_at", "line_no", "line_hash"])
        tables.insert(lines)
        grouping.group(rows, now)
        if rows:
            outbox.publish(
                *(AlarmAnnounced(alarm_id=row.pk, grade=row.grade, division=row.division) for row in rows)
            )
    return len(rows)


@spi.every(3600, "alarms.forget")
def forget() -> int:
    """Drop verdicts so much older than their matter's newest that none that comes late could need them."""
    kept = round(defaults().kept.total_seconds() * 1000)
    standing = Alarm.objects.filter(matter=OuterRef("matter"), cleared_at__isnull=True)
    with atomic():
        old = Told.objects.filter(at__lt=F("matter__last_at") - kept).exclude(Exists(standing))
        numbers = list(old.values_list("pk", flat=True)[:20_000])
        return Told.objects.filter(pk__in=numbers).delete()[0] if numbers else 0


def _claimed(rows: QuerySet[Alarm]) -> list[Alarm]:
    """Lock the next rows and read them anew: what another engine has done is not done again."""
    ids = list(rows.order_by("id").values_list("pk", flat=True)[:_AT_ONCE])
    return list(rows.filter(pk__in=ids).order_by("id").select_for_update())
