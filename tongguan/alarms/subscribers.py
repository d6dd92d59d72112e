# SPDX-License-Identifier: Apache-2.0
"""What alarms do when they hear of something: tell the people on duty."""

from tongguan.alarms import telling
from tongguan.alarms.facts import AlarmAnnounced, AlarmGraded, AlarmGrouped, AlarmRaised
from tongguan.alarms.lifecycle import State
from tongguan.alarms.models import Alarm
from tongguan.kernel import clock
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe


@subscribe(AlarmRaised, AlarmAnnounced, AlarmGraded, AlarmGrouped, name="alarms.tell")
def tell(batch: list[Delivered]) -> None:
    """Tell of alarms grave enough to become reports; of a storm, only of the one that stands for it."""
    ids = [getattr(one.fact, "head_id", None) or getattr(one.fact, "alarm_id", None) for one in batch]
    rows = Alarm.objects.filter(
        pk__in=[pk for pk in ids if pk], quiet=False, cleared_at__isnull=True, state=State.RAISED
    )
    loud = [row for row in rows.select_related("membership") if row.membership.head_id == row.pk]
    telling.tell_raised([row for row in loud if row.grade >= row.tells_from], clock.now())
