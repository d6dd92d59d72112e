# SPDX-License-Identifier: Apache-2.0
"""The registers of places to look at. They are changed by import, which checks, audits and tells."""

from django.contrib import admin

from tongguan.places import models
from tongguan.tables.registers import Register, never


@admin.register(models.Division)
class DivisionAdmin(Register):
    """Divisions (行政区划)."""

    list_display = ("code", "name", "level", "parent")
    list_filter = ("level",)
    search_fields = ("=code", "name")
    exclude = ("boundary",)


@admin.register(models.UnitGrid)
class UnitGridAdmin(Register):
    """Unit grids (单元网格)."""

    list_display = ("code", "name", "community", "area_m2", "state")
    list_filter = ("state",)
    search_fields = ("=code", "=former_code", "=community", "name")
    exclude = ("boundary",)


class _Cells(admin.TabularInline):
    model = models.DutyGridCell
    raw_id_fields = ("grid",)
    extra = 0
    has_add_permission = never
    has_change_permission = never
    has_delete_permission = never


class _People(admin.TabularInline):
    model = models.DutyGridPerson
    raw_id_fields = ("user",)
    extra = 0
    has_add_permission = never
    has_change_permission = never
    has_delete_permission = never


@admin.register(models.DutyGrid)
class DutyGridAdmin(Register):
    """Duty grids (责任网格) with their cells and people."""

    list_display = ("code", "name", "division", "kind", "active")
    list_filter = ("active", "kind")
    search_fields = ("=code", "=division", "name")
    inlines = (_Cells, _People)


@admin.register(models.Gazetteer)
class GazetteerAdmin(Register):
    """Named places (地名地址)."""

    list_display = ("name", "kind", "division", "grid", "source")
    list_filter = ("kind",)
    search_fields = ("=external_id", "=name", "=division")
