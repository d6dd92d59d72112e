# SPDX-License-Identifier: Apache-2.0
"""Tables of hand-overs: one row per case and service, and its append-only lines."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from tongguan.handover.contracts import OPEN, HandoverState
from tongguan.kernel.ids import new_id

_OPEN_Q = Q(state__in=[state.value for state in OPEN])


class Handover(models.Model):
    """A matter feared to be dangerous, for one service; at most one is open per case and service."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey(
        "cases.Case", null=True, on_delete=models.PROTECT, related_name="+", verbose_name="案件"
    )
    #: The telling in which it was seen; none when a person opened it from the case.
    report_id = models.UUIDField("首次上报", null=True)
    service = models.CharField("部门", max_length=20)
    division = models.CharField("区划", max_length=12, blank=True)
    state = models.CharField("状态", max_length=12, default=HandoverState.OPEN.value)
    score = models.FloatField("得分")
    words = models.TextField("说明")
    spoken = models.JSONField("命中词", default=list)
    rules_version = models.CharField("词表版本", max_length=20)
    urgency_before = models.CharField(max_length=20, blank=True)
    noticed_at = models.DateTimeField("发现时间")
    handed_at = models.DateTimeField("移交时间", null=True)
    acknowledged_at = models.DateTimeField("接收时间", null=True)
    ended_at = models.DateTimeField("结束时间", null=True)
    rung = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField("下次提醒", null=True)
    line_no = models.PositiveIntegerField(default=0)
    #: The service's own system it goes to, its number there, and since when that system has it.
    system = models.CharField("对接系统", max_length=60, blank=True)
    system_number = models.CharField("对方编号", max_length=200, blank=True)
    system_took_at = models.DateTimeField("系统接收时间", null=True)

    class Meta:
        """Open ones are few: partial indexes keep finding them cheap."""

        verbose_name = verbose_name_plural = "险情移交"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "service"], condition=_OPEN_Q, name="handover_one_open_per_case"
            ),
            models.UniqueConstraint(fields=["report_id", "service"], name="handover_one_per_report"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-noticed_at", "-id"], name="handover_open", condition=_OPEN_Q),
            models.Index(fields=["next_at"], name="handover_due", condition=Q(next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        """Give service and state."""
        return f"{self.service} {self.state}"


class HandoverStep(models.Model):
    """One line: who did or told what when. Never changed, never deleted."""

    handover = models.ForeignKey(Handover, on_delete=models.PROTECT, related_name="steps")
    no = models.PositiveIntegerField()
    kind = models.CharField("事", max_length=20)
    at = models.DateTimeField("时间")
    actor_key = models.CharField(max_length=60)
    actor_name = models.CharField("谁", max_length=60)
    number = models.CharField("电话", max_length=40, blank=True)
    person = models.CharField("接话人", max_length=60, blank=True)
    how = models.CharField("方式", max_length=20, blank=True)
    note = models.TextField("说明", blank=True)
    report_id = models.UUIDField("上报", null=True)

    class Meta:
        """Numbered per hand-over; the same telling counts once."""

        verbose_name = verbose_name_plural = "险情移交记录"
        ordering: ClassVar[list[str]] = ["handover", "no"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["handover", "no"], name="handover_step_no"),
            models.UniqueConstraint(
                fields=["handover", "report_id"],
                condition=Q(report_id__isnull=False),
                name="handover_step_once",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["report_id"], name="handover_step_report", condition=Q(report_id__isnull=False)
            ),
        ]

    def save(self, **kwargs: Any) -> None:
        """Insert. Raises TypeError for a change."""
        if not self._state.adding:
            message = "a line of a hand-over is immutable"
            raise TypeError(message)
        super().save(**kwargs)


class UrgencyWord(models.Model):
    """One word on how urgent a case is, of the platform or a person. Never changed; the newest counts."""

    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="案件"
    )
    at = models.DateTimeField("时间")
    level = models.CharField("紧急程度", max_length=10)
    words = models.TextField("说明")
    version = models.CharField("规则版本", max_length=40, blank=True)
    actor_key = models.CharField(max_length=60)
    actor_name = models.CharField("谁", max_length=60)

    class Meta:
        """Read by case."""

        verbose_name = verbose_name_plural = "紧急程度说明"
        ordering: ClassVar[list[str]] = ["id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["case", "id"], name="handover_urgency_case")
        ]

    def __str__(self) -> str:
        """Give the level."""
        return self.level

    def save(self, **kwargs: Any) -> None:
        """Insert. Raises TypeError for a change."""
        if not self._state.adding:
            message = "a word on a case's urgency is immutable"
            raise TypeError(message)
        super().save(**kwargs)
