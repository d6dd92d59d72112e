# SPDX-License-Identifier: Apache-2.0
"""Tables of evaluation: wordings of sets, closed periods with their scores, exemptions, entered marks."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tongguan.evaluation.contracts import SetState
from tongguan.kernel.ids import new_id


class SetVersion(models.Model):
    """One wording of an indicator set. Its body is never rewritten; only its state moves."""

    code = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    body = models.JSONField()
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default=SetState.DRAFT)
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=80)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()
    approved_by = models.CharField(max_length=80, blank=True)
    approved_by_name = models.CharField(max_length=60, blank=True)
    approved_at = models.DateTimeField(null=True)

    class Meta:
        """A version is written once; one is in force."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["code", "version"], name="evaluation_version_once"),
            models.UniqueConstraint(
                fields=["code"], condition=Q(state=SetState.IN_FORCE), name="evaluation_one_in_force"
            ),
        ]


class Closing(models.Model):
    """A period of a set that was closed: its scores, and the digests of what they were computed from.

    ``marks_digest`` names the file of frozen marks, ``inputs`` are the members, entered numbers and whatever
    else it was computed from, ``result_digest`` names the scores. Rows are only added.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    code = models.CharField(max_length=40)
    period = models.CharField(max_length=30)
    since = models.DateTimeField()
    until = models.DateTimeField()
    version = models.PositiveIntegerField()
    set_body = models.JSONField()
    set_digest = models.CharField(max_length=64)
    marks_digest = models.CharField(max_length=64)
    marks = models.PositiveBigIntegerField()
    inputs = models.JSONField(default=dict)
    result_digest = models.CharField(max_length=64)
    read_at = models.DateTimeField()
    by = models.CharField(max_length=80)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """A period of a set is closed once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["code", "period"], name="evaluation_closed_once")
        ]


class ScoreLine(models.Model):
    """One line of a closed period, as it was computed."""

    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="lines", db_index=False)
    key = models.CharField(max_length=80)
    body = models.JSONField()

    class Meta:
        """A subject has one line."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["closing", "key"], name="evaluation_line_once")
        ]


class Exemption(models.Model):
    """A case that an official keeps out of scores. The case itself stays as it is; taking back is kept."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case_id = models.UUIDField()
    number = models.CharField(max_length=40)
    division = models.CharField(max_length=12)
    kind = models.CharField(max_length=20)
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=80)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()
    revoked_by_name = models.CharField(max_length=60, blank=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        """A case is exempted for one kind of reason once at a time."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case_id", "kind"],
                condition=Q(revoked_at__isnull=True),
                name="evaluation_exempt_once",
            )
        ]


class Entry(models.Model):
    """A number people give a subject for a period (大队评分 …). The newest counts, all are kept."""

    code = models.CharField(max_length=40)
    period = models.CharField(max_length=30)
    key = models.CharField(max_length=80)
    name = models.CharField(max_length=40)
    value = models.FloatField()
    reason = models.CharField(max_length=300, blank=True)
    by = models.CharField(max_length=80)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """Read by set and period."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["code", "period"], name="evaluation_entry_period")
        ]
