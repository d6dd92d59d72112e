# SPDX-License-Identifier: Apache-2.0
"""The catalogue to look at, and what a city sets for an item. All else is changed by verbs.

Responsibility lists are read-only here, applied or not: a draft comes from a checked file.
"""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from tongguan.catalog import api, models
from tongguan.people import queries as people
from tongguan.people.contracts import Actor, Post
from tongguan.tables import registers

_LOOKERS = frozenset({Post.SYSADMIN, Post.SECADMIN, Post.AUDITOR, Post.DUTY_CHIEF, Post.DISPATCHER})


def _posts(request: HttpRequest) -> frozenset[Post]:
    """Give the posts of the signed-in person; none for strangers."""
    return _actor(request).scope.posts() if request.user.is_authenticated else frozenset()


def _actor(request: HttpRequest) -> Actor:
    return people.actor_of(request.user)  # type: ignore[arg-type]  # our User, as signed in


class Register(registers.Register):
    """A register to look at."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Open to those who keep or inspect the catalogue, and to the installation's superuser."""
        return bool(getattr(request.user, "is_superuser", False)) or not _LOOKERS.isdisjoint(_posts(request))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's form
        """Open to the same."""
        return self.has_module_permission(request)


class ItemAdmin(Register):
    """Items: names and codes come from the standard, urgency, process, needs and dates are the city's."""

    list_display = ("code", "name", "kind", "major", "urgency", "process", "local", "example", "source")
    search_fields = ("code", "name", "component_name")
    list_filter = ("kind", "urgency", "local", "example")
    list_select_related = ("major",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's form
        """Open to those who keep the catalogue."""
        return not _posts(request).isdisjoint(api.KEEPERS)

    def get_readonly_fields(self, _request: HttpRequest, _obj: Any = None) -> list[str]:
        """Give all but the city's own fields."""
        return [f.name for f in models.Item._meta.fields if f.name not in api.CITY_FIELDS]  # noqa: SLF001

    def save_model(self, request: HttpRequest, obj: Any, form: Any, _change: Any) -> None:
        """Save by the verb, which checks, audits and refreshes the copies in memory."""
        changed = {name: getattr(obj, name) for name in form.changed_data}
        api.change_item(_actor(request), obj.code, **changed)


def _register(model: Any, columns: str, search: str, filters: str = "", joined: str = "") -> None:
    look = {"list_display": columns, "search_fields": search, "list_filter": filters}
    look["list_select_related"] = joined or "pk"
    words: dict[str, Any] = {name: text.split() for name, text in look.items() if text != "pk"}
    admin.site.register(model, type(f"{model.__name__}Register", (Register,), words))


admin.site.register(models.Item, ItemAdmin)
_register(models.RuleBook, "source number title state rank shipped loaded_at", "source title", "state")
_register(
    models.FilingRule,
    "rule_key item condition_no filing_condition closing_condition limit_value limit_unit book active",
    "rule_key item__code item__name filing_condition",
    "book limit_unit active",
    "item book",
)
_register(models.LegacyClass, "source kind code name item basis", "code name", "kind source", "item")
_register(
    models.ResponsibilityVersion,
    "division number title state derived rows_count created_by applied_by applied_at",
    "division title",
    "state",
)
_register(
    models.ResponsibilityRow,
    "version row_no item_code division lead_unit_code lead_duty valid_from valid_to legal_basis",
    "item_code division lead_unit_code lead_duty",
    "version__state",
    "version",
)
_register(
    models.StageLimit,
    "stage kind division urgency limit_value limit_unit source note",
    "stage division",
    "stage",
)
