# SPDX-License-Identifier: Apache-2.0
"""Tables to look at in the administration. They are changed by verbs, which check, audit and tell."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin

__all__ = ["Register", "never"]


def _refuse(*_: Any, **__: Any) -> bool:
    return False


#: What nobody may do.
never: Callable[..., bool] = _refuse


class Register(admin.ModelAdmin):
    """A table for reading, large: found by code, never counted."""

    list_per_page = 50
    show_full_result_count = False
    has_add_permission = never
    has_change_permission = never
    has_delete_permission = never
