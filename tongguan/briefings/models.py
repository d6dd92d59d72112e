# SPDX-License-Identifier: Apache-2.0
"""Tables of briefings: wordings of templates, schedules, runs with their documents, and each run's course."""

from typing import ClassVar

from django.db import models

from tongguan.briefings.contracts import State
from tongguan.kernel.ids import new_id


class TemplateVersion(models.Model):
    """One version of a template as officials wrote it. Never edited: the newest of a code is in force."""

    code = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)
    cadence = models.CharField(max_length=10)
    division = models.CharField(max_length=12, blank=True)
    text = models.TextField()
    note = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=80)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """A version of a code is written once, which also decides a race."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["code", "version"], name="briefings_template_once"),
        ]


class Schedule(models.Model):
    """A template written by itself for a division. ``last_until``: the end of the last period written."""

    template = models.CharField(max_length=40)
    division = models.CharField(max_length=12)
    minute = models.PositiveSmallIntegerField()
    workdays = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    posts = models.JSONField(default=list)
    signed_posts = models.JSONField(default=list)
    last_until = models.DateTimeField(null=True)
    by = models.CharField(max_length=80)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """A template is scheduled once for a division."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["template", "division"], name="briefings_schedule_once"),
        ]


class Briefing(models.Model):
    """One briefing. ``document`` is its canonical JSON, ``digest`` that one's SHA-256; written once.

    ``version`` grows with everything people do to it. ``line_no``: the last line of its course.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    template = models.CharField(max_length=40)
    template_version = models.PositiveIntegerField()
    template_text = models.TextField()
    kind = models.CharField(max_length=10)
    title = models.CharField(max_length=300)
    division = models.CharField(max_length=12)
    place = models.CharField(max_length=120)
    cadence = models.CharField(max_length=10)
    since = models.DateTimeField()
    until = models.DateTimeField()
    period = models.CharField(max_length=80)
    focus = models.JSONField(default=dict)
    focus_zh = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, default=State.WRITING)
    version = models.PositiveIntegerField(default=1)
    line_no = models.PositiveIntegerField(default=0)
    document = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    percent = models.PositiveSmallIntegerField(default=0)
    job_id = models.UUIDField(null=True)
    error = models.CharField(max_length=500, blank=True)
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.SET_NULL, related_name="+")
    made_by = models.CharField(max_length=80)
    made_by_name = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    reviewed_by = models.CharField(max_length=80, blank=True)
    reviewed_by_name = models.CharField(max_length=60, blank=True)
    signed_by_name = models.CharField(max_length=60, blank=True)
    signed_at = models.DateTimeField(null=True)

    class Meta:
        """Listed by division, the newest first; by its job; a schedule's period once."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["division", "-made_at"], name="briefings_by_division"),
            models.Index(fields=["job_id"], name="briefings_by_job"),
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["schedule", "until"], name="briefings_period_once"),
        ]


class Wording(models.Model):
    """A sentence as it is worded now, where people or the assistant changed it."""

    briefing = models.ForeignKey(Briefing, on_delete=models.CASCADE, related_name="wordings", db_index=False)
    key = models.CharField(max_length=12)
    pieces = models.JSONField()
    source = models.CharField(max_length=10)

    class Meta:
        """A sentence has one wording at a time; all there were are in the course."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["briefing", "key"], name="briefings_wording_once"),
        ]


class Line(models.Model):
    """One line of a briefing's course. Rows are only added."""

    briefing = models.ForeignKey(Briefing, on_delete=models.CASCADE, related_name="lines", db_index=False)
    no = models.PositiveIntegerField()
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=12, blank=True)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    reason = models.CharField(max_length=500, blank=True)
    by = models.CharField(max_length=80)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """Numbered within the briefing."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["briefing", "no"], name="briefings_line_once"),
        ]
