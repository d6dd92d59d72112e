# SPDX-License-Identifier: Apache-2.0
"""The table of component links: what was chosen for a case, by what or whom; the newest row counts."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q


class ComponentLink(models.Model):
    """One choice of a case's component. Never changed, never deleted: a person's word is a further row.

    ``right`` is a person's judgement of what the strategy had been sure of; None where it judges nothing.
    """

    case = models.ForeignKey(
        "cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False, verbose_name="案件"
    )
    at = models.DateTimeField("时间")
    class_code = models.CharField("部件类码", max_length=20)
    state = models.CharField("结果", max_length=10)
    component_code = models.CharField("部件", max_length=20, blank=True)
    #: The nearest, at most five: code, name, metres.
    near = models.JSONField("附近", default=list)
    count = models.PositiveIntegerField("附近同类", default=0)
    confidence = models.FloatField("把握", default=0.0)
    sure = models.BooleanField(default=False)
    strategy = models.CharField("策略版本", max_length=40, blank=True)
    words = models.TextField("说明")
    actor_key = models.CharField(max_length=60)
    actor_name = models.CharField("谁", max_length=60)
    right = models.BooleanField("核对", null=True)

    class Meta:
        """Read by case; a kind's judged ones are counted for every batch."""

        verbose_name = verbose_name_plural = "部件关联"
        ordering: ClassVar[list[str]] = ["id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["case", "id"], name="linking_case"),
            models.Index(
                fields=["class_code", "at"], name="linking_judged", condition=Q(right__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        """Give state and component."""
        return f"{self.state} {self.component_code}"

    def save(self, **kwargs: Any) -> None:
        """Insert. Raises TypeError for a change."""
        if not self._state.adding:
            message = "a choice of a component is immutable"
            raise TypeError(message)
        super().save(**kwargs)
