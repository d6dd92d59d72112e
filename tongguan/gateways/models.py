# SPDX-License-Identifier: Apache-2.0
"""Tables of gateways: brokers, who sits where, what was not understood, devices worth a look."""

from typing import ClassVar

from django.db import models


class Broker(models.Model):
    """A broker to listen to; what the columns mean says ``BrokerIn``.

    The password is sealed. ``memory``: what the decoder must know to go on (births of Sparkplug nodes).
    ``changed``: counts declarations, so that a running gateway sees a new one.
    """

    name = models.CharField("名称", max_length=40, unique=True)
    host = models.CharField("服务器", max_length=200)
    port = models.PositiveIntegerField("端口")
    tls = models.BooleanField("加密", default=False)
    authority = models.TextField("签发机构", blank=True)
    user = models.CharField("账号", max_length=200, blank=True)
    password = models.TextField(blank=True)
    version = models.PositiveSmallIntegerField("协议版本", default=5)
    topics = models.JSONField("主题")
    qos = models.PositiveSmallIntegerField("服务质量", default=1)
    share = models.CharField("共享组", max_length=60, blank=True)
    seats = models.PositiveSmallIntegerField("连接数", default=1)
    payload = models.CharField("负载", max_length=40)
    declaration = models.JSONField("声明", default=dict)
    division = models.CharField("区划", max_length=12)
    size = models.PositiveIntegerField("每帧条数")
    linger_ms = models.PositiveIntegerField("每帧毫秒")
    flood_rate = models.FloatField("每流每秒读数上限")
    flood_burst = models.PositiveIntegerField("每流瞬时上限")
    keep = models.PositiveIntegerField("保留条数")
    active = models.BooleanField("启用", default=True)
    changed = models.PositiveIntegerField(default=1)
    memory = models.BinaryField(default=bytes)

    class Meta:
        """Few rows; read whole."""

        verbose_name = verbose_name_plural = "消息服务器"
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class Seat(models.Model):
    """One connection of a broker: the gateway that holds it, and how it does.

    A seat's client id at the broker is always the same: whoever takes it gets what was not acknowledged.
    """

    broker = models.ForeignKey(Broker, on_delete=models.CASCADE, related_name="places")
    number = models.PositiveSmallIntegerField("连接")
    holder = models.CharField("持有者", max_length=80, blank=True)
    until = models.DateTimeField(null=True)
    connected_at = models.DateTimeField("连接时间", null=True)
    failing_since = models.DateTimeField("失败起始", null=True)
    error = models.CharField("错误", max_length=300, blank=True)
    messages = models.BigIntegerField("消息", default=0)
    readings = models.BigIntegerField("读数", default=0)
    refused = models.BigIntegerField("未能识别", default=0)
    unknown = models.BigIntegerField("未登记", default=0)
    flooded = models.BigIntegerField("超量", default=0)
    rate = models.FloatField("每秒消息", default=0.0)
    lag_ms = models.PositiveIntegerField("时延", default=0)
    last_message_at = models.DateTimeField("最近消息", null=True)

    class Meta:
        """One row per broker and number."""

        verbose_name = verbose_name_plural = "连接"
        ordering: ClassVar[list[str]] = ["broker", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["broker", "number"], name="gateways_seat_number"),
        ]


class Gateway(models.Model):
    """A process that takes seats, as long as ``until``: the seats are shared evenly among them."""

    name = models.CharField(max_length=80, unique=True)
    until = models.DateTimeField()

    class Meta:
        """Few rows."""

        verbose_name = verbose_name_plural = "网关进程"


class Kept(models.Model):
    """A message that was not understood, with the field at fault; the newest of a broker are kept."""

    broker = models.ForeignKey(Broker, on_delete=models.CASCADE, related_name="+")
    topic = models.TextField("主题")
    body = models.BinaryField("内容")
    at = models.DateTimeField("收到时间")
    field = models.CharField("字段", max_length=200)
    code = models.CharField("代码", max_length=60)
    words = models.CharField("原因", max_length=300)

    class Meta:
        """Read by broker, newest first."""

        verbose_name = verbose_name_plural = "未能识别的消息"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["broker", "-id"], name="gateways_kept_newest"),
            models.Index(fields=["at"], name="gateways_kept_at"),
        ]


class Note(models.Model):
    """A device worth a look: unknown, telling too much, or gone by its own word."""

    broker = models.ForeignKey(Broker, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField("种类", max_length=10)
    thing = models.CharField("设备", max_length=200)
    property = models.CharField("要素", max_length=200, blank=True)
    unit = models.CharField("单位", max_length=40, blank=True)
    value = models.FloatField("最近读数", null=True)
    count = models.BigIntegerField("次数")
    first_at = models.DateTimeField("最早")
    last_at = models.DateTimeField("最近")

    class Meta:
        """One row per broker, kind and key."""

        verbose_name = verbose_name_plural = "待查设备"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["broker", "kind", "thing", "property"], name="gateways_note_once"
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["broker", "kind", "-last_at"], name="gateways_note_newest"),
        ]
