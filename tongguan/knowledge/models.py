# SPDX-License-Identifier: Apache-2.0
"""The knowledge register's table: every version of every answer; nothing is changed or deleted."""

from typing import Any, ClassVar

from django.db import models


class Entry(models.Model):
    """One version of an answer; the highest number of a code is the one that counts."""

    code = models.CharField("编号", max_length=40)
    number = models.PositiveIntegerField("版本")
    question = models.CharField("问题", max_length=300)
    answer = models.TextField("答复")
    alike = models.JSONField("其他问法", default=list)
    unit = models.CharField("答复单位", max_length=40, blank=True)
    item_code = models.CharField("事项", max_length=20, blank=True)
    division = models.CharField("适用区划", max_length=12, blank=True)
    valid_from = models.DateField("起")
    valid_to = models.DateField("止", null=True)
    source = models.CharField("依据", max_length=300, blank=True)
    withdrawn = models.BooleanField("已停用", default=False)
    note = models.CharField("说明", max_length=300, blank=True)
    made_at = models.DateTimeField("时间")
    made_by = models.CharField("录入人", max_length=60)

    class Meta:
        """A number once per code."""

        verbose_name = verbose_name_plural = "知识条目"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["code", "number"], name="knowledge_version_once")
        ]

    def __str__(self) -> str:
        """Give the question."""
        return self.question

    def save(self, **kwargs: Any) -> None:
        """Insert. Raises TypeError for a change."""
        if not self._state.adding:
            message = "a version of an answer is immutable"
            raise TypeError(message)
        super().save(**kwargs)
