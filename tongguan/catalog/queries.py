# SPDX-License-Identifier: Apache-2.0
"""Reading the catalogue, from memory.

It is the same for everybody; only versions of responsibility lists are shown to those whose division
they are for or bind.
"""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import product

import msgspec
from django.utils import timezone

from tongguan.catalog import lists, shelves
from tongguan.catalog.contracts import (
    FilingRule,
    ItemInfo,
    ItemKind,
    ListDiff,
    ListRow,
    RequestTypeInfo,
    Responsibility,
    StageKey,
    VersionInfo,
)
from tongguan.catalog.models import FilingRule as FilingRuleRow
from tongguan.catalog.models import RequestType, ResponsibilityVersion, RuleBook
from tongguan.catalog.resolve import LENGTHS, Index, law_of, period_of, place_of
from tongguan.kernel.errors import NotFound
from tongguan.kernel.worktime import Limit
from tongguan.people.contracts import Actor

_MOST_FOUND = 50
#: States of a version that divisions below may read: what binds them, and what did.
_PUBLIC = frozenset({"applied", "superseded"})


def item(code: str) -> ItemInfo:
    """Give an item, also one no longer active. Raises NotFound ``item.unknown``."""
    found = shelves.items.get().get(code)
    if found is None:
        raise NotFound(
            "item.unknown", zh=f"没有事项 {code[:20]}", en=f"no item {code[:20]!r}", field="item_code"
        )
    return found


def items(codes: Iterable[str]) -> dict[str, ItemInfo]:
    """Give the items that exist among the codes."""
    known = shelves.items.get()
    return {code: known[code] for code in codes if code in known}


def items_table(kind: ItemKind | str | None = None, active_on: date | None = None) -> tuple[ItemInfo, ...]:
    """Give all items in code order, of one kind and active on a day if asked."""
    return tuple(
        info
        for info in shelves.items.get().values()
        if (kind is None or info.kind == kind) and (active_on is None or info.active_on(active_on))
    )


def search_items(
    text: str, *, kind: ItemKind | str | None = None, active_on: date | None = None, limit: int = 20
) -> list[ItemInfo]:
    """Find items by a prefix of their code (or 2013 code) or a part of their name or aliases.

    Best first: exact code, code prefix, name start, name part, alias. At most ``limit`` (≤ 50).
    """
    wanted = text.strip().lower()
    if not wanted:
        return []
    ranked: list[tuple[int, int, str, ItemInfo]] = []
    for info in items_table(kind, active_on):
        rank = _rank(info, wanted)
        if rank is not None:
            ranked.append((rank, len(info.name), info.code, info))
    ranked.sort(key=lambda entry: entry[:3])
    return [entry[3] for entry in ranked[: max(0, min(limit, _MOST_FOUND))]]


def _rank(info: ItemInfo, wanted: str) -> int | None:
    name = info.name.lower()
    tests = (
        info.code.lower() == wanted,
        info.code.lower().startswith(wanted),
        name.startswith(wanted),
        wanted in name,
        any(wanted in alias.lower() for alias in info.aliases),
        wanted in info.legacy_codes,
    )
    return next((rank for rank, holds in enumerate(tests) if holds), None)


def request_types() -> list[RequestTypeInfo]:
    """Give what a citizen may want with an appeal (咨询, 求助 …)."""
    rows = RequestType.objects.order_by("id").values_list("code", "name", "example", "source")
    return [RequestTypeInfo(*row) for row in rows]


def filing_rules(item_code: str, source: str | None = None) -> list[FilingRule]:
    """Give an item's filing conditions of one source, in order.

    Without ``source`` the preferred source that knows the item answers, alone: rules of different cities are
    never merged. Empty when there is none.
    """
    sources = shelves.rules.get().by_item.get(item_code, {})
    wanted = next(iter(sources), "") if source is None else source
    return list(sources.get(wanted, ()))


def rule_sources(item_code: str) -> tuple[str, ...]:
    """Give the sources that have filing rules for an item, the preferred one first."""
    return tuple(shelves.rules.get().by_item.get(item_code, ()))


def shipped_sources() -> dict[str, str]:
    """Give the titles of the standards that come with the platform and are in use, by source."""
    return dict(RuleBook.objects.filter(shipped=True, state="active").values_list("source", "title"))


def filing_rule(rule_id: int) -> FilingRule:
    """Give a rule by id, also of a superseded version. Raises NotFound ``rule.unknown``."""
    found = shelves.rules.get().by_id.get(rule_id)
    if found is not None:
        return found
    row = FilingRuleRow.objects.select_related("item", "book").filter(pk=rule_id).first()
    if row is None:
        raise NotFound(
            "rule.unknown",
            zh=f"没有立案条件 {rule_id}",
            en=f"no filing rule {rule_id}",
            field="filing_rule_id",
        )
    return shelves.rule_info(row)


def responsible(item_code: str, division: str, at: datetime | date) -> Responsibility | None:
    """Give whose duty an item is in a division at a time by the applied lists; None when nobody's.

    The most specific division prefix wins, then the item before its major class.
    """
    return shelves.responsibilities.get().responsible(item_code, division, _day(at))


def responsible_many(pairs: Iterable[tuple[str, str]], at: datetime | date) -> list[Responsibility | None]:
    """Give the answers for (item, division) pairs in their order, all from one state of the lists."""
    index = shelves.responsibilities.get()
    day = _day(at)
    find = index.responsible
    return [find(item_code, division, day) for item_code, division in pairs]


def explain_responsible(item_code: str, division: str, at: datetime | date) -> tuple[str, ...]:
    """Say in Chinese which row answers and why, or why none does."""
    index = shelves.responsibilities.get()
    found = index.responsible(item_code, division, _day(at))
    return found.explanation if found is not None else _why_nobody(index, item_code, division, _day(at))


def responsibility_diff(actor: Actor, version_id: int) -> ListDiff:
    """Give what changes when the version takes effect. Raises NotFound ``version.unknown``."""
    return lists.difference(_readable(actor, version_id))


def responsibility_lines(actor: Actor, version_id: int) -> list[ListRow]:
    """Give the lines of a version in their order. Raises NotFound ``version.unknown``."""
    return shelves.version_rows(_readable(actor, version_id).id)


def _readable(actor: Actor, version_id: int) -> ResponsibilityVersion:
    version = lists.find(version_id)
    if not _reads(actor, version):
        raise lists.unknown(f"没有权责清单版本 {version_id}", f"no list version {version_id}")
    return version


def versions(actor: Actor, division: str = "") -> list[VersionInfo]:
    """Give the lists of the actor's divisions, and those above that are or were in force, newest first."""
    rows = ResponsibilityVersion.objects.filter(division__startswith=division).order_by("division", "-number")
    return [version_info(row) for row in rows if _reads(actor, row)]


def _reads(actor: Actor, version: ResponsibilityVersion) -> bool:
    if actor.scope.covers(version.division):
        return True
    above = any(prefix.startswith(version.division) for prefix in actor.scope.divisions())
    return above and version.state in _PUBLIC


def version_info(row: ResponsibilityVersion) -> VersionInfo:
    """Give the contract of a version row."""
    return msgspec.convert(row, VersionInfo, from_attributes=True)


def stage_limit(stage: str, item_code: str, division: str, urgency: str = "") -> Limit | None:
    """Give how long a stage may take for an item in a division; None: no clock.

    A limit for the urgency (``normal``, ``urgent``, ``critical``) goes before those for any; then the most
    specific division wins, then the item's kind before all kinds. A row without a value there switches the
    clock off.
    """
    limits = shelves.stage_limits.get()
    info = shelves.items.get().get(item_code)
    kinds = (info.kind.value, "") if info is not None else ("",)
    places = [division[:length] for length in LENGTHS if length <= len(division)]
    keys = product(dict.fromkeys((urgency, "")), places, kinds)
    found = ((stage, kind, place, level) for level, place, kind in keys)
    return next((limits[key] for key in found if key in limits), None)


def stage_limits() -> list[tuple[StageKey, Limit | None]]:
    """Give every set stage limit, in order; None: the clock is switched off there."""
    return sorted(shelves.stage_limits.get().items(), key=lambda row: row[0])


def _why_nobody(index: Index, item_code: str, division: str, day: date) -> tuple[str, ...]:
    major = getattr(shelves.items.get().get(item_code), "major_code", "")
    if not len(index):
        return ("没有生效的权责清单",)
    near = index.covering(item_code, division)
    wanted = f"事项 {item_code}" + (f"（大类 {major}）" if major else "（目录中没有该事项）")
    return (
        f"权责清单中没有{wanted}在{place_of(division)}于 {day.isoformat()} 有效的行",
        *(
            f"第 {listed.row.row_no} 行{period_of(listed.row)}，{listed.row.lead()}，{law_of(listed.row)}"
            for listed in near
        ),
    )


def _day(at: datetime | date) -> date:
    """Give the calendar day in the city's time zone."""
    if isinstance(at, datetime):
        return timezone.localtime(at).date()
    return at
