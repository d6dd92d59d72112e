# SPDX-License-Identifier: Apache-2.0
"""The registers of people to look at. They are changed by verbs, which check, audit and tell."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from tongguan.kernel import masks
from tongguan.people import models
from tongguan.people.contracts import Post
from tongguan.people.models import User
from tongguan.people.scoping import actor_of
from tongguan.tables import registers

_LOOKERS = frozenset({Post.SYSADMIN, Post.SECADMIN, Post.AUDITOR})


class Register(registers.Register):
    """A register open to the three administrators, for reading."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Open to holders of one of the three powers, and to the installation's superuser."""
        user = request.user
        if not isinstance(user, User) or not user.is_active:
            return False
        return user.is_superuser or not _LOOKERS.isdisjoint(actor_of(user).scope.posts())

    def has_view_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Open to the same."""
        return self.has_module_permission(request)

    @admin.display(description="手机")
    def short_phone(self, row: User) -> str:
        """Give a person's number without its middle."""
        return masks.phone(row.phone)


def _register(model: Any, columns: str, search: str, **more: str) -> None:
    look: dict[str, Any] = {"list_display": columns.split(), "search_fields": search.split()}
    look |= {name: words.split() for name, words in more.items()}
    admin.site.register(model, type(f"{model.__name__}Register", (Register,), look))


_NAME = "user__display_name"
_register(
    models.Unit,
    "code name kind division parent active",
    "code name",
    list_filter="kind active",
    list_select_related="parent",
)
_register(
    models.User,
    "username display_name unit short_phone is_active last_login",
    "username display_name",
    list_select_related="unit",
    exclude="password groups user_permissions phone email",
    readonly_fields="short_phone",
)
_register(
    models.Appointment,
    "user unit post division valid_from valid_to revoked_at",
    _NAME,
    list_filter="post",
    list_select_related="user unit",
)
_register(
    models.DutyShift, "unit post user starts_at ends_at cancelled_at", _NAME, list_select_related="user unit"
)
_register(models.WorkCalendar, "code name national", "code name")
_register(models.CalendarDay, "date kind name calendar", "name date", list_select_related="calendar")
_register(
    models.ApiToken,
    "name prefix division issued_at expires_at revoked_at last_used_at",
    "name prefix",
    exclude="digest",
)
