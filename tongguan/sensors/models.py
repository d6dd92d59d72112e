# SPDX-License-Identifier: Apache-2.0
"""Tables of the register: things that are watched, sensors, what they observe, their streams of readings.

Readings themselves are never rows here: they live in the column store, under a datastream's number.
"""

from django.db import models

from tongguan.sensors.labels import Origin


class Location(models.Model):
    """A place as its source told it, any GeoJSON geometry in WGS-84; lon and lat are a point of it.

    ``feature``: told as what readings are about, not as where a thing stands.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField("名称", max_length=200)
    description = models.TextField("说明", blank=True)
    encoding_type = models.CharField("编码", max_length=100, default="application/geo+json")
    geometry = models.JSONField("几何", default=dict, blank=True)
    crs = models.CharField("来源坐标系", max_length=10, default="WGS84")
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    feature = models.BooleanField("仅为观测对象", default=False)
    division = models.CharField("区划代码", max_length=12, blank=True, db_index=True)
    properties = models.JSONField("其他属性", default=dict, blank=True)
    changed_at = models.DateTimeField("更新时间")

    class Meta:
        """By number."""

        verbose_name = verbose_name_plural = "监测位置"
        ordering = ("id",)


class Thing(models.Model):
    """What is watched (监测点): a pole, a node of a network, a bridge, a chamber."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField("编码", max_length=64, unique=True)
    name = models.CharField("名称", max_length=200)
    kind = models.CharField("类别", max_length=40, blank=True)
    description = models.TextField("说明", blank=True)
    division = models.CharField("区划代码", max_length=12, blank=True, db_index=True)
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    cell = models.BigIntegerField("H3 网格", null=True, editable=False, db_index=True)
    crs = models.CharField("来源坐标系", max_length=10, default="WGS84")
    owner_name = models.CharField("权属单位", max_length=100, blank=True)
    owner_unit = models.ForeignKey(
        "people.Unit",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name="权属单位（平台）",
    )
    component = models.CharField("部件标识码", max_length=17, blank=True)
    element = models.CharField("管网元素", max_length=64, blank=True)
    location = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.SET_NULL, related_name="things", verbose_name="位置"
    )
    properties = models.JSONField("其他属性", default=dict, blank=True)
    active = models.BooleanField("启用", default=True)
    changed_at = models.DateTimeField("更新时间")

    class Meta:
        """Found by component and by element of a network."""

        verbose_name = verbose_name_plural = "监测点"
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=("component",), name="sensors_thing_component", condition=~models.Q(component="")
            ),
            models.Index(fields=("element",), name="sensors_thing_element", condition=~models.Q(element="")),
        )

    def __str__(self) -> str:
        """Give name and code."""
        return f"{self.name}（{self.code}）"


class Whereabouts(models.Model):
    """Since when a thing stood where (HistoricalLocation)."""

    id = models.BigAutoField(primary_key=True)
    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="whereabouts")
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="whereabouts")
    time = models.DateTimeField("起始时间")

    class Meta:
        """By number."""

        verbose_name = verbose_name_plural = "历史位置"
        ordering = ("id",)


class Sensor(models.Model):
    """A device that measures: its identity, model and since when it is installed."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField("设备标识", max_length=160, unique=True)
    name = models.CharField("名称", max_length=200)
    description = models.TextField("说明", blank=True)
    model = models.CharField("型号", max_length=100, blank=True)
    maker = models.CharField("厂商", max_length=100, blank=True)
    installed_on = models.DateField("安装日期", null=True, blank=True)
    encoding_type = models.CharField("元数据编码", max_length=100, default="text/plain")
    metadata = models.JSONField("元数据", default=str, blank=True)
    division = models.CharField("区划代码", max_length=12, blank=True, db_index=True)
    properties = models.JSONField("其他属性", default=dict, blank=True)
    changed_at = models.DateTimeField("更新时间")

    class Meta:
        """By number."""

        verbose_name = verbose_name_plural = "传感器"
        ordering = ("id",)

    def __str__(self) -> str:
        """Give name and identity."""
        return f"{self.name}（{self.code}）"


class ObservedProperty(models.Model):
    """What is measured, with the unit it is usually told in; a vocabulary that everybody reads."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField("代码", max_length=64, unique=True)
    name = models.CharField("名称", max_length=200)
    name_en = models.CharField("英文名称", max_length=200, blank=True)
    definition = models.CharField("定义", max_length=500)
    description = models.TextField("说明", blank=True)
    unit = models.CharField("单位（UCUM）", max_length=40, blank=True)
    source = models.CharField("来源", max_length=40, blank=True)
    confidence = models.CharField("可信度", max_length=20, blank=True)
    division = models.CharField("区划代码", max_length=12, blank=True)
    properties = models.JSONField("其他属性", default=dict, blank=True)
    changed_at = models.DateTimeField("更新时间")

    class Meta:
        """By number."""

        verbose_name = verbose_name_plural = "观测属性"
        ordering = ("id",)

    def __str__(self) -> str:
        """Give name and code."""
        return f"{self.name}（{self.code}）"


class Datastream(models.Model):
    """Readings of one property at one thing by one sensor; its number is what readings are kept under."""

    id = models.BigAutoField(primary_key=True)
    thing = models.ForeignKey(Thing, on_delete=models.CASCADE, related_name="datastreams")
    sensor = models.ForeignKey(Sensor, on_delete=models.CASCADE, related_name="datastreams")
    observed = models.ForeignKey(ObservedProperty, on_delete=models.CASCADE, related_name="datastreams")
    feature = models.ForeignKey(
        Location, null=True, blank=True, on_delete=models.SET_NULL, related_name="datastreams"
    )
    key = models.CharField("键", max_length=160, unique=True)
    external = models.CharField("外部键", max_length=160, null=True, blank=True, unique=True)
    name = models.CharField("名称", max_length=200)
    description = models.TextField("说明", blank=True)
    unit = models.CharField("单位（UCUM）", max_length=40, blank=True)
    unit_told = models.JSONField("单位原文", default=dict, blank=True)
    kind = models.CharField("观测类型", max_length=200, blank=True)
    low = models.FloatField("下限", null=True, blank=True)
    high = models.FloatField("上限", null=True, blank=True)
    every = models.FloatField("间隔（秒）", null=True, blank=True)
    rate = models.FloatField("每秒最大变化", null=True, blank=True)
    tolerance = models.FloatField("允差", null=True, blank=True)
    still = models.FloatField("不变即疑停滞（秒）", null=True, blank=True)
    division = models.CharField("区划代码", max_length=12, blank=True, db_index=True)
    properties = models.JSONField("其他属性", default=dict, blank=True)
    active = models.BooleanField("启用", default=True)
    changed_at = models.DateTimeField("更新时间")

    class Meta:
        """By number; a range that holds nothing is no range."""

        verbose_name = verbose_name_plural = "数据流"
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(low__isnull=True)
                | models.Q(high__isnull=True)
                | models.Q(low__lt=models.F("high")),
                name="sensors_datastream_range",
            ),
        )

    def __str__(self) -> str:
        """Give name and key."""
        return f"{self.name}（{self.key}）"


class Refused(models.Model):
    """One row that was not taken, with its field and reason; kept to be looked at and sent again."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField("时间", db_index=True)
    origin = models.CharField("来处", max_length=20, choices=Origin.choices)
    source = models.CharField("来源", max_length=200, blank=True)
    actor_key = models.CharField("提交者", max_length=80)
    division = models.CharField("区划代码", max_length=12, blank=True, db_index=True)
    place = models.BigIntegerField("行")
    field = models.CharField("字段", max_length=40)
    code = models.CharField("错误码", max_length=40)
    text = models.CharField("说明", max_length=200)
    raw = models.TextField("原文", blank=True)

    class Meta:
        """The newest first."""

        verbose_name = verbose_name_plural = "未收下的行"
        ordering = ("-id",)


class RegisterStamp(models.Model):
    """What copies of the register in memory are compared with; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    stamp = models.CharField("印记", max_length=32)
