# SPDX-License-Identifier: Apache-2.0
"""Table of rulings: who decided a dispute about duty, and for what later cases it holds."""

from django.conf import settings
from django.db import models


class Ruling(models.Model):
    """A higher centre's answer to "whose duty is it" (先办后议), consulted before the lists afterwards."""

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+", db_index=False)
    item_code = models.CharField(max_length=20)
    division = models.CharField(max_length=12)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)
    teaches = models.BooleanField(default=True)

    class Meta:
        """Found by what it is about."""

        indexes = (
            models.Index(fields=["item_code", "division"], name="dispatch_ruling_about"),
            models.Index(fields=["case"], name="dispatch_ruling_case"),
        )
