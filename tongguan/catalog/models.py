# SPDX-License-Identifier: Apache-2.0
"""Tables of the catalogue: items, filing rules, the responsibility list, stage limits."""

from typing import Any

from django.db import models
from django.db.models import F, Q

from tongguan.catalog import labels


def _word(label: str, words: dict[str, labels.Label], **more: Any) -> "models.CharField[str, str]":
    """Give a column that holds one of the labelled codes."""
    return models.CharField(
        label, max_length=20, choices=[(code, zh) for code, (zh, _) in words.items()], **more
    )


#: Value and unit of a limit come together.
_LIMIT_WHOLE = Q(limit_value__isnull=True, limit_unit="") | Q(limit_value__gt=0) & ~Q(limit_unit="")


class Shown(models.Model):
    """A table whose rows have a name in the admin, made by the pattern ``shown``."""

    shown = "{0.code} {0.name}"

    class Meta:
        abstract = True

    def __str__(self) -> str:
        """Give the row's name."""
        return self.shown.format(self)


class Stamp(models.Model):
    """What the in-memory copies compare themselves with: a new token after every change of a shelf."""

    name = models.CharField(max_length=30, primary_key=True)
    token = models.CharField(max_length=36)


class Major(Shown):
    """A major class (大类): two digits for components and events, ``A`` and two digits for appeals."""

    code = models.CharField("大类代码", max_length=3, primary_key=True)
    name = models.CharField("大类名称", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "大类"
        ordering = ("code",)


class Item(Shown):
    """An item (事项): a kind of matter.

    Codes of components and events are the five digits of GB/T 47678.5-2026 (majors 01 to 05: something
    is wrong with a component of the same code; 06 to 10: behaviour). ``local`` items are a city's own
    (numbered downwards from 999). Appeals have no national tree; ``example`` marks the shipped one.
    """

    code = models.CharField("事项代码", max_length=12, unique=True)
    name = models.CharField("事项名称", max_length=100)
    kind = _word("类型", labels.KINDS)
    major = models.ForeignKey(Major, on_delete=models.PROTECT, verbose_name="大类", related_name="items")
    parent_code = models.CharField("上级代码", max_length=12, blank=True)
    component_name = models.CharField("部件名称", max_length=60, blank=True)
    aliases = models.JSONField("别名", default=list, blank=True)
    urgency = _word("紧急程度", labels.URGENCIES, default="normal")
    process = models.CharField("流程", max_length=40, default="default")
    needs_photo = models.BooleanField("须有照片", default=True)
    needs_place = models.BooleanField("须有位置", default=True)
    local = models.BooleanField("城市自定", default=False)
    example = models.BooleanField("示例", default=False)
    active_from = models.DateField("启用日期", null=True, blank=True)
    active_to = models.DateField("停用日期", null=True, blank=True)
    standard = models.CharField("依据标准", max_length=40, blank=True)
    source = models.CharField("来源", max_length=40)
    confidence = _word("可信度", labels.CONFIDENCES)
    note = models.CharField("备注", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "事项"
        ordering = ("code",)


class LegacyClass(Shown):
    """A class of an older code (GB/T 30428.2-2013 or a city's) and the item it became, if any."""

    source = models.CharField("来源", max_length=40)
    kind = _word("类型", labels.KINDS)
    code = models.CharField("旧代码", max_length=12)
    name = models.CharField("旧名称", max_length=100, blank=True)
    item = models.ForeignKey(
        Item, null=True, blank=True, on_delete=models.PROTECT, related_name="legacy", verbose_name="新事项"
    )
    basis = models.CharField("对应依据", max_length=80, blank=True)
    confidence = models.CharField("可信度", max_length=12, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "旧码对照"
        constraints = (
            models.UniqueConstraint(fields=["source", "kind", "code", "name"], name="catalog_legacy_once"),
        )


class RequestType(Shown):
    """What a citizen wants with an appeal (诉求类型): advice, help, complaint …; each city has its own."""

    code = models.CharField("代码", max_length=20, unique=True)
    name = models.CharField("名称", max_length=30)
    example = models.BooleanField("示例", default=False)
    source = models.CharField("来源", max_length=40)
    confidence = _word("可信度", labels.CONFIDENCES)

    class Meta:
        verbose_name = verbose_name_plural = "诉求类型"


class RuleBook(Shown):
    """One version of one source's filing and closing standard (立结案标准).

    Sources are never merged. A new version of a source supersedes the older one, whose rules stay
    readable for the cases that were filed by them. ``rank``: of several sources that know an item the
    one with the highest rank answers (a city's own import is above the shipped references).
    """

    shown = "{0.title}（第 {0.number} 版）"

    source = models.CharField("来源", max_length=40)
    number = models.PositiveIntegerField("版本号")
    title = models.CharField("名称", max_length=300)
    state = _word("状态", labels.BOOK_STATES, default="active")
    rank = models.PositiveSmallIntegerField("优先次序", default=0)
    shipped = models.BooleanField("随平台提供", default=False)
    sha256 = models.CharField("文件摘要", max_length=64, blank=True)
    loaded_by = models.CharField("载入人", max_length=80)
    loaded_at = models.DateTimeField("载入时间")

    class Meta:
        verbose_name = verbose_name_plural = "立结案标准"
        constraints = (
            models.UniqueConstraint(fields=["source", "number"], name="catalog_book_number"),
            models.UniqueConstraint(
                fields=["source"], condition=Q(state="active"), name="catalog_book_one_active"
            ),
        )


class FilingRule(Shown):
    """A filing condition (立案条件) of an item with its closing condition, limit and duties.

    No limit means: filed, but no clock runs. ``rule_key`` is the source's own number.
    """

    shown = "{0.rule_key} {0.filing_condition}"

    book = models.ForeignKey(RuleBook, on_delete=models.PROTECT, related_name="rules", verbose_name="标准")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="rules", verbose_name="事项")
    rule_key = models.CharField("规则号", max_length=40)
    condition_no = models.PositiveSmallIntegerField("条件序号")
    local_name = models.CharField("城市用名", max_length=100, blank=True)
    filing_condition = models.CharField("立案条件", max_length=500)
    closing_condition = models.CharField("结案条件", max_length=500)
    limit_value = models.DecimalField("处置时限", max_digits=7, decimal_places=2, null=True, blank=True)
    limit_unit = _word("时限单位", labels.LIMIT_UNITS, blank=True)
    limit_note = models.CharField("时限说明", max_length=200, blank=True)
    duties = models.JSONField("处置职责", default=list, blank=True)
    supervising = models.JSONField("主管职责", default=list, blank=True)
    confidence = _word("可信度", labels.CONFIDENCES)
    active = models.BooleanField("在用", default=True)

    class Meta:
        verbose_name = verbose_name_plural = "立结案条件"
        constraints = (
            models.UniqueConstraint(fields=["book", "rule_key"], name="catalog_rule_key"),
            models.CheckConstraint(condition=_LIMIT_WHOLE, name="catalog_rule_limit_whole"),
        )


class ResponsibilityVersion(Shown):
    """One version of a responsibility list (权责清单) of one division: draft, applied, superseded."""

    shown = "{0.title}（第 {0.number} 版）"

    division = models.CharField("区划", max_length=12)
    number = models.PositiveIntegerField("版本号")
    title = models.CharField("名称", max_length=200)
    state = _word("状态", labels.VERSION_STATES, default="draft")
    derived = models.BooleanField("演示推导", default=False)
    copied_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name="回退到"
    )
    file_name = models.CharField("文件名", max_length=200, blank=True)
    sha256 = models.CharField("文件摘要", max_length=64, blank=True)
    rows_count = models.PositiveIntegerField("行数", default=0)
    created_by = models.CharField("编制人", max_length=80)
    created_at = models.DateTimeField("编制时间")
    applied_by = models.CharField("批准人", max_length=80, blank=True)
    applied_at = models.DateTimeField("生效时间", null=True, blank=True)
    superseded_at = models.DateTimeField("被替代时间", null=True, blank=True)
    reason = models.CharField("事由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "权责清单"
        ordering = ("division", "-number")
        constraints = (
            models.UniqueConstraint(fields=["division", "number"], name="catalog_list_number"),
            models.UniqueConstraint(
                fields=["division"], condition=Q(state="applied"), name="catalog_list_one_applied"
            ),
        )


class ResponsibilityRow(Shown):
    """A line of the list: who leads and who helps with an item in a division, from when to when.

    ``item_code`` is an item or, as a fallback, a major. ``valid_to`` is the last day. The lead is
    either a unit's code or a duty word that units of the place declare (供水, 排水 …).
    """

    shown = "{0.item_code} {0.division} {0.lead_unit_code}{0.lead_duty}"

    version = models.ForeignKey(
        ResponsibilityVersion, on_delete=models.CASCADE, related_name="rows", verbose_name="版本"
    )
    row_no = models.PositiveIntegerField("行号")
    item_code = models.CharField("事项代码", max_length=12)
    division = models.CharField("区划代码", max_length=12, blank=True)
    lead_unit_code = models.CharField("主办单位代码", max_length=32, blank=True)
    lead_duty = models.CharField("主办职责", max_length=40, blank=True)
    co_unit_codes = models.JSONField("协办单位代码", default=list, blank=True)
    co_duties = models.JSONField("协办职责", default=list, blank=True)
    legal_basis = models.CharField("法律依据", max_length=500, blank=True)
    clause = models.CharField("条款", max_length=500, blank=True)
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "权责清单行"
        ordering = ("row_no",)
        constraints = (
            models.UniqueConstraint(fields=["version", "row_no"], name="catalog_row_number"),
            models.CheckConstraint(
                condition=(Q(lead_unit_code="") & ~Q(lead_duty=""))
                | (~Q(lead_unit_code="") & Q(lead_duty="")),
                name="catalog_row_one_lead",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="catalog_row_dates",
            ),
        )


class StageLimit(Shown):
    """How long a stage may take (环节时限), by kind of item, division and urgency; no value: no clock."""

    shown = "{0.stage} {0.kind} {0.division} {0.urgency}"

    stage = _word("环节", labels.STAGES)
    kind = _word("类型", labels.KINDS, blank=True)
    division = models.CharField("区划", max_length=12, blank=True)
    urgency = _word("紧急程度", labels.URGENCIES, blank=True, default="")
    limit_value = models.DecimalField("时限", max_digits=7, decimal_places=2, null=True, blank=True)
    limit_unit = _word("单位", labels.LIMIT_UNITS, blank=True)
    source = models.CharField("来源", max_length=40)
    confidence = _word("可信度", labels.CONFIDENCES)
    note = models.CharField("备注", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "环节时限"
        constraints = (
            models.UniqueConstraint(
                fields=["stage", "kind", "division", "urgency"], name="catalog_stage_limit_once"
            ),
            models.CheckConstraint(condition=_LIMIT_WHOLE, name="catalog_stage_limit_whole"),
        )
