# SPDX-License-Identifier: Apache-2.0
"""Tables of analysis: projects before complaints with their decisions, forecasts with what came, boards."""

from typing import ClassVar

from django.db import models

from tongguan.kernel.ids import new_id


class Project(models.Model):
    """A matter that comes back at a place, by cell and item. ``state`` is that of its newest decision.

    ``figures``: what was found, refreshed as long as it is found; ``case_ids``: all its cases.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    cell = models.BigIntegerField("六边形")
    item = models.CharField("事项", max_length=20)
    item_name = models.CharField(max_length=200)
    division = models.CharField("区划", max_length=12)
    lon = models.FloatField()
    lat = models.FloatField()
    state = models.CharField("状态", max_length=10)
    after = models.PositiveIntegerField("本可避免")
    figures = models.JSONField(default=dict)
    case_ids = models.JSONField(default=list)
    rule = models.CharField("规则版本", max_length=40)
    version = models.PositiveIntegerField(default=1)
    found_at = models.DateTimeField("发现时间")

    class Meta:
        """One project for a cell and item; listed by division and weight."""

        verbose_name = verbose_name_plural = "未诉先办项目"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["cell", "item"], name="analysis_project_once")
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["state", "division"], name="analysis_project_listed")
        ]

    def __str__(self) -> str:
        """Give item and place."""
        return f"{self.item_name} {self.division}"


class Decided(models.Model):
    """One decision about a project; only ever added."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="decided")
    state = models.CharField(max_length=10)
    reason = models.CharField("理由", max_length=500)
    by = models.CharField(max_length=80)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """In the order in which they were made."""

        verbose_name = verbose_name_plural = "项目决定"
        ordering = ("id",)

    def __str__(self) -> str:
        """Give the decision."""
        return f"{self.state} {self.reason}"


class Said(models.Model):
    """What was forecast for a day and what came. ``division`` and ``family``: of what; "" all kinds.

    ``usual``: what came a week before, the forecast anybody could make. ``replayed``: made afterwards from
    what was known on ``made_on``, when forecasts began.
    """

    division = models.CharField(max_length=12)
    family = models.CharField(max_length=60, blank=True)
    made_on = models.DateField()
    day = models.DateField()
    horizon = models.PositiveSmallIntegerField()
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    usual = models.FloatField()
    came = models.IntegerField(null=True)
    replayed = models.BooleanField(default=False)
    version = models.CharField(max_length=20)

    class Meta:
        """Once for what, day and origin; settled by day."""

        verbose_name = verbose_name_plural = "预测记录"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["division", "family", "made_on", "horizon"], name="analysis_said_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["day"], name="analysis_said_open", condition=models.Q(came__isnull=True))
        ]

    def __str__(self) -> str:
        """Give of what and for when."""
        return f"{self.division} {self.family} {self.day}"


class KeptBoard(models.Model):
    """A board of tiles; ``unit_id`` and ``posts``: who else has it."""

    id = models.UUIDField(primary_key=True, default=new_id)
    owner_id = models.BigIntegerField("所有人")
    owner_name = models.CharField(max_length=60)
    unit_id = models.BigIntegerField("共享单位", null=True)
    posts = models.JSONField("共享岗位", default=list)
    name = models.CharField("名称", max_length=30)
    tiles = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField("时间")

    class Meta:
        """A name once per person; found by person and by unit."""

        verbose_name = verbose_name_plural = "研判看板"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["owner_id", "name"], name="analysis_board_name_once")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["unit_id"], name="analysis_board_unit")]

    def __str__(self) -> str:
        """Give the name."""
        return self.name
