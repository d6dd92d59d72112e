# SPDX-License-Identifier: Apache-2.0
"""Table of rules over readings: one row per version, never rewritten but for its state."""

from django.db import models
from django.db.models import Q

from tongguan.watch.contracts import State
from tongguan.watch.labels import STATES


class WatchRule(models.Model):
    """One version of a rule. At most one version of a code is in force, which decides a race."""

    code = models.CharField("代码", max_length=60)
    version = models.PositiveIntegerField("版本")
    state = models.CharField("状态", max_length=10, choices=STATES, default=State.DRAFT)
    zh = models.CharField("名称", max_length=100)
    en = models.CharField("英文名称", max_length=100, blank=True)
    detector = models.CharField("方法", max_length=40)
    settings = models.JSONField("参数", default=dict)
    scope = models.JSONField("范围", default=dict)
    division = models.CharField("区划代码", max_length=12, blank=True, db_index=True)
    owners = models.JSONField("责任单位", default=list)
    family = models.CharField("专项", max_length=40, blank=True)
    item_code = models.CharField("事项", max_length=20, blank=True)
    tells_from = models.PositiveSmallIntegerField("上报等级", default=3)
    source = models.CharField("依据", max_length=300, blank=True)
    reason = models.CharField("说明", max_length=500, blank=True)
    rehearsal = models.JSONField("试算结果", null=True)
    by = models.CharField("起草人标识", max_length=80)
    by_name = models.CharField("起草人", max_length=60)
    at = models.DateTimeField("起草时间")
    since = models.DateTimeField("启用时间", null=True)
    until = models.DateTimeField("停用时间", null=True)

    class Meta:
        """A version is written once; one is in force."""

        verbose_name = verbose_name_plural = "监测规则"
        ordering = ("code", "-version")
        constraints = (
            models.UniqueConstraint(fields=("code", "version"), name="watch_version_once"),
            models.UniqueConstraint(
                fields=("code",), condition=Q(state="in_force"), name="watch_one_in_force"
            ),
        )

    def __str__(self) -> str:
        """Give name, code and version."""
        return f"{self.zh}（{self.code} v{self.version}）"
