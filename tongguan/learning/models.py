# SPDX-License-Identifier: Apache-2.0
"""Tables of the algorithm warehouse: versions, and what people corrected."""

from typing import ClassVar

from django.db import models

from tongguan.kernel.ids import new_id
from tongguan.learning.contracts import State
from tongguan.learning.labels import STATES


class ModelVersion(models.Model):
    """One trained version of a task; its numbers lie in a file named by task, number and hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.CharField("任务", max_length=40)
    number = models.PositiveIntegerField("版本")
    state = models.CharField("状态", max_length=12, choices=STATES, default=State.CANDIDATE)
    recipe = models.CharField("方法", max_length=40)
    rows = models.PositiveIntegerField("训练条数")
    inputs_sha256 = models.CharField("训练数据摘要", max_length=64)
    artefact_sha256 = models.CharField("模型文件摘要", max_length=64)
    size = models.PositiveBigIntegerField("模型文件字节数")
    threshold = models.FloatField("自动采纳阈值")
    figures = models.JSONField("评测结果")
    asked = models.PositiveBigIntegerField("影子预测次数", default=0)
    agreed = models.PositiveBigIntegerField("与在用版本一致次数", default=0)
    made_at = models.DateTimeField("训练时间")
    made_by = models.CharField("训练人", max_length=60)
    words = models.TextField("说明", blank=True)
    promoted_at = models.DateTimeField("启用时间", null=True, blank=True)

    class Meta:
        verbose_name = "模型版本"
        verbose_name_plural = "模型版本"
        ordering: ClassVar = ["task", "-number"]
        constraints = (
            models.UniqueConstraint(fields=["task", "number"], name="learning_number_once"),
            models.UniqueConstraint(
                fields=["task"], condition=models.Q(state="active"), name="learning_one_active"
            ),
            models.UniqueConstraint(
                fields=["task"], condition=models.Q(state="shadow"), name="learning_one_shadow"
            ),
        )

    def __str__(self) -> str:
        """Give task and number, as decisions name the version."""
        return f"{self.task}-{self.number}"


class Correction(models.Model):
    """What the model said, what a person chose. The latest of a subject counts in the next training."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    task = models.CharField("任务", max_length=40)
    subject = models.CharField("对象", max_length=80)
    said = models.CharField("模型建议", max_length=120)
    confidence = models.FloatField("置信度")
    version = models.CharField("模型版本", max_length=60)
    chosen = models.CharField("人工选择", max_length=120)
    actor_key = models.CharField("选择人标识", max_length=40)
    actor_name = models.CharField("选择人", max_length=60)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "纠正"
        verbose_name_plural = "纠正"
        ordering: ClassVar = ["at"]
        indexes = (models.Index(fields=["task", "subject", "at"], name="learning_by_subject"),)
