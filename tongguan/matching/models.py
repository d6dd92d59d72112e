# SPDX-License-Identifier: Apache-2.0
"""Tables of matching: prints of tellings, decisions, what people forbade, hot matters."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class StrategyVersion(models.Model):
    """One wording of the strategy with its rarity table, kept for ever: old decisions are explained by it."""

    version = models.CharField(max_length=40, primary_key=True)
    body = models.TextField()
    digest = models.CharField(max_length=64)
    rarity = models.BinaryField()
    texts = models.PositiveIntegerField()
    active = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.CharField(max_length=60)

    class Meta:
        """At most one is in force."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["active"], condition=Q(active=True), name="matching_one_strategy")
        ]


class Fingerprint(models.Model):
    """What is compared of one telling. ``matter``: the matter it belongs to, by the id of its first case.

    ``until``: when it stops being a candidate; ``lasted``: when its case was, or will be, past.
    """

    report_id = models.UUIDField(primary_key=True)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    matter = models.UUIDField()
    cell = models.BigIntegerField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    district = models.CharField(max_length=6)
    division = models.CharField(max_length=12)
    item_code = models.CharField(max_length=20)
    told_at = models.DateTimeField()
    lasted = models.DateTimeField()
    until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    person = models.CharField(max_length=64)
    text_print = models.BinaryField()
    names = models.JSONField(default=list)
    pictures = models.BinaryField()

    class Meta:
        """Candidates come by cell; people are counted by matter."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["cell", "-until"], name="matching_cell", condition=Q(cell__isnull=False)),
            models.Index(fields=["matter", "person"], name="matching_matter"),
            models.Index(fields=["district", "-told_at"], name="matching_recent"),
        ]


class TextKey(models.Model):
    """A telling gram of a telling, by which others like it are found without a place.

    ``term``: the gram's hash (32 bits), and 2**32 more of a telling that has no place itself.
    """

    pk = models.CompositePrimaryKey("district", "term", "report_id")
    district = models.CharField(max_length=6)
    term = models.BigIntegerField()
    report_id = models.UUIDField()


class MatchDecision(models.Model):
    """What was decided about one telling, by what, and who overruled it. Never deleted."""

    report_id = models.UUIDField()
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    zone = models.CharField(max_length=8)
    score = models.FloatField()
    parts = models.JSONField(default=dict)
    words = models.TextField()
    voice = models.CharField(max_length=8)
    compared_with = models.UUIDField(null=True)
    again = models.UUIDField(null=True)
    suggestions = models.JSONField(default=list)
    strategy = models.CharField(max_length=40)
    at = models.DateTimeField()
    by = models.CharField(max_length=60, blank=True)
    overruled_at = models.DateTimeField(null=True)
    overruled_by = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        """One decision on a telling is in force."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["report_id"], condition=Q(overruled_at__isnull=True), name="matching_decision_once"
            )
        ]


class NeverPair(models.Model):
    """Two matters that somebody said are not one; the smaller id first."""

    low = models.UUIDField()
    high = models.UUIDField(db_index=True)
    reason = models.CharField(max_length=500)
    by = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """Said once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["low", "high"], name="matching_never_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="matching_never_ordered"),
        ]


class HotMatter(models.Model):
    """A hot matter as the last run found it."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=200)
    division = models.CharField(max_length=12)
    place = models.CharField(max_length=200)
    heat = models.FloatField()
    people = models.PositiveIntegerField()
    tellings = models.PositiveIntegerField()
    busiest = models.PositiveIntegerField()
    words = models.CharField(max_length=300)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    found_at = models.DateTimeField()
    evidence = models.JSONField(default=list)

    class Meta:
        """Ranked by heat within a division."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["division", "-heat"], name="matching_hot_division"),
            models.Index(fields=["-heat"], name="matching_hottest"),
        ]
