# SPDX-License-Identifier: Apache-2.0
"""Tables of supervision: what was asked of whom, and the receipts."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongguan.kernel.ids import new_id


class Supervision(models.Model):
    """An urge, a supervision, an instruction, a public listing or a street's whistle about one case."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    division = models.CharField(max_length=12, blank=True)
    kind = models.CharField(max_length=12)
    level = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=12)
    version = models.PositiveIntegerField(default=1)
    text = models.TextField()
    needs_answer = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=60)
    by_post = models.CharField(max_length=20)
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=60, blank=True)
    ended_reason = models.TextField(blank=True)

    class Meta:
        """Read by case, and by what is still open in a division."""

        indexes = (
            models.Index(fields=["case", "id"], name="dispatch_supervision_case"),
            models.Index(
                fields=["division", "id"], name="dispatch_supervision_open", condition=Q(state="open")
            ),
        )


class Receipt(models.Model):
    """One unit's side of a supervision: signed for (签收 / 到场), answered (答复), accepted or not."""

    supervision = models.ForeignKey(Supervision, on_delete=models.CASCADE, related_name="receipts")
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    unit_path = models.CharField(max_length=64, blank=True)
    signed_at = models.DateTimeField(null=True)
    signed_by_name = models.CharField(max_length=60, blank=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by_name = models.CharField(max_length=60, blank=True)
    late = models.BooleanField(default=False)

    class Meta:
        """A unit is asked once per supervision."""

        constraints = (models.UniqueConstraint(fields=["supervision", "unit"], name="dispatch_receipt_once"),)
