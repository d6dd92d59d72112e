# SPDX-License-Identifier: Apache-2.0
"""Registers of places in the admin. Boundaries come by import only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from tongguan.places import layers
from tongguan.places.gazetteer import keys
from tongguan.places.models import (
    Division,
    DutyGrid,
    DutyGridCell,
    DutyGridPerson,
    Gazetteer,
    GazetteerKey,
    UnitGrid,
)


@admin.register(Division)
class DivisionAdmin(admin.ModelAdmin[Division]):
    """行政区划。"""

    list_display = ("code", "name", "level", "parent")
    list_filter = ("level",)
    search_fields = ("=code", "name")
    readonly_fields = ("level", "parent", "lon", "lat", "crs")
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Division | None = None) -> Any:
        """A code once given never changes: rows everywhere carry it."""
        return ("code", *self.readonly_fields) if obj else self.readonly_fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Divisions come by import, which checks their parents."""
        return False


@admin.register(UnitGrid)
class UnitGridAdmin(admin.ModelAdmin[UnitGrid]):
    """单元网格。"""

    list_display = ("code", "name", "community", "area_m2", "state")
    list_filter = ("state",)
    search_fields = ("=code", "=former_code", "name", "=community")
    readonly_fields = ("code", "community", "area_m2", "former_code", "lon", "lat", "crs")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Unit grids come by import, which checks code and community."""
        return False

    def save_model(self, request: HttpRequest, obj: UnitGrid, form: Any, change: Any) -> None:
        """A retired grid leaves the lookup."""
        super().save_model(request, obj, form, change)
        layers.touch(layers.GRID)


class _Cells(admin.TabularInline[DutyGridCell, DutyGrid]):
    model = DutyGridCell
    autocomplete_fields = ("grid",)
    extra = 0


class _People(admin.TabularInline[DutyGridPerson, DutyGrid]):
    model = DutyGridPerson
    raw_id_fields = ("user",)
    extra = 0


@admin.register(DutyGrid)
class DutyGridAdmin(admin.ModelAdmin[DutyGrid]):
    """责任网格：组成与人员。"""

    list_display = ("code", "name", "division", "kind", "active")
    list_filter = ("active", "kind")
    search_fields = ("=code", "name", "division")
    inlines = (_Cells, _People)


@admin.register(Gazetteer)
class GazetteerAdmin(admin.ModelAdmin[Gazetteer]):
    """地名地址。"""

    list_display = ("name", "kind", "division", "grid", "source")
    list_filter = ("kind",)
    search_fields = ("name__startswith", "=external_id", "=division")
    readonly_fields = ("source", "external_id", "cell", "lon", "lat", "crs")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Named places come by import, which converts and locates them."""
        return False

    def save_model(self, request: HttpRequest, obj: Gazetteer, form: Any, change: Any) -> None:
        """The keys of search follow the name."""
        super().save_model(request, obj, form, change)
        GazetteerKey.objects.filter(entry=obj).delete()
        GazetteerKey.objects.bulk_create(
            GazetteerKey(entry=obj, text=text, start=start) for text, start in keys([obj.name, *obj.aliases])
        )
