# SPDX-License-Identifier: Apache-2.0
"""Tables of replies and surveys: what each reporter was told and asked, and what they answered."""

from typing import ClassVar

from django.db import models


class Reply(models.Model):
    """One thing one reporter was told, because of one fact."""

    report_id = models.UUIDField()
    case_id = models.UUIDField()
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=20, blank=True)
    fact_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        """Once per report and fact; a report's are read in order."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["report_id", "fact_id"], name="replies_reply_once"),
        ]


class Survey(models.Model):
    """The survey of one report. ``round`` grows when its case is closed again after reopening."""

    report_id = models.UUIDField(unique=True)
    case_id = models.UUIDField(db_index=True)
    round = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    asked_round = models.PositiveSmallIntegerField(default=0)


class SurveyAnswer(models.Model):
    """One answer; a changed one is a new row, and the newest of the round counts."""

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="answers")
    round = models.PositiveSmallIntegerField()
    responded = models.BooleanField()
    solved = models.BooleanField()
    satisfied = models.CharField(max_length=12)
    comment = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        """Read in the order they were given."""

        ordering: ClassVar[list[str]] = ["id"]
