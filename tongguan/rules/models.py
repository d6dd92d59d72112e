# SPDX-License-Identifier: Apache-2.0
"""Tables of officials' rules."""

from typing import ClassVar

from django.db import models

from tongguan.kernel.ids import new_id
from tongguan.rules.contracts import State
from tongguan.rules.labels import STATES


class RuleSetVersion(models.Model):
    """One version of the rules of a kind for a division prefix (``""``: everywhere).

    The body of a published version never changes, so its id names its content in every cache. It was
    in force from ``published_at`` until ``superseded_at``.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField("类别", max_length=40)
    division = models.CharField("区划", max_length=12, blank=True)
    version = models.PositiveIntegerField("版本")
    state = models.CharField("状态", max_length=12, choices=STATES, default=State.DRAFT)
    body = models.JSONField("规则")
    size = models.PositiveIntegerField("条数")
    digest = models.CharField("摘要", max_length=64)
    note = models.CharField("说明", max_length=500, blank=True)
    author_key = models.CharField("起草人标识", max_length=40)
    author_name = models.CharField("起草人", max_length=60)
    created_at = models.DateTimeField("起草时间")
    published_by = models.CharField("发布人", max_length=60, blank=True)
    published_at = models.DateTimeField("发布时间", null=True, blank=True)
    superseded_at = models.DateTimeField("替换时间", null=True, blank=True)

    class Meta:
        verbose_name = "规则版本"
        verbose_name_plural = "规则版本"
        ordering: ClassVar = ["kind", "division", "-version"]
        constraints = (
            models.UniqueConstraint(fields=["kind", "division", "version"], name="rules_version_once"),
            models.UniqueConstraint(
                fields=["kind", "division"],
                condition=models.Q(state="published"),
                name="rules_one_published",
            ),
        )

    def __str__(self) -> str:
        """Give kind, division and version."""
        return f"{self.kind} {self.division or '全域'} 第 {self.version} 版"
