# SPDX-License-Identifier: Apache-2.0
"""Tables of networks: which there are, their nodes and edges, and what of a file was not taken."""

from django.db import models

from tongguan.industry.lifeline.labels import NetworkKind


class Network(models.Model):
    """One network from one file under a code; a file taken in under the same code replaces it."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField("编号", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("类别", max_length=10, choices=NetworkKind.choices)
    division = models.CharField("区划代码", max_length=12)
    crs = models.CharField("来源坐标系", max_length=10)
    file_name = models.CharField("文件", max_length=255)
    fingerprint = models.CharField("指纹", max_length=64)
    changed_at = models.DateTimeField("导入时间")

    class Meta:
        """By code."""

        verbose_name = verbose_name_plural = "管网"
        ordering = ("code",)


class Node(models.Model):
    """A node: where pipes meet, or what stands on them. ``thing``: its code in the register of sensors."""

    id = models.BigAutoField(primary_key=True)
    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="nodes", db_index=False)
    code = models.CharField("编号", max_length=60)
    kind = models.CharField("类型", max_length=20)
    name = models.CharField("名称", max_length=60, blank=True)
    lon = models.FloatField("经度")
    lat = models.FloatField("纬度")
    cell = models.BigIntegerField("H3 网格", editable=False)
    elevation_m = models.FloatField("高程", default=0.0)
    division = models.CharField("区划代码", max_length=12)
    thing = models.CharField("设备编号", max_length=64, blank=True)

    class Meta:
        """A code once in a network; asked for by cell, and by thing."""

        constraints = (models.UniqueConstraint(fields=("network", "code"), name="lifeline_node_once"),)
        indexes = (
            models.Index(fields=("cell",), name="lifeline_node_cell"),
            models.Index(fields=("thing",), name="lifeline_node_thing", condition=~models.Q(thing="")),
        )


class Edge(models.Model):
    """An edge from node to node (codes of the same network), in the direction of flow where there is one."""

    id = models.BigAutoField(primary_key=True)
    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="edges", db_index=False)
    code = models.CharField("编号", max_length=60)
    kind = models.CharField("类型", max_length=20)
    begin = models.CharField("起点", max_length=60)
    end = models.CharField("终点", max_length=60)
    length_m = models.FloatField("长度（米）")
    diameter_mm = models.FloatField("管径（毫米）", default=0.0)
    open = models.BooleanField("开启", default=True)

    class Meta:
        """A code once in a network."""

        constraints = (models.UniqueConstraint(fields=("network", "code"), name="lifeline_edge_once"),)


class Fault(models.Model):
    """A row of a file that was not taken: its line, the field that is wrong, why, what stood there."""

    id = models.BigAutoField(primary_key=True)
    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="faults")
    line = models.PositiveIntegerField("行")
    field = models.CharField("字段", max_length=40)
    text = models.CharField("说明", max_length=300)
    raw = models.TextField("原文", blank=True)

    class Meta:
        """In file order."""

        ordering = ("network", "line")
