# SPDX-License-Identifier: Apache-2.0
"""Components and their imports in the admin: to look at, and to correct what an official may correct."""

from django.contrib import admin
from django.http import HttpRequest

from tongguan.things.models import Component, ImportRefusal, ImportRun


@admin.register(Component)
class ComponentAdmin(admin.ModelAdmin[Component]):
    """部件。"""

    list_display = ("code", "name", "class_code", "division", "state", "supervising_name")
    list_filter = ("state",)
    search_fields = ("=code", "=former_code")
    readonly_fields = ("code", "former_code", "class_code", "division", "grid", "lon", "lat", "crs")
    raw_id_fields = ("supervising_unit", "owner_unit", "maintaining_unit")
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Components come by import, which checks code and position."""
        return False


@admin.register(ImportRun)
class ImportRunAdmin(admin.ModelAdmin[ImportRun]):
    """部件导入。"""

    list_display = ("id", "file_name", "state", "done_rows", "created_rows", "updated_rows", "refused_rows")
    readonly_fields = [f.name for f in ImportRun._meta.concrete_fields]  # noqa: SLF001 - Django documents _meta

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A run is started by an import."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportRun | None = None) -> bool:
        """Runs are history."""
        return False


@admin.register(ImportRefusal)
class ImportRefusalAdmin(admin.ModelAdmin[ImportRefusal]):
    """部件导入拒收行。"""

    list_display = ("run", "line", "field", "code", "text")
    search_fields = ("=code", "=field")
    readonly_fields = ("run", "line", "field", "code", "text", "raw")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refusals are written by imports."""
        return False
