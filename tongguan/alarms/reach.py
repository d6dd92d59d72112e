# SPDX-License-Identifier: Apache-2.0
"""Which alarms an actor may see: every path goes through here."""

from django.db.models import Q, QuerySet

from tongguan.alarms.models import Alarm, Notified
from tongguan.people.contracts import Actor
from tongguan.people.queries import division_q, unit_q


def visible(actor: Actor) -> QuerySet[Alarm]:
    """Give the alarms an actor may see: of the centre's divisions, and those of which a unit was told."""
    mine = division_q(actor.scope, "division")
    if not mine:  # the whole country: an empty condition joined with another by "or" would vanish
        return Alarm.objects.all()
    told = Notified.objects.filter(unit_q(actor.scope, "unit_path")).values("alarm")
    return Alarm.objects.filter(mine | Q(pk__in=told))
