# SPDX-License-Identifier: Apache-2.0
"""Table of work orders: what one unit must do for a case."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongguan.kernel.ids import new_id

ENDED = ("confirmed", "returned", "withdrawn")


class WorkOrder(models.Model):
    """One unit's part of a case (工单), as lead (主办) or co-handler (协办).

    ``plan`` is frozen at dispatch: rule and responsibility versions, clause, limit, escalation steps and the
    explanation in words; later changes of rules never reach a running order.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    no = models.PositiveSmallIntegerField()
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+", db_index=False)
    unit_path = models.CharField(max_length=64)
    role = models.CharField(max_length=4)
    division = models.CharField(max_length=12)
    state = models.CharField(max_length=20)
    handler = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    plan = models.JSONField(default=dict)
    limit_value = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    limit_unit = models.CharField(max_length=20, blank=True)
    due_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    assigned_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    result = models.TextField(blank=True)
    evidence = models.JSONField(default=dict)
    reworks = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """A case has one running lead order, and one running order per unit; tasks are read in due order."""

        constraints = (
            models.UniqueConstraint(fields=["case", "no"], name="dispatch_order_no"),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(role="lead", ended_at__isnull=True),
                name="dispatch_order_one_lead",
            ),
            models.UniqueConstraint(
                fields=["case", "unit"],
                condition=Q(ended_at__isnull=True),
                name="dispatch_order_one_per_unit",
            ),
        )
        indexes = (
            models.Index(
                fields=["unit_path", "state", "due_at"],
                name="dispatch_order_unit",
                condition=Q(ended_at__isnull=True),
            ),
            models.Index(
                fields=["handler", "due_at"],
                name="dispatch_order_handler",
                condition=Q(ended_at__isnull=True, handler__isnull=False),
            ),
            models.Index(fields=["unit_path", "dispatched_at"], name="dispatch_order_unit_all"),
        )
