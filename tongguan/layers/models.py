# SPDX-License-Identifier: Apache-2.0
"""Tables of a city's own layers: what is drawn above the base map, and what of a file could not be drawn."""

from django.db import models


class Layer(models.Model):
    """One layer: the features of one file under a name. Taking a file of the same name in replaces them."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField("名称", max_length=60, unique=True)
    colour = models.CharField("颜色", max_length=7)
    division = models.CharField("区划代码", max_length=12, blank=True)
    file_name = models.CharField("文件", max_length=255)
    crs = models.CharField("来源坐标系", max_length=10)
    changed_at = models.DateTimeField("导入时间")

    class Meta:
        """By name."""

        verbose_name = verbose_name_plural = "图层"
        ordering = ("name",)

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class Feature(models.Model):
    """One feature: its number in the file, what is told of it, its shape (WKB, WGS-84) and its box."""

    id = models.BigAutoField(primary_key=True)
    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, related_name="features")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120, blank=True)
    told = models.JSONField(default=dict)
    shape = models.BinaryField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()

    class Meta:
        """A feature has one number in its layer."""

        constraints = (models.UniqueConstraint(fields=("layer", "number"), name="layers_feature_once"),)


class Reach(models.Model):
    """A community that a feature touches (or the layer's division, if none): who may see it."""

    id = models.BigAutoField(primary_key=True)
    feature = models.ForeignKey(Feature, on_delete=models.CASCADE, related_name="reaches", db_index=False)
    division = models.CharField(max_length=12)

    class Meta:
        """Asked by feature and a range of divisions."""

        indexes = (models.Index(fields=("feature", "division"), name="layers_reach_touches"),)


class Fault(models.Model):
    """A feature that was not taken: its number, the field that is wrong, why, and what stood there."""

    id = models.BigAutoField(primary_key=True)
    layer = models.ForeignKey(Layer, on_delete=models.CASCADE, related_name="faults")
    number = models.PositiveIntegerField("要素")
    field = models.CharField("字段", max_length=60)
    code = models.CharField("错误码", max_length=40)
    text = models.CharField("说明", max_length=300)
    raw = models.TextField("原文", blank=True)

    class Meta:
        """In file order."""

        ordering = ("layer", "number")
