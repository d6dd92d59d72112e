# SPDX-License-Identifier: Apache-2.0
"""Tables of intake: the immutable telling, and the corrections that officials add to it."""

from typing import Any, ClassVar

from django.db import models

from tongguan.intake.contracts import ReportState, UnreadState
from tongguan.kernel.ids import new_id

#: What triage may change on a report; everything else is what was told.
MOVING_FIELDS = frozenset({"state", "placed", "case", "error_code", "error", "attempts", "triaged_at"})


class Report(models.Model):
    """One telling by one source. Immutable but for where it stands.

    The reporter's contact is sealed in a column of its own and left out of the payload; it is shown
    shortened, and whole by one audited verb only. ``contact_seal`` is the id of the key that seals it.
    ``caller_key`` is the blind index of the telephone number.
    """

    id = models.UUIDField(primary_key=True)
    source = models.CharField("来源", max_length=40)
    external_id = models.CharField("来源编号", max_length=200)
    client = models.CharField("报送方", max_length=60)
    payload = models.TextField("原文")
    title = models.CharField("标题", max_length=200)
    text = models.TextField("内容")
    item_code = models.CharField("事项", max_length=20)
    lon = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)
    system = models.CharField("坐标系", max_length=10)
    address = models.CharField("地址", max_length=300)
    division = models.CharField("区划", max_length=12)
    grid = models.CharField("网格", max_length=20)
    #: Where triage found it to be, as told before: the division by which it is shown.
    placed = models.CharField("所在区划", max_length=12, blank=True)
    attachments = models.JSONField("附件", default=list)
    #: The case that the reporter found to be theirs too ("me too"); kept as told.
    seconds = models.UUIDField("附议案件", null=True)
    told_at = models.DateTimeField("诉求时间")
    received_at = models.DateTimeField("接收时间")
    tracking = models.CharField("查询码", max_length=14, unique=True)
    secret_hash = models.CharField(max_length=64)
    contact_seal = models.CharField(max_length=20)
    contact_sealed = models.BinaryField()
    caller_key = models.CharField(max_length=32, blank=True, editable=False)
    reporter_secret = models.BooleanField("要求保密", default=False)
    state = models.CharField("状态", max_length=12, default=ReportState.WAITING.value)
    case = models.ForeignKey(
        "cases.Case",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name="案件",
    )
    error_code = models.CharField("错误代码", max_length=60, blank=True)
    error = models.CharField("错误", max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    triaged_at = models.DateTimeField("分诊时间", null=True)

    class Meta:
        """Waiting and quarantined reports are few: partial indexes keep finding them cheap."""

        verbose_name = verbose_name_plural = "上报"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["source", "external_id"], name="intake_report_same_telling"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["id"], name="intake_report_waiting", condition=models.Q(state="waiting")),
            models.Index(
                fields=["-id"],
                name="intake_report_quarantined",
                condition=models.Q(state="quarantined"),
            ),
            models.Index(
                fields=["caller_key", "-id"],
                name="intake_report_caller",
                condition=models.Q(caller_key__gt=""),
            ),
            models.Index(fields=["case"], name="intake_report_case", condition=models.Q(case__isnull=False)),
        ]

    def __str__(self) -> str:
        """Give the tracking code."""
        return self.tracking

    def save(self, **kwargs: Any) -> None:
        """Insert, or update where the report stands. Raises TypeError for a change of the telling."""
        if not self._state.adding and not set(kwargs.get("update_fields") or {"*"}) <= MOVING_FIELDS:
            raise TypeError("a report is immutable")
        super().save(**kwargs)


class TriageDecision(models.Model):
    """What one triage of a report made of it, by what and how sure; a later triage adds another row.

    ``lines`` say it in words. ``item_shares`` are the three likeliest items of ``item_version``;
    ``item_sure``: it was decided without a person.
    """

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="decisions")
    at = models.DateTimeField("时间")
    item_code = models.CharField("事项", max_length=20, blank=True)
    item_how = models.CharField(max_length=8)
    item_confidence = models.FloatField("事项把握")
    item_sure = models.BooleanField()
    item_shares = models.JSONField(default=list)
    item_version = models.CharField(max_length=80, blank=True)
    place_how = models.CharField(max_length=8)
    place_confidence = models.FloatField("地点把握")
    want = models.CharField("诉求类别", max_length=20, blank=True)
    want_confidence = models.FloatField()
    danger = models.FloatField("险情", default=0.0)
    reach = models.CharField(max_length=12, blank=True)
    lines = models.JSONField("说明", default=list)

    class Meta:
        """Read in the order they were made."""

        verbose_name = verbose_name_plural = "分诊记录"
        ordering: ClassVar[list[str]] = ["id"]


class ReportCorrection(models.Model):
    """What an official put right in a report; the telling itself stays as it was told."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="corrections")
    changes = models.JSONField("更正")
    reason = models.CharField("原因", max_length=500)
    actor_key = models.CharField(max_length=60)
    actor_name = models.CharField("更正人", max_length=60)
    at = models.DateTimeField("时间")

    class Meta:
        """Read in the order they were made."""

        verbose_name = verbose_name_plural = "上报更正"
        ordering: ClassVar[list[str]] = ["id"]


class Unread(models.Model):
    """A part of a parcel that could not be read: kept whole and sealed until somebody deals with it.

    The same bytes from the same client by the same channel are one row, however often they are sent.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    channel = models.CharField("渠道", max_length=60)
    client = models.CharField("报送方", max_length=60)
    digest = models.CharField(max_length=64)
    content_type = models.CharField("类型", max_length=200, blank=True)
    headers = models.JSONField("消息头", default=dict)
    name = models.CharField("文件名", max_length=200, blank=True)
    size = models.PositiveIntegerField("字节数")
    seal = models.CharField(max_length=20)
    sealed = models.BinaryField()
    code = models.CharField("错误代码", max_length=60)
    fault = models.CharField("错误", max_length=500)
    field = models.CharField("字段", max_length=200, blank=True)
    state = models.CharField("状态", max_length=12, default=UnreadState.KEPT.value)
    times = models.PositiveIntegerField("收到次数", default=1)
    first_at = models.DateTimeField("首次收到")
    last_at = models.DateTimeField("最近收到")

    class Meta:
        """What waits is few: a partial index keeps finding it cheap."""

        verbose_name = verbose_name_plural = "无法识别的来件"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["channel", "client", "digest"], name="intake_unread_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-id"], name="intake_unread_kept", condition=models.Q(state="kept")),
        ]

    def __str__(self) -> str:
        """Give channel and fault."""
        return f"{self.channel}：{self.fault}"
