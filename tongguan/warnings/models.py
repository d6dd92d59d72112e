# SPDX-License-Identifier: Apache-2.0
"""Tables of warnings: CAP messages that came, those that could not be read, those that went out."""

from typing import ClassVar

from django.db import models

from tongguan.kernel.ids import new_id


class Received(models.Model):
    """A CAP message of another system; the same sender, identifier and time is the same message.

    ``replaced_by``: the message that updated or cancelled it; ``ended``: it was cancelled. ``distribution``:
    what the EDXL-DE envelope said that it came in, empty without one.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    sender = models.CharField("发送者", max_length=200)
    identifier = models.CharField("标识", max_length=200)
    sent = models.DateTimeField("发送时间")
    client = models.CharField(max_length=60)
    status = models.CharField(max_length=12)
    msg_type = models.CharField(max_length=8)
    grade = models.PositiveSmallIntegerField("级别")
    event = models.CharField("事件", max_length=200, blank=True)
    signal = models.CharField("信号", max_length=40, blank=True)
    headline = models.CharField("标题", max_length=300, blank=True)
    words = models.TextField("说明", blank=True)
    place = models.CharField("范围", max_length=500, blank=True)
    division = models.CharField("区划", max_length=12)
    onset = models.DateTimeField(null=True)
    expires = models.DateTimeField("失效时间", null=True)
    references = models.JSONField(default=list)
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="replaces")
    ended = models.BooleanField("已解除", default=False)
    distribution = models.JSONField(default=dict)
    raw = models.TextField()
    received_at = models.DateTimeField()
    report_id = models.UUIDField(null=True)

    class Meta:
        """Once per sender, identifier and time."""

        verbose_name = verbose_name_plural = "外来预警"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sender", "identifier", "sent"], name="warnings_received_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["division", "-sent"], name="warnings_received_newest"),
        ]


class Unreadable(models.Model):
    """What came as CAP and could not be read, as it came; the same bytes of the same sender once."""

    id = models.UUIDField(primary_key=True, default=new_id)
    client = models.CharField(max_length=60)
    digest = models.CharField(max_length=64)
    raw = models.TextField()
    field = models.CharField(max_length=40)
    fault = models.CharField(max_length=200)
    division = models.CharField(max_length=12)
    times = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        """Once per sender and bytes."""

        verbose_name = verbose_name_plural = "无法读取的外来预警"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["client", "digest"], name="warnings_unreadable_once"),
        ]


class Issued(models.Model):
    """A CAP message that went out; ``no`` counts 1, 2, 3 within the alarm. Rows are only added."""

    alarm_id = models.UUIDField()
    no = models.PositiveIntegerField()
    identifier = models.CharField(max_length=120, unique=True)
    msg_type = models.CharField(max_length=8)
    sent = models.DateTimeField()
    title = models.CharField(max_length=200)
    division = models.CharField(max_length=12, blank=True)
    body = models.TextField()

    class Meta:
        """Once per alarm and number; feeds read the newest of a division."""

        verbose_name = verbose_name_plural = "发布的预警"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["alarm_id", "no"], name="warnings_issued_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["division", "-sent"], name="warnings_issued_newest"),
        ]
