# SPDX-License-Identifier: Apache-2.0
"""Tables of people, units and posts."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models


class Unit(models.Model):
    """An organisation (组织机构) in the tree that runs through all levels.

    ``path`` holds 4 digits per level (``000100020003``): a subtree is a prefix range.
    """

    code = models.CharField(max_length=32, unique=True)
    name = models.CharField(max_length=100)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    path = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=20)
    duties = models.JSONField(default=list)
    division = models.CharField(max_length=12, db_index=True)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        """Give the name officials use."""
        return self.name


class User(AbstractUser):
    """A person who signs in."""

    display_name = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=20, blank=True)

    REQUIRED_FIELDS: ClassVar[list[str]] = []


class Appointment(models.Model):
    """A person's post in a unit, over a division prefix, for a time."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="appointments")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="appointments")
    post = models.CharField(max_length=20)
    division = models.CharField(max_length=12, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
