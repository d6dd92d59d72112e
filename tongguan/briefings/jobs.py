# SPDX-License-Identifier: Apache-2.0
"""What briefings do by time: write what is scheduled once its period is over and read."""

import logging
from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils import timezone

from tongguan.briefings import api, polishing, register, writing
from tongguan.briefings.contracts import NewBriefing
from tongguan.briefings.models import Schedule
from tongguan.casebook import queries as casebook
from tongguan.documents.api import periods
from tongguan.documents.contracts import Cadence
from tongguan.kernel import clock
from tongguan.kernel.errors import Refusal
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM
from tongguan.runtime import spi
from tongguan.runtime.transactions import atomic

spi.job_kinds.register(writing.KIND, writing.run)
spi.job_kinds.register(polishing.KIND, polishing.run)
_log = logging.getLogger(__name__)
#: So long after its time a briefing is written even if the book has not read up to the period's end.
_PATIENCE: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)


@spi.every(30, "briefings.schedule")
def schedule() -> int:
    """Begin every briefing that is due; give how many."""
    now = timezone.localtime(clock.now())
    begun = 0
    with casebook.open_book(PLATFORM) as book:
        read_at = book.read_at
    for row in Schedule.objects.filter(active=True).order_by("id"):
        asked = due(row, now, read_at)
        if asked is not None:
            begun += _begin(row, asked)
    return begun


def due(row: Schedule, now: datetime, read_at: datetime | None) -> NewBriefing | None:
    """Give what a schedule wants written at a local time; None when nothing is due yet."""
    try:
        cadence = Cadence(register.named(row.template).cadence)
    except Refusal:
        return None
    today = now.date()
    if row.workdays and not _working(today):
        return None
    period = periods.containing(cadence, periods.finished(cadence, today), writing.zone())
    moment = datetime.combine(today, time(), now.tzinfo) + timedelta(minutes=row.minute)
    if now < moment or (row.last_until is not None and row.last_until >= period.until):
        return None
    if (read_at is None or read_at < period.until) and now < max(moment, period.until) + _PATIENCE:
        return None
    if row.workdays and cadence is Cadence.DAY and not _working(period.since.date()):
        since = period.since
        while not _working((since - _DAY).date()):
            since -= _DAY
        return NewBriefing(template=row.template, division=row.division, since=since, until=period.until)
    return NewBriefing(template=row.template, division=row.division, day=period.since.date().isoformat())


def _working(day: date) -> bool:
    """Tell whether the city works on a day: its calendar counts working time then."""
    calendar = people.calendar_for()
    noon = datetime.combine(day, time(10), timezone.get_default_timezone())
    return calendar.is_working(noon)


def _begin(row: Schedule, asked: NewBriefing) -> int:
    """Write it once: of several engines the one that moves ``last_until`` on does."""
    read = register.checked(register.named(row.template).text)
    until = writing.period_of(asked, read.cadence).until
    with atomic():
        mine = Schedule.objects.filter(pk=row.pk, active=True, last_until=row.last_until)
        if not mine.update(last_until=until):
            return 0
        try:
            api.write(PLATFORM, asked, schedule_id=row.pk)
        except Refusal as refusal:
            _log.warning("schedule %s cannot be written: %s", row.pk, refusal)
            return 0
    return 1
