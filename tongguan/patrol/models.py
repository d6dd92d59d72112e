# SPDX-License-Identifier: Apache-2.0
"""Tables of field work: entries by the device's own numbers, tracks, last positions."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class FieldEntry(models.Model):
    """One entry of a collector's device, kept for ever under the number the device gave it."""

    user_id = models.BigIntegerField("采集员")
    user_name = models.CharField(max_length=60)
    client_id = models.UUIDField("设备编号")
    digest = models.CharField(max_length=64)
    division = models.CharField("区划", max_length=12)
    kind = models.CharField("类型", max_length=10)
    outcome = models.CharField("结果", max_length=10)
    code = models.CharField(max_length=60, blank=True)
    why = models.CharField("原因", max_length=300, blank=True)
    report_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    of = models.UUIDField(null=True)
    body = models.JSONField(default=dict)
    told_at = models.DateTimeField("现场时间")
    received_at = models.DateTimeField("接收时间")
    reviewed_at = models.DateTimeField("审看时间", null=True)
    reviewed_by = models.CharField("审看人", max_length=60, blank=True)
    decision = models.CharField("处理", max_length=10, blank=True)
    reason = models.CharField("理由", max_length=500, blank=True)

    class Meta:
        """The same number of one person is one entry."""

        verbose_name = verbose_name_plural = "现场记录"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user_id", "client_id"], name="patrol_entry_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["user_id", "id"], name="patrol_waiting", condition=Q(outcome="waiting")),
            models.Index(
                fields=["-id"],
                name="patrol_to_review",
                condition=Q(outcome="conflict", reviewed_at__isnull=True),
            ),
        ]


class TrackPoint(models.Model):
    """One point of a patrol; purged after the days the city keeps tracks."""

    user_id = models.BigIntegerField()
    at = models.DateTimeField()
    lon = models.FloatField()
    lat = models.FloatField()
    accuracy = models.FloatField(default=0)

    class Meta:
        """One place at one moment."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user_id", "at"], name="patrol_point_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["at"], name="patrol_point_at")]


class LastSeen(models.Model):
    """Where a collector was last; the point told latest by the device's clock wins."""

    user_id = models.BigIntegerField(primary_key=True)
    user_name = models.CharField(max_length=60)
    division = models.CharField(max_length=12, db_index=True)
    lon = models.FloatField()
    lat = models.FloatField()
    accuracy = models.FloatField(default=0)
    at = models.DateTimeField()
