# SPDX-License-Identifier: Apache-2.0
"""Tables of video: cameras, sightings, the findings people judge, switches of the automatic pass."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from tongguan.kernel.ids import new_id
from tongguan.video.contracts import FindingState


class Camera(models.Model):
    """A registered camera. ``gb_id`` is its number by GB/T 28181."""

    code = models.CharField("编号", max_length=64, unique=True)
    name = models.CharField("名称", max_length=100)
    gb_id = models.CharField("国标编号", max_length=20, blank=True)
    url = models.CharField("取流地址", max_length=300, blank=True)
    lon = models.FloatField("经度")
    lat = models.FloatField("纬度")
    cell = models.BigIntegerField()
    division = models.CharField("区划", max_length=12)
    grid = models.CharField("网格", max_length=20, blank=True)
    unit = models.ForeignKey(
        "people.Unit", null=True, on_delete=models.PROTECT, related_name="+", verbose_name="管理单位"
    )
    active = models.BooleanField("在用", default=True)

    class Meta:
        """A number by GB/T 28181 names one camera."""

        verbose_name = verbose_name_plural = "摄像机"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["gb_id"], name="video_camera_gb", condition=Q(gb_id__gt="")),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["division", "code"], name="video_camera_division"),
            models.Index(fields=["cell"], name="video_camera_cell"),
        ]

    def __str__(self) -> str:
        """Give code and name."""
        return f"{self.code} {self.name}"


class Finding(models.Model):
    """One matter before one camera, however often it was seen within the window.

    ``client`` is who sent it first: its report is told for that system. ``wrong`` counts against the camera.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="findings", db_index=False)
    kind = models.CharField("类别", max_length=40)
    client = models.CharField("报送方", max_length=60)
    division = models.CharField("区划", max_length=12)
    state = models.CharField("状态", max_length=12, default=FindingState.WAITING.value)
    seen_at = models.DateTimeField("首次发现")
    last_at = models.DateTimeField("最近发现")
    count = models.PositiveIntegerField("次数", default=1)
    score = models.FloatField("置信度")
    box = models.JSONField("位置框", default=list)
    clip = models.CharField("录像", max_length=500, blank=True)
    picture = models.UUIDField("截图", null=True)
    words = models.CharField("说明", max_length=300, blank=True)
    reason = models.CharField("不予采纳的原因", max_length=40, blank=True)
    wrong = models.BooleanField("误报", default=False)
    note = models.CharField("备注", max_length=500, blank=True)
    reviewed_key = models.CharField(max_length=60, blank=True)
    reviewed_by = models.CharField("复核人", max_length=60, blank=True)
    reviewed_at = models.DateTimeField("复核时间", null=True)
    report_id = models.UUIDField("上报", null=True)

    class Meta:
        """What waits is few: a partial index finds it in order; the book reads camera by camera."""

        verbose_name = verbose_name_plural = "视频发现"
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["-id"], name="video_finding_waiting", condition=Q(state="waiting")),
            models.Index(fields=["camera", "kind", "-last_at"], name="video_finding_recent"),
        ]


class Sighting(models.Model):
    """One message of an algorithm, as it came; the same sender and number is the same sighting."""

    client = models.CharField("报送方", max_length=60)
    source_id = models.CharField("来源编号", max_length=200)
    finding = models.ForeignKey(Finding, on_delete=models.PROTECT, related_name="sightings")
    seen_at = models.DateTimeField("发现时间")
    received_at = models.DateTimeField("接收时间")
    score = models.FloatField("置信度")
    picture = models.UUIDField("截图", null=True)

    class Meta:
        """Once, under any race."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["client", "source_id"], name="video_sighting_once"),
        ]


class Switch(models.Model):
    """A turn of the automatic pass of one camera, for a kind or ("") all; the newest counts."""

    camera = models.ForeignKey(Camera, on_delete=models.PROTECT, related_name="switches", db_index=False)
    kind = models.CharField("类别", max_length=40, blank=True)
    off = models.BooleanField("关闭")
    reason = models.CharField("原因", max_length=500)
    by = models.CharField("操作人", max_length=60)
    at = models.DateTimeField("时间")

    class Meta:
        """Read newest first per camera."""

        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["camera", "-id"], name="video_switch_newest"),
        ]
