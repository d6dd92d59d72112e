# SPDX-License-Identifier: Apache-2.0
"""Versions of rules to look at, to publish and to go back to, in Chinese."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from tongguan.kernel.errors import Refusal
from tongguan.people.contracts import Actor, Post
from tongguan.people.queries import actor_of
from tongguan.rules import api, queries
from tongguan.rules.contracts import RuleSetInfo
from tongguan.rules.models import RuleSetVersion
from tongguan.tables.registers import Register

_LOOKERS = frozenset({Post.SYSADMIN, Post.DUTY_CHIEF, Post.AUDITOR})


def _actor(request: HttpRequest) -> Actor:
    return actor_of(request.user)  # type: ignore[arg-type]


@admin.register(RuleSetVersion)
class RuleSetRegister(Register):
    """All versions one may read; drafts are written through the desk, published here or there."""

    list_display = ("kind", "place", "version", "state", "size", "note", "author_name", "published_at")
    list_filter = ("state", "kind")
    exclude = ("body", "author_key")
    readonly_fields = ("written",)
    actions = ("publish", "go_back")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Open to those who publish and those who audit."""
        return bool(request.user.is_active) and not _LOOKERS.isdisjoint(_actor(request).scope.posts())

    def has_view_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Open to the same."""
        return self.has_module_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[RuleSetVersion]:
        """Give the versions the person may read."""
        return queries.visible(_actor(request)).order_by("kind", "division", "-version")

    @admin.display(description="区划")
    def place(self, row: RuleSetVersion) -> str:
        """Give the division's code."""
        return row.division or "全域"

    @admin.display(description="规则")
    def written(self, row: RuleSetVersion) -> str:
        """Give the rules as written."""
        return format_html("<pre>{}</pre>", json.dumps(row.body, ensure_ascii=False, indent=2))

    @admin.action(description="发布所选草稿", permissions=["view"])
    def publish(self, request: HttpRequest, rows: QuerySet[RuleSetVersion]) -> None:
        """Bring drafts into force."""
        self._each(request, rows, api.publish, "已发布")

    @admin.action(description="恢复所选版本", permissions=["view"])
    def go_back(self, request: HttpRequest, rows: QuerySet[RuleSetVersion]) -> None:
        """Publish earlier versions again."""
        self._each(request, rows, api.go_back, "已恢复，发布为")

    def _each(
        self,
        request: HttpRequest,
        rows: QuerySet[RuleSetVersion],
        verb: Callable[[Actor, Any], RuleSetInfo],
        word: str,
    ) -> None:
        for row in rows:
            try:
                done = verb(_actor(request), row.pk)
                self.message_user(request, f"{row}：{word}第 {done.version} 版", messages.SUCCESS)
            except Refusal as refusal:
                self.message_user(request, f"{row}：{refusal.zh}", messages.ERROR)
