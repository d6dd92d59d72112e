# SPDX-License-Identifier: Apache-2.0
"""Tables of alarms: matters, what was told of them, alarms, their history, storms, quiet times, the book."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tongguan.alarms.contracts import MissState
from tongguan.alarms.lifecycle import State
from tongguan.kernel.ids import new_id


class Matter(models.Model):
    """What a rule watches one thing of; its row is locked while its verdicts are heard.

    ``last_at`` (ms): of its newest verdict.
    """

    rule = models.CharField(max_length=80)
    matter = models.CharField(max_length=200)
    last_at = models.BigIntegerField(default=-1)

    class Meta:
        """A matter of a rule has one row."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["rule", "matter"], name="alarms_matter_once"),
        ]


class Told(models.Model):
    """A verdict as it was heard, kept so that one which comes late finds the others. Rows are only added."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="told", db_index=False)
    at = models.BigIntegerField()
    grade = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField()
    words = models.CharField(max_length=500, blank=True)
    evidence = models.JSONField(default=dict)
    streams = models.JSONField(default=list)
    division = models.CharField(max_length=12, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    class Meta:
        """The same moment and grade of a matter is the same verdict."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["matter", "at", "grade"], name="alarms_told_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["at"], name="alarms_told_age")]


class Calm(models.Model):
    """A time in which alarms are kept quiet, with its reason."""

    id = models.UUIDField(primary_key=True, default=new_id)
    kind = models.CharField("类别", max_length=12)
    begins_at = models.DateTimeField("开始")
    ends_at = models.DateTimeField("结束")
    ended_at = models.DateTimeField("提前结束", null=True)
    reason = models.CharField("原因", max_length=300)
    division = models.CharField("区划", max_length=12, blank=True)
    rule = models.CharField("规则", max_length=80, blank=True)
    matter = models.CharField("对象", max_length=200, blank=True)
    things = models.JSONField("设施", default=list)
    streams = models.JSONField("数据流", default=list)
    by_key = models.CharField(max_length=60)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """Those in force are found by their end."""

        verbose_name = verbose_name_plural = "静默时段"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["ends_at", "begins_at"], name="alarms_calm_end"),
            models.Index(fields=["division", "-begins_at"], name="alarms_calm_division"),
        ]


class Alarm(models.Model):
    """One occurrence of a matter: from the first verdict above "clear" to the next "clear".

    ``raised_at``, ``graded_at`` and ``cleared_at`` are times of readings, ``heard_at`` of the platform.
    ``about`` repeats the matter's name. ``quiet``: ``calm`` holds it back. ``line_no`` and
    ``line_hash`` are the head of its history's chain.
    ``due_at``: nobody confirmed it until then: the next level is told.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="alarms", db_index=False)
    about = models.CharField("对象", max_length=200)
    rule = models.CharField("规则", max_length=80)
    rule_version = models.PositiveIntegerField()
    family = models.CharField(max_length=40)
    name = models.CharField("名称", max_length=100)
    place = models.CharField("位置", max_length=200, blank=True)
    item_code = models.CharField("事项", max_length=20, blank=True)
    tells_from = models.PositiveSmallIntegerField()
    minutes = models.JSONField(default=dict)
    state = models.CharField("状态", max_length=12, default=State.RAISED.value)
    grade = models.PositiveSmallIntegerField("级别")
    peak = models.PositiveSmallIntegerField("最高级别")
    raised_at = models.DateTimeField("发生时间")
    graded_at = models.DateTimeField("定级时间")
    cleared_at = models.DateTimeField("恢复时间", null=True)
    heard_at = models.DateTimeField("收到时间")
    words = models.CharField("说明", max_length=500, blank=True)
    evidence = models.JSONField(default=dict)
    streams = models.JSONField(default=list)
    things = models.JSONField(default=list)
    division = models.CharField("区划", max_length=12, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    quiet = models.BooleanField("静默", default=False)
    calm = models.ForeignKey(Calm, null=True, on_delete=models.PROTECT, related_name="held")
    snoozed_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    level = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)
    rejected_at = models.DateTimeField(null=True)
    rejected_grade = models.PositiveSmallIntegerField(default=0)
    cause = models.CharField(max_length=20, blank=True)
    notified_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    evaluated_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, blank=True)
    report_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    version = models.PositiveIntegerField(default=1)
    line_no = models.PositiveIntegerField(default=0)
    line_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        """Of a matter one alarm at most is active, whatever writes; what is looked at often is narrow."""

        verbose_name = verbose_name_plural = "预警"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["matter"], name="alarms_one_active", condition=Q(cleared_at__isnull=True)
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["matter", "raised_at"], name="alarms_of_matter"),
            models.Index(fields=["raised_at", "id"], name="alarms_newest"),
            models.Index(fields=["division", "raised_at"], name="alarms_division"),
            models.Index(
                fields=["division", "grade"], name="alarms_active", condition=Q(cleared_at__isnull=True)
            ),
            models.Index(fields=["due_at"], name="alarms_due", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=["snoozed_until"], name="alarms_snoozed", condition=Q(snoozed_until__isnull=False)
            ),
            models.Index(fields=["calm"], name="alarms_quiet", condition=Q(quiet=True)),
            models.Index(fields=["case_id"], name="alarms_case", condition=Q(case_id__isnull=False)),
            models.Index(fields=["rule", "raised_at"], name="alarms_rule"),
        ]


class Stream(models.Model):
    """A datastream whose readings an alarm judged; the book by device reads it."""

    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="judged", db_index=False)
    stream = models.BigIntegerField()

    class Meta:
        """Once per alarm and stream."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["alarm", "stream"], name="alarms_stream_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["stream", "alarm"], name="alarms_by_stream")
        ]


class Membership(models.Model):
    """Which alarm stands for the storm an alarm belongs to: itself when it is alone.

    A table of its own, written under the storm lock only, so that grouping never waits for an alarm's row.
    """

    alarm = models.OneToOneField(Alarm, primary_key=True, on_delete=models.CASCADE, related_name="membership")
    head = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="members")
    since = models.DateTimeField()


class Line(models.Model):
    """One line of an alarm's history. Never changed, never deleted; each carries the hash of the last."""

    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="lines", db_index=False)
    no = models.PositiveIntegerField()
    move = models.CharField(max_length=20)
    frm = models.CharField(max_length=12, blank=True)
    to = models.CharField(max_length=12)
    grade = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    written_at = models.DateTimeField()
    actor_key = models.CharField(max_length=60)
    actor_name = models.CharField(max_length=60)
    post = models.CharField(max_length=20, blank=True)
    words = models.TextField(blank=True)
    inputs = models.JSONField(default=dict)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        """A line has one number within its alarm."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["alarm", "no"], name="alarms_line_once"),
        ]


class Notified(models.Model):
    """A unit that was told of an alarm, and therefore may see it."""

    alarm = models.ForeignKey(Alarm, on_delete=models.CASCADE, related_name="notified", db_index=False)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_path = models.CharField(max_length=64)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=60)

    class Meta:
        """Once per alarm and unit."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["alarm", "unit"], name="alarms_notified_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["unit_path", "alarm"], name="alarms_notified_unit")
        ]


class RuleTerms(models.Model):
    """What officials set of a rule's alarms; the newest row of a rule holds. Rows are only added."""

    rule = models.CharField("规则", max_length=80)
    item_code = models.CharField("事项", max_length=20, blank=True)
    tells_from = models.PositiveSmallIntegerField("转上报的级别")
    minutes = models.JSONField("确认时限", default=dict)
    source = models.CharField("依据", max_length=200)
    by_key = models.CharField(max_length=60)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """Read by rule, the newest first."""

        verbose_name = verbose_name_plural = "预警规则的处置要求"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["rule", "-id"], name="alarms_terms_newest")
        ]


class Miss(models.Model):
    """A case of which there should have been a warning."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case_id = models.UUIDField()
    rule = models.CharField("规则", max_length=80, blank=True)
    stream = models.BigIntegerField(null=True)
    division = models.CharField("区划", max_length=12)
    state = models.CharField("状态", max_length=12, default=MissState.BOOKED.value)
    at = models.DateTimeField()
    words = models.CharField("说明", max_length=500)
    by_key = models.CharField(max_length=60)
    by_name = models.CharField(max_length=60)
    judged_by = models.CharField(max_length=60, blank=True)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        """Once per case and rule."""

        verbose_name = verbose_name_plural = "漏报"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case_id", "rule"], name="alarms_miss_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["division", "-at"], name="alarms_miss_division")
        ]
