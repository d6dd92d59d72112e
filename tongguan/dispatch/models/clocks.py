# SPDX-License-Identifier: Apache-2.0
"""Tables of time: what runs, until when, and what is next to be said about it."""

from django.db import models
from django.db.models import Q


class Clock(models.Model):
    """One running or stopped measurement of a stage of a case, of a work order or of a supervision.

    ``order`` and ``supervision`` null: the city's own clock of that stage. ``due_at`` null: no limit is
    known (the clock only measures) or the clock is paused. ``rungs`` is the ladder frozen at the start,
    each rung with its moment in UTC microseconds since 1970 (``escalation.Rung``); ``notice_step`` is the
    index of the next one and ``next_notice_at`` its time: the one column that is asked what is due.
    ``series`` counts how often the moments were set anew, so that no notice is sent twice in one series.
    """

    id = models.BigAutoField(primary_key=True)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    order = models.ForeignKey(
        "dispatch.WorkOrder", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    supervision = models.ForeignKey(
        "dispatch.Supervision", null=True, on_delete=models.CASCADE, related_name="+"
    )
    stage = models.CharField(max_length=12)
    round = models.PositiveSmallIntegerField(default=1)
    division = models.CharField(max_length=12, blank=True)
    unit = models.ForeignKey(
        "people.Unit", null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    resume_at = models.DateTimeField(null=True)
    pauses = models.JSONField(default=list)
    limit_value = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    limit_unit = models.CharField(max_length=20, blank=True)
    extensions = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)
    excluded_from_score = models.BooleanField(default=False)
    counted = models.DurationField(null=True)
    rungs = models.JSONField(default=list)
    series = models.PositiveSmallIntegerField(default=1)
    notice_step = models.PositiveSmallIntegerField(default=0)
    next_notice_at = models.DateTimeField(null=True)
    warning = models.CharField(max_length=200, blank=True)

    class Meta:
        """At most one clock runs per stage and subject; the due engine reads one narrow partial index."""

        constraints = (
            models.UniqueConstraint(
                fields=["case", "stage"],
                condition=Q(stopped_at__isnull=True, supervision__isnull=True, order__isnull=True),
                name="dispatch_clock_one_running",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(stopped_at__isnull=True, order__isnull=False),
                name="dispatch_clock_one_order",
            ),
            models.UniqueConstraint(
                fields=["supervision", "stage"],
                condition=Q(stopped_at__isnull=True, supervision__isnull=False),
                name="dispatch_clock_one_supervised",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_notice_at"],
                name="dispatch_clock_next_notice",
                condition=Q(next_notice_at__isnull=False),
            ),
            models.Index(
                fields=["resume_at"], name="dispatch_clock_resume", condition=Q(resume_at__isnull=False)
            ),
            models.Index(
                fields=["case"],
                name="dispatch_clock_warned",
                condition=Q(stopped_at__isnull=True) & ~Q(warning=""),
            ),
            models.Index(fields=["case", "stage"], name="dispatch_clock_case"),
        )
