# SPDX-License-Identifier: Apache-2.0
"""Reading files of a city: its filing and closing standard, its own items. Nothing is half-imported.

The face for others is ``api``; callers hold permission, transaction and stamps.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db.models import Max

from tongguan.catalog.models import FilingRule, Item, LegacyClass, Major, RuleBook, Source
from tongguan.catalog.standards import OLD_STANDARD, STANDARD
from tongguan.kernel import tables
from tongguan.kernel.errors import Invalid
from tongguan.kernel.limits import ParsedLimit, parse_limit
from tongguan.kernel.tables import Line, RowError, text_of

#: CJ/T 214 and the systems built on it have 突发事件 and 街面秩序 the other way round.
OLDEST_STANDARD: Final = "CJ/T 214"
STANDARDS: Final = (OLD_STANDARD, OLDEST_STANDARD, STANDARD)
CITY_RANK: Final = 100
RULE_COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "kind": ("类型",),
    "major": ("大类代码",),
    "major_name": ("大类名称",),
    "minor": ("小类代码",),
    "name": ("小类名称",),
    "duties": ("处置单位", "责任主体"),
    "supervising": ("主管部门", "监管主体"),
    "filing": ("立案条件",),
    "closing": ("结案条件",),
    "limit": ("处置时限",),
}
RULE_REQUIRED: Final = ("kind", "major", "minor", "name", "filing", "closing", "limit")
KINDS: Final = {"部件": "component", "事件": "event", "component": "component", "event": "event"}
_EVENT_MAJORS: Final = {"01": "06", "02": "07", "03": "08", "04": "09", "05": "10", "06": "10"}
_SWAPPED: Final = {"04": "05", "05": "04"}
_LOCAL_FIRST: Final = 80
_LOCAL_LAST: Final = 999
_CONDITION_MOST: Final = 500
_SEPARATORS: Final = re.compile(r"[;；、，,\s]+")


class RuleLine(NamedTuple):
    """One line of a filing standard as read."""

    row_no: int
    kind: str
    code: str
    name: str
    duties: tuple[str, ...]
    supervising: tuple[str, ...]
    filing: str
    closing: str
    limit: ParsedLimit | None


class ReadRules(NamedTuple):
    """A filing standard as read: the good lines, every mistake, how many lines there were."""

    rules: list[RuleLine]
    errors: list[RowError]
    lines: int
    standard: str


class StoredRules(NamedTuple):
    """A stored version; no rules when the file was the one in use already."""

    book_id: int
    number: int
    rules: int
    remarks: list[str]


def read_filing_standard(body: bytes, source: str, standard: str) -> ReadRules:
    """Read a filing standard. Raises Invalid ``standard.unknown``, ``source.shipped`` and ``file.*``."""
    if standard not in STANDARDS:
        raise Invalid(
            "standard.unknown",
            zh=f"不支持的分类标准 {standard[:40]}，可用：{'、'.join(STANDARDS)}",
            en="unknown classification standard",
            field="standard",
        )
    _check_source(source)
    table = tables.read_table(body, RULE_COLUMNS, RULE_REQUIRED)
    rules: list[RuleLine] = []
    errors: list[RowError] = []
    for line in table.lines:
        mistakes: list[RowError] = []
        rule = _rule_line(line, standard, mistakes)
        errors.extend(mistakes)
        if rule is not None and not mistakes:
            rules.append(rule)
    return ReadRules(rules, errors, len(table.lines), standard)


def _check_source(source: str) -> None:
    """Refuse no name and the names of shipped sources, which only the platform brings up to date."""
    if not source.strip() or RuleBook.objects.filter(source=source, shipped=True).exists():
        raise Invalid(
            "source.shipped",
            zh=f"来源名“{source[:40]}”为空或已由平台使用，请另取名",
            en="the source's name is empty or the platform's own",
            field="source",
        )


def _rule_line(line: Line, standard: str, mistakes: list[RowError]) -> RuleLine | None:
    """Read one line; mistakes are added to the list."""

    def wrong(field: str, code: str, zh: str, en: str) -> None:
        mistakes.append(RowError(row_no=line.row_no, field=field, code=code, zh=zh, en=en))

    text = {field: text_of(line.cells.get(field)) for field in RULE_COLUMNS}
    kind = KINDS.get(text["kind"])
    if kind is None:
        wrong("kind", "row.kind_unknown", f"类型“{text['kind'][:10]}”应为部件或事件", "unknown kind")
    digits = 3 if standard == STANDARD else 2
    major, minor = text["major"].zfill(2), text["minor"].zfill(digits)
    if not re.fullmatch(r"\d{2}", major, re.ASCII) or not re.fullmatch(rf"\d{{{digits}}}", minor, re.ASCII):
        wrong(
            "minor",
            "row.class_unreadable",
            f"大类代码“{text['major'][:10]}”、小类代码“{text['minor'][:10]}”应为 2 位和 {digits} 位数字",
            "the class code is not digits",
        )
    for field in ("name", "filing", "closing"):
        if not text[field]:
            wrong(field, "row.empty", f"{RULE_COLUMNS[field][0]}为空", f"no {field}")
        elif len(text[field]) > _CONDITION_MOST:
            wrong(field, "row.too_long", f"{RULE_COLUMNS[field][0]}超过 {_CONDITION_MOST} 字", "too long")
    limit = None
    try:
        limit = parse_limit(text["limit"])
    except Invalid as refusal:
        wrong("limit", refusal.code, refusal.zh, refusal.en)
    if kind is None or mistakes:
        return None
    if standard == OLDEST_STANDARD and kind == "event":
        major = _SWAPPED.get(major, major)
    return RuleLine(
        line.row_no,
        kind,
        major + minor,
        "".join(text["name"].split())[:100],  # tables break long names with a blank
        split(text["duties"]),
        split(text["supervising"]),
        text["filing"],
        text["closing"],
        limit,
    )


def store_filing_standard(
    read: ReadRules, source: str, title: str, digest: str, loaded_by: str, at: datetime
) -> StoredRules:
    """Store what was read as the next version of the source; the former one is superseded and kept."""
    current = RuleBook.objects.filter(source=source, state="active").first()
    if current is not None and current.sha256 == digest:
        return StoredRules(current.id, current.number, 0, ["文件与在用版本相同，没有变化"])
    Source.objects.get_or_create(
        code=source, defaults={"title": title, "grade": "city_manual", "confidence": "high"}
    )
    finder = _ItemFinder(source, read.standard)
    ids = finder.ids_for(read.rules)
    if current is not None:
        RuleBook.objects.filter(pk=current.pk).update(state="superseded")
    last = RuleBook.objects.filter(source=source).aggregate(last=Max("number"))["last"] or 0
    book = RuleBook.objects.create(
        source=source,
        number=last + 1,
        title=title[:300],
        rank=CITY_RANK,
        sha256=digest,
        loaded_by=loaded_by[:80],
        loaded_at=at,
    )
    counted: dict[tuple[str, str], int] = defaultdict(int)
    rows = []
    for rule in read.rules:
        counted[rule.kind, rule.code] += 1
        rows.append(
            _rule_row(book, ids[rule.kind, rule.code, rule.name], rule, counted[rule.kind, rule.code])
        )
    FilingRule.objects.bulk_create(rows, batch_size=500)
    return StoredRules(book.id, book.number, len(rows), finder.remarks)


def _rule_row(book: RuleBook, item_id: int, rule: RuleLine, no: int) -> FilingRule:
    return FilingRule(
        book=book,
        item_id=item_id,
        rule_key=f"{rule.kind[0].upper()}{rule.code}-{no:02d}",
        condition_no=no,
        local_name=rule.name,
        filing_condition=rule.filing,
        closing_condition=rule.closing,
        limit_value=rule.limit.limit.value if rule.limit else None,
        limit_unit=rule.limit.limit.unit.value if rule.limit else "",
        limit_note=rule.limit.note if rule.limit else "",
        duties=list(rule.duties),
        supervising=list(rule.supervising),
        confidence="high",
    )


class _ItemFinder:
    """Finds the item a city's class stands for; makes a local item when there is none."""

    def __init__(self, source: str, standard: str) -> None:
        self.source = source
        self.standard = standard
        self.remarks: list[str] = []
        self.items = {item.code: item for item in Item.objects.exclude(kind="appeal")}
        self.by_old: dict[tuple[str, str], int] = {}
        self.by_old_name: dict[tuple[str, str, str], int] = {}
        for old in LegacyClass.objects.exclude(item=None).order_by("id"):
            if old.item_id is None:
                continue
            self.by_old_name.setdefault((old.kind, old.code, old.name), old.item_id)
            if old.source == OLD_STANDARD:
                self.by_old.setdefault((old.kind, old.code), old.item_id)
        self.by_name: dict[tuple[str, str], int] = {}
        for item in self.items.values():
            for name in (item.name, item.component_name, *item.aliases):
                self.by_name.setdefault((item.kind, name), item.id)

    def ids_for(self, rules: Sequence[RuleLine]) -> dict[tuple[str, str, str], int]:
        """Give the item id of every (kind, code, name)."""
        found: dict[tuple[str, str, str], int] = {}
        missing: list[tuple[str, str, str]] = []
        for key in dict.fromkeys((rule.kind, rule.code, rule.name) for rule in rules):
            item_id = self._find(*key)
            if item_id is None:
                missing.append(key)
            else:
                found[key] = item_id
        for key in missing:
            found[key] = self._make(*key)
        LegacyClass.objects.bulk_create(
            [
                LegacyClass(
                    source=self.source, kind=kind, code=code, name=name, item_id=item_id,
                    basis="city_import", confidence="high",
                )
                for (kind, code, name), item_id in found.items()
            ],
            ignore_conflicts=True,
        )  # fmt: skip
        return found

    def _find(self, kind: str, code: str, name: str) -> int | None:
        """Look by code and name, by the standard's code, by name; None when the class is the city's own."""
        if self.standard == STANDARD:
            return self.items[code].id if code in self.items else None
        return (
            self.by_old_name.get((kind, code, name))
            or self.by_old.get((kind, code))
            or self.by_name.get((kind, name))
        )

    def _make(self, kind: str, code: str, name: str) -> int:
        """Make a local item, numbered downwards from 999 (城市自定码的通行做法)."""
        if self.standard == STANDARD:
            made = code
        else:
            major = code[:2] if kind == "component" else _EVENT_MAJORS.get(code[:2], "10")
            free = (f"{major}{n:03d}" for n in range(_LOCAL_LAST, _LOCAL_FIRST - 1, -1))
            made = next((c for c in free if c not in self.items), "")
        if not made or not Major.objects.filter(pk=made[:2]).exists():
            raise Invalid(
                "class.no_room",
                zh=f"无法为小类 {code} {name[:20]} 建立自定事项",
                en=f"no local item can be made for class {code}",
                field="minor",
            )
        item = Item.objects.create(
            code=made,
            name=f"{name}（自定义）",
            kind=kind,
            major_id=made[:2],
            component_name=name[:60] if kind == "component" else "",
            aliases=[name],
            local=True,
            source=self.source,
            confidence="high",
            note="随城市立结案标准导入",
        )
        self.items[made] = item
        self.remarks.append(f"新建自定事项 {made} {name}（城市代码 {code}）")
        return item.id


def split(text: str) -> tuple[str, ...]:
    """Give the distinct words of a cell that lists several."""
    return tuple(dict.fromkeys(word.strip() for word in _SEPARATORS.split(text) if word.strip()))
