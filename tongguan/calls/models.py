# SPDX-License-Identifier: Apache-2.0
"""Tables of calls: one row per call, one per matter told in it."""

from typing import ClassVar

from django.db import models

from tongguan.kernel.ids import new_id


class Call(models.Model):
    """One call at an operator's desk. The number itself is not kept: its blind index and its ends are."""

    id = models.UUIDField(primary_key=True, default=new_id)
    operator_id = models.BigIntegerField("话务员")
    operator_name = models.CharField(max_length=60)
    division = models.CharField("区划", max_length=12)
    caller_key = models.CharField(max_length=32, editable=False)
    caller = models.CharField("来电号码", max_length=20)
    recording = models.CharField("录音编号", max_length=120, blank=True)
    started_at = models.DateTimeField("接听时间")
    ended_at = models.DateTimeField("挂断时间", null=True)
    note = models.CharField("备注", max_length=500, blank=True)

    class Meta:
        """Read newest first, by operator or by division."""

        verbose_name = verbose_name_plural = "来电"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["recording"], condition=~models.Q(recording=""), name="calls_recording_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["operator_id", "-id"], name="calls_operator"),
            models.Index(fields=["division", "-id"], name="calls_division"),
        ]


class Matter(models.Model):
    """One thing a caller wanted, and what was done about it."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="matters")
    no = models.PositiveSmallIntegerField()
    outcome = models.CharField(max_length=12)
    at = models.DateTimeField()
    report_id = models.UUIDField(null=True)
    case_id = models.UUIDField(null=True)
    knowledge_code = models.CharField(max_length=40, blank=True)

    class Meta:
        """Numbered by the client within a call: the same number again is the same matter."""

        verbose_name = verbose_name_plural = "来电事项"
        ordering: ClassVar[list[str]] = ["call", "no"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["call", "no"], name="calls_matter_once"),
        ]
