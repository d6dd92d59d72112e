# SPDX-License-Identifier: Apache-2.0
"""Tables of mailboxes: where to fetch, and how far it is."""

from typing import ClassVar

from django.db import models


class Mailbox(models.Model):
    """A mailbox on an IMAP server.

    ``uidvalidity`` and ``last_uid`` are the cursor: the number is good under its validity only. The password
    is sealed. ``claimed_until``: somebody is fetching; ``stuck``: how often the mail after the cursor broke.
    """

    name = models.CharField("名称", max_length=40, unique=True)
    host = models.CharField("服务器", max_length=200)
    port = models.PositiveIntegerField("端口")
    security = models.CharField("加密", max_length=10)
    user = models.CharField("账号", max_length=200)
    password = models.TextField()
    folder = models.CharField("文件夹", max_length=200)
    division = models.CharField("区划", max_length=12)
    active = models.BooleanField("启用", default=True)
    uidvalidity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    fetched = models.PositiveIntegerField("已收", default=0)
    stuck = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    last_ok_at = models.DateTimeField("最近成功", null=True)
    failing_since = models.DateTimeField("失败起始", null=True)
    error = models.CharField("错误", max_length=300, blank=True)

    class Meta:
        """Few rows; read whole."""

        verbose_name = verbose_name_plural = "收件邮箱"
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        """Give the name."""
        return self.name
