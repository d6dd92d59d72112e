# SPDX-License-Identifier: Apache-2.0
"""Messages, dead letters, lanes and webhook targets for system administrators, in Chinese.

Nothing is edited in place: every change goes through a verb, which checks, audits and tells.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from tongguan.kernel import masks
from tongguan.kernel.errors import Refusal
from tongguan.messaging import api
from tongguan.messaging.contracts import MessageState, NewTarget
from tongguan.messaging.models import FanOut, Lane, Message, WebhookTarget
from tongguan.people.contracts import Actor, Post
from tongguan.people.queries import actor_of, division_q
from tongguan.tables import registers


def _actor(request: HttpRequest) -> Actor:
    return actor_of(request.user)  # type: ignore[arg-type]


class Register(registers.Register):
    """A register open to system administrators, for reading, within their divisions."""

    scoped = True

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Open to system administrators."""
        return bool(request.user.is_active) and Post.SYSADMIN in _actor(request).scope.posts()

    def has_view_permission(self, request: HttpRequest, _obj: Any = None) -> bool:
        """Open to the same."""
        return self.has_module_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Give the rows of the administrator's divisions."""
        rows = super().get_queryset(request)
        return (
            rows.filter(division_q(_actor(request).scope, "division", Post.SYSADMIN)) if self.scoped else rows
        )

    def attempt(self, request: HttpRequest, work: Callable[[Actor], str]) -> None:
        """Do what the verb does and show its word, or the refusal's."""
        try:
            self.message_user(request, work(_actor(request)), messages.SUCCESS)
        except Refusal as refusal:
            self.message_user(request, refusal.zh, messages.ERROR)


@admin.register(Message)
class MessageRegister(Register):
    """All messages; the filter 发送失败 gives the dead letters, the action sends them again."""

    list_display = (
        "created_at",
        "channel",
        "recipient",
        "subject",
        "state",
        "attempts",
        "due_at",
        "short_error",
    )
    list_filter = ("state", "channel")
    search_fields = ("=key", "=case_id")
    ordering = ("-id",)
    list_select_related = ("to_user",)
    exclude = ("to_address", "body", "once", "claim")
    readonly_fields = ("recipient",)
    actions = ("replay",)

    @admin.display(description="收件人")
    def recipient(self, row: Message) -> str:
        """Give the person, or the shortened address."""
        return str(row.to_user) if row.to_user else masks.address(row.to_address)

    @admin.display(description="错误")
    def short_error(self, row: Message) -> str:
        """Give the end of the error."""
        return row.error[-80:]

    @admin.action(description="重新发送所选的失败消息", permissions=["view"])
    def replay(self, request: HttpRequest, rows: QuerySet[Message]) -> None:
        """Send dead letters again."""
        ids = list(rows.filter(state=MessageState.DEAD).values_list("pk", flat=True)[: api.MAX_AT_ONCE])
        self.attempt(request, lambda actor: f"已重新排队 {api.replay(actor, ids)} 条")


@admin.register(Lane)
class LaneRegister(Register):
    """How each channel and target is doing."""

    list_display = ("lane", "failures", "down_since", "open_until", "last_ok_at", "error")
    scoped = False


@admin.register(FanOut)
class FanOutRegister(Register):
    """How far facts were copied to the message bus."""

    list_display = ("name", "seq", "failing_since", "retry_at", "error")
    scoped = False


class TargetForm(forms.ModelForm):
    """What makes a target; the secret is made by the platform."""

    facts = forms.CharField(
        label="订阅的事实", initial="*", help_text="事实名，以逗号分隔；* 为全部", max_length=2000
    )

    class Meta:
        model = WebhookTarget
        fields = ("code", "name", "url", "division")


@admin.register(WebhookTarget)
class TargetRegister(Register):
    """Webhook targets: added here, switched and given new secrets by actions; secrets are never shown."""

    list_display = ("code", "name", "url", "division", "active", "masked")
    fields = ("code", "name", "url", "division", "active", "masked", "created_at", "created_by")
    readonly_fields = ("masked",)
    form = TargetForm
    actions = ("stop", "resume", "renew")

    @admin.display(description="签名密钥")
    def masked(self, _row: WebhookTarget) -> str:
        """Give dots."""
        return masks.SECRET

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Open to system administrators."""
        return self.has_module_permission(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Give the form's fields when adding, all but the secret when looking."""
        return (
            ("code", "name", "url", "division", "facts") if obj is None else super().get_fields(request, obj)
        )

    def save_model(self, request: HttpRequest, obj: WebhookTarget, form: Any, _change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Add through the verb and show the secret, this once only."""
        facts = tuple(name.strip() for name in form.cleaned_data["facts"].split(",") if name.strip())
        target = NewTarget(obj.code, obj.name, obj.url, obj.division, facts)
        secret = api.add_target(_actor(request), target)
        obj.pk = WebhookTarget.objects.values_list("pk", flat=True).get(code=obj.code)
        self.message_user(request, f"签名密钥（仅显示这一次）：{secret}", messages.WARNING)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """Show a refusal on the form's page instead of an error page."""
        try:
            return super().add_view(request, form_url, extra_context)
        except Refusal as refusal:
            self.message_user(request, refusal.zh, messages.ERROR)
            request.method = "GET"
            return super().add_view(request, form_url, extra_context)

    @admin.action(description="停用所选目标", permissions=["view"])
    def stop(self, request: HttpRequest, rows: QuerySet[WebhookTarget]) -> None:
        """Stop targets; what waits is kept."""
        for row in rows:
            self.attempt(request, partial(_switched, code=row.code, active=False))

    @admin.action(description="启用所选目标", permissions=["view"])
    def resume(self, request: HttpRequest, rows: QuerySet[WebhookTarget]) -> None:
        """Resume targets."""
        for row in rows:
            self.attempt(request, partial(_switched, code=row.code, active=True))

    @admin.action(description="更换所选目标的签名密钥", permissions=["view"])
    def renew(self, request: HttpRequest, rows: QuerySet[WebhookTarget]) -> None:
        """Give new secrets and show them, this once only."""
        for row in rows:
            self.attempt(request, partial(_renewed, code=row.code))


def _renewed(actor: Actor, code: str) -> str:
    return f"{code} 的新密钥（仅显示这一次）：{api.renew_secret(actor, code)}"


def _switched(actor: Actor, *, code: str, active: bool) -> str:
    api.switch_target(actor, code, active=active)
    return f"{code} 已{'启用' if active else '停用'}"
