# SPDX-License-Identifier: Apache-2.0
"""Tables of walls: what a centre's walls were set to, and what they were led to. Rows are only added."""

from typing import ClassVar

from django.db import models

from tongguan.kernel.ids import new_id


class ModeSet(models.Model):
    """A centre's walls were put into a mode; the newest row of a division holds."""

    division = models.CharField("区划", max_length=12)
    mode = models.CharField("状态", max_length=12)
    reason = models.CharField("理由", max_length=200)
    by_key = models.CharField(max_length=60)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """Read by centre, the newest first."""

        verbose_name = verbose_name_plural = "大屏状态"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["division", "-id"], name="walls_mode_newest"),
        ]


class Push(models.Model):
    """A desk led the centre's walls to a case, or (no case) let them go; the newest row holds."""

    id = models.UUIDField(primary_key=True, default=new_id)
    division = models.CharField("区划", max_length=12)
    case_id = models.UUIDField(null=True)
    note = models.CharField("说明", max_length=200, blank=True)
    by_key = models.CharField(max_length=60)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        """Read by centre, the newest first."""

        verbose_name = verbose_name_plural = "大屏随动"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["division", "-at", "-id"], name="walls_push_newest"),
        ]
