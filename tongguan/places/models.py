# SPDX-License-Identifier: Apache-2.0
"""Tables of places: divisions, unit grids, duty grids, the gazetteer."""

from django.db import models

from tongguan.places.labels import DutyRole, GazetteerKind, GridState, Level


class Outlined(models.Model):
    """Something with a boundary: WKB in WGS-84, its box, a point inside it and that point's H3 cell.

    All of it may be null: a city without polygons works by code.
    """

    boundary = models.BinaryField("边界", null=True, blank=True, editable=False)
    west = models.FloatField("西", null=True, blank=True, editable=False)
    south = models.FloatField("南", null=True, blank=True, editable=False)
    east = models.FloatField("东", null=True, blank=True, editable=False)
    north = models.FloatField("北", null=True, blank=True, editable=False)
    lon = models.FloatField("中心经度", null=True, blank=True)
    lat = models.FloatField("中心纬度", null=True, blank=True)
    cell = models.BigIntegerField("H3 网格", null=True, blank=True, editable=False)
    crs = models.CharField("来源坐标系", max_length=10, blank=True)

    class Meta:
        """No table of its own."""

        abstract = True


class Division(Outlined):
    """An administrative division (行政区划): 2, 4, 6, 9 or 12 digits, each prefix a parent."""

    code = models.CharField("代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=60, db_index=True)
    level = models.CharField("层级", max_length=10, choices=Level.choices)
    parent = models.CharField("上级代码", max_length=12, blank=True, db_index=True)

    class Meta:
        """In code order, which is tree order."""

        verbose_name = verbose_name_plural = "行政区划"
        ordering = ("code",)

    def __str__(self) -> str:
        """Give name and code."""
        return f"{self.name}（{self.code}）"


class UnitGrid(Outlined):
    """A unit grid cell (单元网格): 15 digits, community code plus a number (GB/T 47678.3)."""

    code = models.CharField("标识码", max_length=15, primary_key=True)
    name = models.CharField("名称", max_length=60, blank=True)
    community = models.CharField("社区代码", max_length=12, db_index=True)
    area_m2 = models.FloatField("面积（平方米）", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=GridState.choices, default=GridState.ACTIVE)
    former_code = models.CharField("原标识码", max_length=15, blank=True, db_index=True)

    class Meta:
        """In code order."""

        verbose_name = verbose_name_plural = "单元网格"
        ordering = ("code",)

    def __str__(self) -> str:
        """Give name and code."""
        return f"{self.name}（{self.code}）" if self.name else self.code


class DutyGrid(models.Model):
    """A duty grid (责任网格): unit grids that the same people look after."""

    code = models.CharField("编号", max_length=32, unique=True)
    name = models.CharField("名称", max_length=60)
    division = models.CharField("区划代码", max_length=12, db_index=True)
    kind = models.CharField("类别", max_length=20, blank=True)
    active = models.BooleanField("启用", default=True)

    class Meta:
        """In code order."""

        verbose_name = verbose_name_plural = "责任网格"
        ordering = ("code",)

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class DutyGridCell(models.Model):
    """One unit grid of a duty grid; duty grids of different kinds may overlap."""

    duty_grid = models.ForeignKey(
        DutyGrid, on_delete=models.CASCADE, related_name="cells", verbose_name="责任网格"
    )
    grid = models.ForeignKey(
        UnitGrid, on_delete=models.PROTECT, related_name="duties", verbose_name="单元网格"
    )

    class Meta:
        """A cell belongs to a duty grid once."""

        verbose_name = verbose_name_plural = "责任网格组成"
        constraints = (
            models.UniqueConstraint(fields=("duty_grid", "grid"), name="places_dutygridcell_once"),
        )


class DutyGridPerson(models.Model):
    """A person of a duty grid and their role in it."""

    duty_grid = models.ForeignKey(
        DutyGrid, on_delete=models.CASCADE, related_name="people", verbose_name="责任网格"
    )
    user = models.ForeignKey("people.User", on_delete=models.CASCADE, related_name="+", verbose_name="人员")
    role = models.CharField("职责", max_length=20, choices=DutyRole.choices, default=DutyRole.COLLECTOR)

    class Meta:
        """A person has a role in a duty grid once."""

        verbose_name = verbose_name_plural = "责任网格人员"
        constraints = (
            models.UniqueConstraint(fields=("duty_grid", "user", "role"), name="places_dutygridperson_once"),
        )


class Gazetteer(models.Model):
    """A named place: standard address, place name, road or point of interest, in WGS-84."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField("来源", max_length=40)
    external_id = models.CharField("来源编号", max_length=64)
    kind = models.CharField("类别", max_length=10, choices=GazetteerKind.choices)
    name = models.CharField("名称", max_length=120)
    aliases = models.JSONField("别名", default=list, blank=True)
    division = models.CharField("区划代码", max_length=12)
    grid = models.CharField("单元网格", max_length=15, blank=True)
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    cell = models.BigIntegerField("H3 网格", null=True, blank=True, editable=False)
    crs = models.CharField("来源坐标系", max_length=10, default="WGS84")
    road = models.CharField("所在道路", max_length=40, blank=True, editable=False)
    number = models.PositiveIntegerField("门牌号", null=True, blank=True, editable=False)

    class Meta:
        """A source's own number names a place once."""

        verbose_name = verbose_name_plural = "地名地址"
        constraints = (
            models.UniqueConstraint(fields=("source", "external_id"), name="places_gazetteer_once"),
        )
        indexes = (
            models.Index(fields=("division",), name="places_gazetteer_division"),
            models.Index(fields=("cell", "kind"), name="places_gazetteer_cell"),
            models.Index(
                fields=("road", "number"), name="places_gazetteer_road", condition=~models.Q(road="")
            ),
        )

    def __str__(self) -> str:
        """Give the name."""
        return self.name


class GazetteerKey(models.Model):
    """One suffix of a name or alias: a substring anywhere in a name is the beginning of a suffix.

    That makes search by substring an index range on every database, without extensions.
    """

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(Gazetteer, on_delete=models.CASCADE, related_name="keys")
    text = models.CharField(max_length=24, db_index=True)
    start = models.PositiveSmallIntegerField()


class LayerStamp(models.Model):
    """The version of a layer of polygons; in-memory indexes of all processes follow it."""

    layer = models.CharField(max_length=20, primary_key=True)
    version = models.BigIntegerField(default=0)
    changed_at = models.DateTimeField()
