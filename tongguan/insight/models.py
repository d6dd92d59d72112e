# SPDX-License-Identifier: Apache-2.0
"""Tables of insight: when proposals are made, the proposals, forecasts of overload with what came of them."""

import uuid

from django.db import models
from django.db.models import Q


class TermsVersion(models.Model):
    """One wording of when a limit is proposed. Never edited: the newest is in force."""

    version = models.PositiveIntegerField(unique=True)
    body = models.JSONField()
    reason = models.CharField(max_length=500, blank=True)
    by = models.CharField(max_length=80)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()


class Look(models.Model):
    """One look at all limits: what was considered and why nothing else is proposed."""

    at = models.DateTimeField()
    by_name = models.CharField(max_length=60)
    period_from = models.DateTimeField()
    period_to = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    terms = models.PositiveIntegerField(default=0)
    proposed = models.PositiveIntegerField(default=0)
    considered = models.JSONField(default=list)

    class Meta:
        """The newest is shown."""

        indexes = (models.Index(fields=["-at"], name="insight_look_newest"),)


class Proposal(models.Model):
    """A proposal to change a limit. Its evidence is brought up to date while open, and stays as decided on.

    ``subject``: item or stage. ``division``: the division whose history it is made from.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    subject = models.CharField(max_length=8)
    stage = models.CharField(max_length=20)
    item_code = models.CharField(max_length=12, blank=True)
    item_name = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=20, blank=True)
    division = models.CharField(max_length=12, blank=True)
    direction = models.CharField(max_length=8)
    state = models.CharField(max_length=12, default="open")
    from_value = models.DecimalField(max_digits=7, decimal_places=2)
    to_value = models.DecimalField(max_digits=7, decimal_places=2)
    unit = models.CharField(max_length=20)
    cases = models.PositiveIntegerField()
    ends = models.PositiveIntegerField()
    share_now = models.FloatField()
    share_then = models.FloatField()
    share_low = models.FloatField()
    share_high = models.FloatField()
    made_at = models.DateTimeField()
    period_from = models.DateTimeField()
    period_to = models.DateTimeField()
    rule_version = models.CharField(max_length=40)
    clause = models.CharField(max_length=500, blank=True)
    reasons = models.JSONField(default=list)
    evidence = models.JSONField(default=dict)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    applied = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """One open proposal for a limit; read by state, the newest first."""

        constraints = (
            models.UniqueConstraint(
                fields=["subject", "stage", "item_code", "kind", "division", "from_value", "unit"],
                condition=Q(state="open"),
                name="insight_proposal_one_open",
            ),
        )
        indexes = (models.Index(fields=["state", "-made_at"], name="insight_proposal_state"),)


class Overload(models.Model):
    """What was said of a unit's coming week, and what the week brought."""

    unit = models.BigIntegerField()
    unit_name = models.CharField(max_length=100)
    unit_path = models.CharField(max_length=200)
    division = models.CharField(max_length=12, blank=True)
    week = models.DateField()
    made_at = models.DateTimeField()
    open_load = models.PositiveIntegerField()
    open_late = models.FloatField()
    inflow = models.FloatField()
    inflow_low = models.FloatField()
    inflow_high = models.FloatField()
    new_late = models.FloatField()
    late = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    usual_late = models.FloatField()
    naive_late = models.FloatField()
    drivers = models.JSONField(default=list)
    hindcast = models.BooleanField(default=False)
    came = models.PositiveIntegerField(null=True)
    came_inflow = models.PositiveIntegerField(null=True)

    class Meta:
        """One forecast of a unit's week; read by week."""

        constraints = (models.UniqueConstraint(fields=["unit", "week"], name="insight_overload_once"),)
        indexes = (models.Index(fields=["week", "division"], name="insight_overload_week"),)
