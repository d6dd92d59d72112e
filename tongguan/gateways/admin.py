# SPDX-License-Identifier: Apache-2.0
"""Brokers, their connections, devices worth a look and kept messages, for reading; verbs change them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from tongguan.gateways.models import Broker, Kept, Note, Seat
from tongguan.people.contracts import Actor, Post
from tongguan.people.queries import actor_of, division_q
from tongguan.tables.registers import Register


def _actor(request: HttpRequest) -> Actor:
    return actor_of(request.user)  # type: ignore[arg-type]


class Looking(Register):
    """What a system administrator reads of the own divisions; ``whose`` is the path to the division."""

    whose = "broker__division"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Give the rows of the divisions where one is system administrator."""
        rows = super().get_queryset(request)
        return rows.filter(division_q(_actor(request).scope, self.whose, Post.SYSADMIN))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Open to system administrators."""
        return bool(request.user.is_active) and Post.SYSADMIN in _actor(request).scope.posts()

    def has_view_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Open to the same."""
        return self.has_module_permission(request)


@admin.register(Broker)
class BrokerRegister(Looking):
    """消息服务器."""

    whose = "division"
    list_display = ("name", "host", "port", "tls", "payload", "division", "active")
    exclude = ("password", "memory", "changed")


@admin.register(Seat)
class SeatRegister(Looking):
    """连接：每秒消息、最近消息、时延、未能识别."""

    list_display = (
        "broker", "number", "connected_at", "failing_since", "rate", "last_message_at", "lag_ms", "messages",
        "readings", "refused", "unknown", "flooded", "error",
    )  # fmt: skip
    list_select_related = ("broker",)


@admin.register(Note)
class NoteRegister(Looking):
    """待查设备：未登记、超量、自称离线."""

    list_display = ("broker", "kind", "thing", "property", "value", "unit", "count", "last_at")
    list_filter = ("kind",)
    search_fields = ("=thing", "=property")
    list_select_related = ("broker",)


@admin.register(Kept)
class KeptRegister(Looking):
    """未能识别的消息."""

    list_display = ("broker", "at", "topic", "field", "words")
    search_fields = ("=topic", "=code")
    list_select_related = ("broker",)
