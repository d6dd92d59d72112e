# SPDX-License-Identifier: Apache-2.0
"""Tables of leak watches: the networks watched with their model's answers, and each day's residual."""

from django.db import models


class LeakWatch(models.Model):
    """A watched network.

    ``gauges``: [kind, place, stream number, factor to the model's unit] each. ``nodes``: [lon, lat] by code.
    ``answers``: what the model says, as compressed arrays. ``believed``: what the days heard so far say
    with it (:class:`Picture`), None before the first.
    """

    id = models.BigAutoField(primary_key=True)
    code = models.CharField("管网编号", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    division = models.CharField("区划代码", max_length=12)
    model = models.TextField("水力模型")
    gauges = models.JSONField("测点")
    nodes = models.JSONField("节点位置")
    answers = models.BinaryField("模型应答")
    believed = models.JSONField("判断结果", null=True)
    changed_at = models.DateTimeField("开始时间")

    class Meta:
        """By code."""

        verbose_name = verbose_name_plural = "漏损监视"
        ordering = ("code",)

    def __str__(self) -> str:
        """Give the code."""
        return self.code


class LeakDay(models.Model):
    """What a day's gauges read less what the model says, by channel; None: too little was read."""

    id = models.BigAutoField(primary_key=True)
    watch = models.ForeignKey(LeakWatch, on_delete=models.CASCADE, related_name="days", db_index=False)
    day = models.DateField("日期")
    residual = models.JSONField("残差", null=True)

    class Meta:
        """Once a day."""

        verbose_name = verbose_name_plural = "漏损监视日"
        constraints = (models.UniqueConstraint(fields=("watch", "day"), name="leakage_day_once"),)
        ordering = ("watch", "day")

    def __str__(self) -> str:
        """Give the day."""
        return f"{self.day}"
