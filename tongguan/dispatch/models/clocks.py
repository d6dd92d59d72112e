# SPDX-License-Identifier: Apache-2.0
"""Tables of time: what runs, until when, and what is next to be said about it."""

from django.db import models
from django.db.models import Q


class Ladder(models.Model):
    """One wording of an escalation ladder, kept for ever: a clock names the row it started with.

    ``digest`` is the SHA-256 of the canonical body, so that the same ladder is stored once.
    """

    digest = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=40)
    body = models.JSONField()
    created_at = models.DateTimeField()


class Clock(models.Model):
    """One running or stopped measurement of a stage of a case, of a work order or of a supervision.

    ``order`` and ``supervision`` null: the city's own clock of that stage. ``due_at`` null: no limit is
    known (the clock only measures) or the clock is paused. ``moments`` holds the ladder's moments in
    UTC microseconds since 1970, ``notice_step`` the index of the next one, ``next_notice_at`` its time:
    the one column that is asked when something is due.
    """

    id = models.BigAutoField(primary_key=True)
    case_id = models.UUIDField()
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
    counted = models.DurationField(null=True)
    ladder = models.ForeignKey(Ladder, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    moments = models.JSONField(default=list)
    notice_step = models.PositiveSmallIntegerField(default=0)
    next_notice_at = models.DateTimeField(null=True)
    warning = models.CharField(max_length=200, blank=True)

    class Meta:
        """At most one clock runs per stage and subject; the due engine reads one narrow partial index."""

        constraints = (
            models.UniqueConstraint(
                fields=["case_id", "stage"],
                condition=Q(stopped_at__isnull=True, supervision__isnull=True),
                name="dispatch_clock_one_running",
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
            models.Index(fields=["case_id", "stage"], name="dispatch_clock_case"),
        )
