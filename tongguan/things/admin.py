# SPDX-License-Identifier: Apache-2.0
"""Components and their imports to look at. They are changed by import, which checks, audits and tells."""

from django.contrib import admin

from tongguan.tables.registers import Register
from tongguan.things import models


@admin.register(models.Component)
class ComponentAdmin(Register):
    """Components (部件)."""

    list_display = ("code", "name", "class_code", "division", "state", "supervising_name")
    list_filter = ("state",)
    search_fields = ("=code", "=former_code")
    list_select_related = False


@admin.register(models.ImportRun)
class ImportRunAdmin(Register):
    """Runs of imports (部件导入)."""

    list_display = ("id", "file_name", "state", "done_rows", "created_rows", "updated_rows", "refused_rows")


@admin.register(models.ImportRefusal)
class ImportRefusalAdmin(Register):
    """Rows that were not taken (拒收行)."""

    list_display = ("run", "line", "field", "code", "text")
    search_fields = ("=code", "=field")
    list_select_related = ("run",)
