# SPDX-License-Identifier: Apache-2.0
"""Loading the shipped catalogue into the tables, in place: what a city has set itself stays."""

from collections import defaultdict
from datetime import datetime

from tongguan.catalog import standards
from tongguan.catalog.models import FilingRule, Item, LegacyClass, Major, RequestType, RuleBook, StageLimit
from tongguan.catalog.upserts import Upserted, upsert

_ITEM_FIELDS = "name kind major_id parent_code component_name local example standard source confidence note"
_RULE_FIELDS = (
    "item_id condition_no local_name filing_condition closing_condition limit_value limit_unit limit_note "
    "duties supervising confidence active"
)


def load_items() -> Upserted:
    """Load majors, items, old codes and request types. Urgency, process, needs, dates stay."""
    count = upsert(Major.objects.all(), standards.majors(), key="code", compare="name")
    count += upsert(Item.objects.all(), standards.items(), key="code", compare=_ITEM_FIELDS, union="aliases")
    ids = dict(Item.objects.values_list("code", "id"))
    count += upsert(
        LegacyClass.objects.all(),
        standards.legacy(ids),
        key="source kind code name",
        compare="item_id basis confidence",
    )
    wanted = standards.request_types()
    return count + upsert(
        RequestType.objects.all(), wanted, key="code", compare="name example source confidence"
    )


def load_rules(loaded_by: str, at: datetime) -> Upserted:
    """Load the shipped rules, a book for each source. A rule no longer shipped is switched off, not lost."""
    ids = dict(Item.objects.values_list("code", "id"))
    sources = standards.sources()
    by_source: dict[str, list[standards.Record]] = defaultdict(list)
    for name in standards.RULE_FILES.values():
        for row in standards.records(name):
            by_source[row["source"]].append(row)
    count = Upserted(0, 0)
    for code, rows in sorted(by_source.items()):
        source = sources[code]
        book, made = RuleBook.objects.get_or_create(
            source=code,
            shipped=True,
            state="active",
            defaults={
                "number": 1,
                "title": source["title"],
                "rank": standards.RANKS.get(source["confidence"], 0),
                "loaded_by": loaded_by,
                "loaded_at": at,
            },
        )
        held = FilingRule.objects.filter(book=book)
        count += Upserted(int(made), 0)
        count += upsert(held, (_rule(book, row, ids) for row in rows), key="rule_key", compare=_RULE_FIELDS)
        gone = held.filter(active=True).exclude(rule_key__in=[row["rule_id"] for row in rows])
        count += Upserted(0, gone.update(active=False))
    return count


def _rule(book: RuleBook, row: standards.Record, ids: dict[str, int]) -> FilingRule:
    same = "condition_no local_name filing_condition closing_condition limit_unit limit_note confidence"
    return FilingRule(
        book=book,
        item_id=ids[row["item_code"]],
        rule_key=row["rule_id"],
        limit_value=standards.decimal_or_none(row["limit_value"]),
        duties=_words(row["responsible_kinds"]),
        supervising=_words(row["supervising_kinds"]),
        **({name: row[name] for name in same.split()} | {"condition_no": int(row["condition_no"])}),
    )


def _words(text: str) -> list[str]:
    return text.split(";") if text else []


def load_stage_limits() -> Upserted:
    """Load the stage limits that are missing; those a city has are its own and stay."""
    return upsert(
        StageLimit.objects.all(), standards.stage_limits(), key="stage kind division urgency", compare=""
    )
