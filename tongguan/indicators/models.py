# SPDX-License-Identifier: Apache-2.0
"""Tables of vital signs: the counted steps, their sums, how far each source is, what officials defined."""

from django.db import models
from django.db.models import Q


class SourceState(models.Model):
    """How far one source is. Its row lock makes the writers of its measures wait for each other.

    ``seq`` and ``seen_at``: every fact up to there is counted. ``version`` and ``position``: up to which
    subject the source's declared version has been counted; ``ready``: all of them.
    """

    code = models.CharField(max_length=40, primary_key=True)
    seq = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)
    position = models.UUIDField(null=True)
    ready = models.BooleanField(default=False)


class CountedStep(models.Model):
    """One amount of one subject. ``counted``: it is in the sums; steps that lie ahead are not yet."""

    subject = models.UUIDField()
    measure = models.CharField(max_length=40)
    item = models.CharField(max_length=20, blank=True)
    place = models.CharField(max_length=12)
    at = models.DateTimeField()
    amount = models.BigIntegerField()
    counted = models.BooleanField()

    class Meta:
        """Replaced by subject, shown by measure and time, folded in when their time comes."""

        indexes = (
            models.Index(fields=["subject"], name="indicators_step_subject"),
            models.Index(fields=["measure", "at"], name="indicators_step_time"),
            models.Index(fields=["at"], name="indicators_step_ahead", condition=Q(counted=False)),
        )


class Cell(models.Model):
    """The sum of all counted steps of a measure and item in a centre's division within one slot.

    ``grain``: 0 since ever (slot 0), 1 a local day (its ordinal), 2 a local hour (day ordinal * 24 + hour).
    ``item`` is ``""``, the first two digits of an item's code, or the code.
    """

    pk = models.CompositePrimaryKey("place", "grain", "slot", "measure", "item")
    place = models.CharField(max_length=12)
    grain = models.SmallIntegerField()
    slot = models.IntegerField()
    measure = models.CharField(max_length=40)
    item = models.CharField(max_length=20)
    amount = models.BigIntegerField()


class Definition(models.Model):
    """One wording of a vital sign by officials. Never edited: the newest version of a code is in force."""

    code = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    zh = models.CharField(max_length=100)
    en = models.CharField(max_length=100, blank=True)
    dimension = models.CharField(max_length=20)
    unit = models.CharField(max_length=20, blank=True)
    formula = models.CharField(max_length=1000, blank=True)
    source = models.CharField(max_length=300, blank=True)
    owner = models.CharField(max_length=100, blank=True)
    direction = models.CharField(max_length=4, blank=True)
    decimals = models.PositiveSmallIntegerField(default=0)
    freshness_s = models.PositiveIntegerField(default=60)
    watch = models.FloatField(null=True)
    alarm = models.FloatField(null=True)
    retired = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    by = models.CharField(max_length=80)
    by_name = models.CharField(max_length=60)
    at = models.DateTimeField()

    class Meta:
        """A version of a code is written once, which also decides a race."""

        constraints = (models.UniqueConstraint(fields=["code", "version"], name="indicators_version_once"),)
