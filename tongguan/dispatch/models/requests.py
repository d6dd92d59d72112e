# SPDX-License-Identifier: Apache-2.0
"""Tables of applications: extension, suspension, timeout appeal, and their decisions."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongguan.kernel.ids import new_id


class Application(models.Model):
    """A request to change a case's clock or score (延期、挂账、超时申诉).

    ``levels`` are the approval levels frozen when it was filed; ``level`` counts the decided ones.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    division = models.CharField(max_length=12, blank=True)
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=12)
    version = models.PositiveIntegerField(default=1)
    rule_code = models.CharField(max_length=40)
    levels = models.JSONField()
    level = models.PositiveSmallIntegerField(default=0)
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    applicant_name = models.CharField(max_length=60)
    applicant_post = models.CharField(max_length=20)
    unit = models.ForeignKey("people.Unit", null=True, on_delete=models.PROTECT, related_name="+")
    unit_path = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    text = models.TextField()
    until = models.DateTimeField(null=True)
    attachments = models.JSONField(default=list)
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    outcome = models.JSONField(default=dict)

    class Meta:
        """At most one application of a kind is in flight per case."""

        constraints = (
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(state="pending"),
                name="dispatch_application_one_pending",
            ),
        )
        indexes = (
            models.Index(fields=["case", "kind"], name="dispatch_application_case"),
            models.Index(
                fields=["division", "id"], name="dispatch_application_pending", condition=Q(state="pending")
            ),
        )


class ApplicationStep(models.Model):
    """One decision on an application; never edited."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="steps")
    no = models.PositiveSmallIntegerField()
    post = models.CharField(max_length=20)
    decision = models.CharField(max_length=12)
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """Each level is decided once."""

        constraints = (
            models.UniqueConstraint(fields=["application", "no"], name="dispatch_application_step_once"),
        )
