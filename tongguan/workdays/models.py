# SPDX-License-Identifier: Apache-2.0
"""The table of changes of days."""

from typing import ClassVar

from django.db import models


class DayChange(models.Model):
    """One change; rows are only added. ``no`` counts the versions of one day of one calendar from 1."""

    calendar = models.CharField("日历编码", max_length=32, blank=True)
    date = models.DateField("日期")
    no = models.IntegerField("版本")
    was = models.CharField("原为", max_length=16, blank=True)
    kind = models.CharField("改为", max_length=16)
    name = models.CharField("名称", max_length=60, blank=True)
    reason = models.CharField("理由", max_length=200)
    source = models.CharField("依据", max_length=200)
    by_key = models.CharField(max_length=60)
    by_name = models.CharField("经办人", max_length=60)
    at = models.DateTimeField("时间")
    recounted = models.IntegerField("重算计时数", null=True)

    class Meta:
        """A version once."""

        verbose_name = verbose_name_plural = "日历变更"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["calendar", "date", "no"], name="workdays_version_once")
        ]

    def __str__(self) -> str:
        """Give the day and its version."""
        return f"{self.date} v{self.no}"
