# SPDX-License-Identifier: Apache-2.0
"""Tables of things: components (部件) and the runs that import them."""

from django.db import models

from tongguan.things.labels import ComponentState, RunState, SurveySource


class ImportRun(models.Model):
    """One import of one file; ``done_rows`` moves in the transaction of each batch, so a run can resume."""

    id = models.BigAutoField(primary_key=True)
    file_name = models.CharField("文件", max_length=255)
    fingerprint = models.CharField("指纹", max_length=64, db_index=True)
    options = models.JSONField("选项", default=dict)
    state = models.CharField("状态", max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    done_rows = models.BigIntegerField("已读行数", default=0)
    created_rows = models.BigIntegerField("新增", default=0)
    updated_rows = models.BigIntegerField("更新", default=0)
    refused_rows = models.BigIntegerField("拒收", default=0)
    started_at = models.DateTimeField("开始")
    changed_at = models.DateTimeField("最近一批")

    class Meta:
        """Newest first."""

        verbose_name = verbose_name_plural = "部件导入"
        ordering = ("-id",)


class ImportRefusal(models.Model):
    """One row of a file that was not taken, and why; kept until it is corrected and imported again."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="refusals", verbose_name="导入")
    line = models.BigIntegerField("行")
    field = models.CharField("字段", max_length=40)
    code = models.CharField("错误码", max_length=40)
    text = models.CharField("说明", max_length=200)
    raw = models.TextField("原文", blank=True)

    class Meta:
        """In file order."""

        verbose_name = verbose_name_plural = "部件导入拒收行"
        ordering = ("run", "line")


class Component(models.Model):
    """A component (管理部件) with its 17-digit code: district 6, class 5, number 6 (GB/T 47678.5)."""

    code = models.CharField("标识码", max_length=17, primary_key=True)
    former_code = models.CharField("原标识码", max_length=16, blank=True)
    class_code = models.CharField("类码", max_length=5)
    name = models.CharField("名称", max_length=30)
    division = models.CharField("区划代码", max_length=12, db_index=True)
    grid = models.CharField("单元网格", max_length=15, blank=True)
    lon = models.FloatField("经度")
    lat = models.FloatField("纬度")
    cell = models.BigIntegerField("H3 网格", editable=False)
    crs = models.CharField("来源坐标系", max_length=10, default="WGS84")
    state = models.CharField(
        "状态", max_length=10, choices=ComponentState.choices, default=ComponentState.INTACT
    )
    supervising_code = models.CharField("主管部门代码", max_length=18, blank=True)
    supervising_name = models.CharField("主管部门", max_length=100, blank=True)
    owner_code = models.CharField("权属单位代码", max_length=18, blank=True)
    owner_name = models.CharField("权属单位", max_length=100, blank=True)
    maintainer_code = models.CharField("养护单位代码", max_length=18, blank=True)
    maintainer_name = models.CharField("养护单位", max_length=100, blank=True)
    # Unit columns carry no index of their own: 2 million rows are searched by place and class.
    supervising_unit = models.ForeignKey(
        "people.Unit",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        verbose_name="主管单位",
    )
    owner_unit = models.ForeignKey(
        "people.Unit",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        verbose_name="权属单位（平台）",
    )
    maintaining_unit = models.ForeignKey(
        "people.Unit",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        verbose_name="养护单位（平台）",
    )
    first_on = models.DateField("初始日期", null=True, blank=True)
    changed_on = models.DateField("变更日期", null=True, blank=True)
    source = models.CharField("数据来源", max_length=30, choices=SurveySource.choices, blank=True)
    note = models.CharField("备注", max_length=1000, blank=True)
    run = models.ForeignKey(
        ImportRun,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
        editable=False,
        verbose_name="导入",
    )

    class Meta:
        """Near-by search reads (cell, class_code)."""

        verbose_name = verbose_name_plural = "部件"
        ordering = ("code",)
        indexes = (
            models.Index(fields=("cell", "class_code"), name="things_component_near"),
            models.Index(
                fields=("former_code",), name="things_component_former", condition=~models.Q(former_code="")
            ),
        )

    def __str__(self) -> str:
        """Give name and code."""
        return f"{self.name}（{self.code}）"
