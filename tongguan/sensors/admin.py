# SPDX-License-Identifier: Apache-2.0
"""The register to look at. It is changed by import and by its doors, which check, audit and tell."""

from django.contrib import admin

from tongguan.sensors import models
from tongguan.tables.registers import Register


@admin.register(models.Thing)
class ThingAdmin(Register):
    """Things (监测点)."""

    list_display = ("code", "name", "kind", "division", "active")
    search_fields = ("=code", "=component", "=element")
    list_select_related = False


@admin.register(models.Datastream)
class DatastreamAdmin(Register):
    """Streams (数据流)."""

    list_display = ("id", "key", "name", "unit", "low", "high", "every", "active")
    search_fields = ("=key", "=external")
    list_select_related = False


@admin.register(models.Refused)
class RefusedAdmin(Register):
    """Rows that were not taken (未收下的行)."""

    list_display = ("at", "origin", "source", "place", "field", "code", "text")
    search_fields = ("=code", "=field", "=source")
