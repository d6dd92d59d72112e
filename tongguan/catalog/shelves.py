# SPDX-License-Identifier: Apache-2.0
"""The catalogue in memory: items, filing rules, responsibilities, stage limits, each compiled once."""

from collections import defaultdict
from typing import NamedTuple

import msgspec
from django.db.models import F

from tongguan.catalog.contracts import FilingRule, ItemInfo, ListRow, StageKey
from tongguan.catalog.models import FilingRule as FilingRuleRow
from tongguan.catalog.models import Item, LegacyClass, ResponsibilityRow, ResponsibilityVersion, StageLimit
from tongguan.catalog.resolve import Index, Listed
from tongguan.catalog.stamps import ITEMS, RESPONSIBILITIES, RULES, STAGE_LIMITS, Shelf
from tongguan.kernel.limits import limit_of
from tongguan.kernel.worktime import Limit


class Rules(NamedTuple):
    """Filing rules in use: by item and source (the preferred source first), and by id."""

    by_item: dict[str, dict[str, tuple[FilingRule, ...]]]
    by_id: dict[int, FilingRule]


def _load_items() -> dict[str, ItemInfo]:
    legacy: dict[int | None, dict[str, None]] = defaultdict(dict)
    named = LegacyClass.objects.exclude(item=None).exclude(code="").order_by("id")
    for item_id, code in named.values_list("item_id", "code"):
        legacy[item_id][code] = None
    rows = Item.objects.annotate(major_code=F("major_id"), major_name=F("major__name")).order_by("code")
    return {
        row.code: msgspec.structs.replace(
            msgspec.convert(row, ItemInfo, from_attributes=True), legacy_codes=tuple(legacy.get(row.id, ()))
        )
        for row in rows
    }


def rule_info(row: FilingRuleRow) -> FilingRule:
    """Give the contract of a rule row; its item and book must be joined already."""
    return FilingRule(
        id=row.id,
        item_code=row.item.code,
        condition_no=row.condition_no,
        filing_condition=row.filing_condition,
        closing_condition=row.closing_condition,
        limit=limit_of(row.limit_value, row.limit_unit),
        duties=tuple(row.duties),
        supervising=tuple(row.supervising),
        rule_key=row.rule_key,
        source=row.book.source,
        book_number=row.book.number,
        local_name=row.local_name,
        limit_note=row.limit_note,
        confidence=row.confidence,
    )


def _load_rules() -> Rules:
    by_item: dict[str, dict[str, list[FilingRule]]] = defaultdict(lambda: defaultdict(list))
    by_id: dict[int, FilingRule] = {}
    rows = (
        FilingRuleRow.objects.filter(active=True, book__state="active")
        .select_related("item", "book")
        .order_by("-book__rank", "book__source", "condition_no", "id")
    )
    for row in rows:
        rule = by_id[row.id] = rule_info(row)
        by_item[rule.item_code][rule.source].append(rule)
    return Rules(
        {code: {s: tuple(rules) for s, rules in sources.items()} for code, sources in by_item.items()}, by_id
    )


def row_info(row: ResponsibilityRow) -> ListRow:
    """Give the contract of a stored line."""
    return msgspec.convert(row, ListRow, from_attributes=True)


def version_rows(version_id: int) -> list[ListRow]:
    """Give the lines of a version in their order."""
    return [row_info(r) for r in ResponsibilityRow.objects.filter(version_id=version_id).order_by("row_no")]


def compile_versions(versions: list[ResponsibilityVersion]) -> Index:
    """Compile the lists together."""
    known = {version.id: version for version in versions}
    rows = ResponsibilityRow.objects.filter(version_id__in=known).order_by("version_id", "row_no")
    majors = dict(Item.objects.values_list("code", "major_id"))
    return Index(
        (
            Listed(row_info(row), v.division, v.id, v.number, v.title)
            for row in rows.iterator(chunk_size=5000)
            for v in (known[row.version_id],)
        ),
        majors,
    )


def _load_responsibilities() -> Index:
    return compile_versions(list(ResponsibilityVersion.objects.filter(state="applied")))


def _load_stage_limits() -> dict[StageKey, Limit | None]:
    return {
        StageKey(row.stage, row.kind, row.division, row.urgency): limit_of(row.limit_value, row.limit_unit)
        for row in StageLimit.objects.all()
    }


items = Shelf(ITEMS, _load_items)
rules = Shelf(RULES, _load_rules)
responsibilities = Shelf(RESPONSIBILITIES, _load_responsibilities)
stage_limits = Shelf(STAGE_LIMITS, _load_stage_limits)
