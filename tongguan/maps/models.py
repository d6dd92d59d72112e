# SPDX-License-Identifier: Apache-2.0
"""Counts of closed cases by place, kept for the map: what can no longer change is not counted anew."""

from django.db import models


class Settled(models.Model):
    """Up to when closed cases are counted in, and in which counting. One row, or none before the first."""

    generation = models.PositiveIntegerField()
    until = models.DateTimeField()


class SettledCell(models.Model):
    """``n`` cases of a division in a cell, closed before ``upto`` and never to be opened again.

    ``level`` is the resolution of ``cell``: cells as they are stored, and large ones for the whole city. Of a
    pair of cell and division there are as many rows as days on which some were added.
    """

    generation = models.PositiveIntegerField()
    level = models.PositiveSmallIntegerField()
    cell = models.BigIntegerField()
    division = models.CharField(max_length=12)
    n = models.PositiveIntegerField()
    upto = models.DateTimeField()

    class Meta:
        """Holds all that a map asks."""

        indexes = (
            models.Index(
                fields=["generation", "level", "cell", "division", "upto", "n"], name="maps_settled_cell"
            ),
        )
