# SPDX-License-Identifier: Apache-2.0
"""Tables of the cellar."""

from django.db import models


class FactRecord(models.Model):
    """One published fact: the transactional outbox and the replayable stream in one.

    ``seq`` is null until the relay, after commit, gives it its place in the stream: readers that
    follow ``seq`` can therefore never step over a fact that commits late.
    """

    id = models.BigAutoField(primary_key=True)
    seq = models.BigIntegerField(null=True, unique=True)
    name = models.CharField(max_length=80)
    payload = models.JSONField()
    division = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField()

    class Meta:
        """Unnumbered facts are found by a partial index that stays tiny."""

        indexes = (
            models.Index(fields=["id"], name="runtime_fact_unnumbered", condition=models.Q(seq__isnull=True)),
        )
