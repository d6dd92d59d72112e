# SPDX-License-Identifier: Apache-2.0
"""Tables of foresight: what somebody had forecast, and what was said beside what came."""

from typing import ClassVar

from django.db import models

from tongguan.kernel.ids import new_id


class Wanted(models.Model):
    """What is forecast: an observed property within a division, or one stream (``stream`` 0: the former).

    Never deleted: what is no longer wanted is ended.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    observed = models.CharField("观测属性", max_length=64)
    division = models.CharField("区划", max_length=12)
    stream = models.BigIntegerField("数据流", default=0)
    by = models.CharField(max_length=80)
    by_name = models.CharField("开启人", max_length=60)
    at = models.DateTimeField("开启时间")
    ended_at = models.DateTimeField("停止时间", null=True)
    ended_by = models.CharField("停止人", max_length=60, blank=True)

    class Meta:
        """Wanted once at a time."""

        verbose_name = verbose_name_plural = "读数预测范围"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["observed", "division", "stream"],
                condition=models.Q(ended_at__isnull=True),
                name="foresight_wanted_once",
            )
        ]

    def __str__(self) -> str:
        """Give of what and where."""
        return f"{self.observed} {self.division}"


class Expected(models.Model):
    """What was said of one stream at one full hour, and what came.

    Lists of one value per hour from ``made_at`` on, in the stream's unit: ``value``, ``low``, ``high``;
    ``usual``: a week before each hour (None: not known); ``came``: mean readings of the hours, written when
    the last is over. ``still``: the last hour's value, which says that all stays as it is. ``replayed``: made
    afterwards from what was known at ``made_at``.
    """

    stream = models.BigIntegerField("数据流")
    made_at = models.DateTimeField("起报时间")
    value = models.JSONField(default=list)
    low = models.JSONField(default=list)
    high = models.JSONField(default=list)
    usual = models.JSONField(default=list)
    still = models.FloatField()
    came = models.JSONField(null=True)
    replayed = models.BooleanField(default=False)
    version = models.CharField(max_length=20)

    class Meta:
        """Said once for a stream and hour; settled and let go by hour."""

        verbose_name = verbose_name_plural = "读数预测"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["stream", "made_at"], name="foresight_expected_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["made_at"], name="foresight_expected_made")
        ]

    def __str__(self) -> str:
        """Give of what and when."""
        return f"{self.stream} {self.made_at:%Y-%m-%d %H:%M}"
