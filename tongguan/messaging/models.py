# SPDX-License-Identifier: Apache-2.0
"""Tables of messages, lanes, webhook targets and fan-outs."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from tongguan.kernel.ids import new_id
from tongguan.messaging.contracts import MessageState
from tongguan.messaging.labels import STATES


class Message(models.Model):
    """One message to one recipient by one channel.

    ``due_at`` is the next moment at which something must be done (null: nothing). Claiming moves it on
    by the lease and writes ``claim``, so that what a killed engine held comes back by itself. ``once``
    is the hash of channel, recipient and the caller's key.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    once = models.UUIDField(unique=True, editable=False)
    key = models.CharField("幂等键", max_length=200)
    channel = models.CharField("渠道", max_length=20)
    lane = models.CharField("通道", max_length=60)
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name="收件人",
    )
    to_address = models.CharField("地址", max_length=500, blank=True)
    template = models.CharField("模板", max_length=80, blank=True)
    subject = models.CharField("标题", max_length=300, blank=True)
    body = models.TextField("内容", blank=True)
    link = models.CharField("链接", max_length=300, blank=True)
    case_id = models.UUIDField("案件", null=True, blank=True)
    division = models.CharField("区划", max_length=12, blank=True)
    state = models.CharField("状态", max_length=10, choices=STATES, default=MessageState.WAITING)
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    due_at = models.DateTimeField("下次发送", null=True, blank=True)
    claim = models.UUIDField(null=True, editable=False)
    error = models.TextField("错误", blank=True)
    receipt = models.CharField("回执", max_length=200, blank=True)
    created_at = models.DateTimeField("产生时间")
    sent_at = models.DateTimeField("送达时间", null=True, blank=True)
    read_at = models.DateTimeField("已读时间", null=True, blank=True)

    class Meta:
        verbose_name = "消息"
        verbose_name_plural = "消息"
        indexes = (
            models.Index(fields=["lane", "due_at"], name="messaging_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["to_user", "id"], name="messaging_inbox", condition=Q(channel="inbox")),
            models.Index(
                fields=["to_user"],
                name="messaging_unread",
                condition=Q(channel="inbox", read_at__isnull=True),
            ),
            models.Index(fields=["id"], name="messaging_dead", condition=Q(state="dead")),
            models.Index(fields=["case_id"], name="messaging_case", condition=Q(case_id__isnull=False)),
        )


class Lane(models.Model):
    """What fails and recovers together: a channel, or one webhook target (``webhook:12``)."""

    lane = models.CharField("通道", max_length=60, primary_key=True)
    failures = models.PositiveIntegerField("连续失败", default=0)
    open_until = models.DateTimeField("暂停至", null=True, blank=True)
    down_since = models.DateTimeField("故障始于", null=True, blank=True)
    error = models.TextField("错误", blank=True)
    last_ok_at = models.DateTimeField("最近成功", null=True, blank=True)

    class Meta:
        verbose_name = "通道状态"
        verbose_name_plural = "通道状态"

    def __str__(self) -> str:
        """Give the lane's name."""
        return self.lane


class WebhookTarget(models.Model):
    """A system that is told of facts. ``secret`` signs what is sent, is kept sealed and never shown again."""

    code = models.SlugField("编码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=100)
    url = models.CharField("地址", max_length=500)
    secret = models.CharField("签名密钥", max_length=500)
    division = models.CharField("区划", max_length=12, blank=True)
    active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField("登记时间")
    created_by = models.CharField("登记人", max_length=60)

    class Meta:
        verbose_name = "推送目标"
        verbose_name_plural = "推送目标"
        ordering: ClassVar = ["code"]

    def __str__(self) -> str:
        """Give the name officials use."""
        return self.name


class Subscription(models.Model):
    """A fact that a target wants (``*``: all), within a division prefix."""

    target = models.ForeignKey(WebhookTarget, on_delete=models.CASCADE, related_name="subscriptions")
    fact = models.CharField("事实", max_length=80)
    division = models.CharField("区划", max_length=12, blank=True)

    class Meta:
        verbose_name = "推送订阅"
        verbose_name_plural = "推送订阅"
        constraints = (
            models.UniqueConstraint(fields=["target", "fact", "division"], name="messaging_subscribed_once"),
        )


class FanOut(models.Model):
    """How far facts have been copied to a message bus."""

    name = models.CharField("名称", max_length=40, primary_key=True)
    seq = models.BigIntegerField("已复制至", default=0)
    attempts = models.PositiveIntegerField("次数", default=0)
    retry_at = models.DateTimeField("下次尝试", null=True)
    failing_since = models.DateTimeField("故障始于", null=True)
    error = models.TextField("错误", blank=True)

    class Meta:
        verbose_name = "消息总线进度"
        verbose_name_plural = "消息总线进度"
