# SPDX-License-Identifier: Apache-2.0
"""The table of saved views."""

from typing import ClassVar

from django.db import models

from tongguan.kernel.ids import new_id


class SavedView(models.Model):
    """One view of one person; ``unit_id``: the unit that has it, too."""

    id = models.UUIDField(primary_key=True, default=new_id)
    owner_id = models.BigIntegerField("所有人")
    owner_name = models.CharField(max_length=60)
    unit_id = models.BigIntegerField("共享单位", null=True)
    name = models.CharField("名称", max_length=20)
    line = models.CharField("查找条件", max_length=2_200)
    narrow = models.JSONField(default=dict)
    order = models.CharField(max_length=10)
    made_at = models.DateTimeField("时间")

    class Meta:
        """A name once per person; found by person and by unit."""

        verbose_name = verbose_name_plural = "视图"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["owner_id", "name"], name="savedviews_name_once")
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["unit_id"], name="savedviews_unit")]

    def __str__(self) -> str:
        """Give the name."""
        return self.name
