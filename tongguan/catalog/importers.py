# SPDX-License-Identifier: Apache-2.0
"""Reading files of a city: its filing and closing standard, its own items. Nothing is half-imported.

The face for others is ``api``; callers hold permission, transaction and stamps.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from django.db.models import Max

from tongguan.catalog.contracts import ImportReport
from tongguan.catalog.models import FilingRule, Item, LegacyClass, Major, RuleBook
from tongguan.catalog.standards import OLD_STANDARD, STANDARD
from tongguan.kernel import tables
from tongguan.kernel.errors import Invalid
from tongguan.kernel.limits import parse_limit
from tongguan.kernel.tables import Line, Mistakes, RowError, text_of, words_of

#: CJ/T 214 and the systems built on it have 突发事件 and 街面秩序 the other way round.
OLDEST_STANDARD: Final = "CJ/T 214"
STANDARDS: Final = (OLD_STANDARD, OLDEST_STANDARD, STANDARD)
CITY_RANK: Final = 100
RULE_COLUMNS: Final = tables.columns(
    "kind=类型 major=大类代码 major_name=大类名称 minor=小类代码 name=小类名称 duties=处置单位=责任主体 "
    "supervising=主管部门=监管主体 filing=立案条件 closing=结案条件 limit=处置时限"
)
WORDS: Final = {
    "row.kind_unknown": ("类型“{}”应为部件或事件", "unknown kind {}"),
    "row.class_unreadable": (
        "大类代码“{}”、小类代码“{}”应为 2 位和 {} 位数字",
        "class {} {} is not 2 and {} digits",
    ),
    "row.empty": ("{}为空", "{} is empty"),
    "row.too_long": ("{}超过 {} 字", "{} is longer than {}"),
    "limit.unreadable": (
        "时限“{}”无法识别，应为数字加单位，如 2紧急工作时、4小时、1天、15个工作日",
        "limit {} is not a number with a unit",
    ),
}
RULE_REQUIRED: Final = ("kind", "major", "minor", "name", "filing", "closing", "limit")
KINDS: Final = {"部件": "component", "事件": "event", "component": "component", "event": "event"}
_EVENT_MAJORS: Final = {"01": "06", "02": "07", "03": "08", "04": "09", "05": "10", "06": "10"}
_SWAPPED: Final = {"04": "05", "05": "04"}
_LOCAL_FIRST: Final = 80
_LOCAL_LAST: Final = 999
_CONDITION_MOST: Final = 500


class RuleLine(NamedTuple):
    """One line of a filing standard as read: its class and a rule that has no item and number yet."""

    kind: str
    code: str
    name: str
    rule: FilingRule


class ReadRules(NamedTuple):
    """A filing standard as read: the good lines, every mistake, how many lines there were."""

    rules: list[RuleLine]
    errors: list[RowError]
    lines: int
    standard: str


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
    mistakes = Mistakes(WORDS)
    read = [_rule_line(line, standard, mistakes) for line in table.lines]
    rules = [rule for rule in read if rule is not None]
    return ReadRules(rules, mistakes.in_order(), len(table.lines), standard)


def _check_source(source: str) -> None:
    """Refuse no name and the names of shipped sources, which only the platform brings up to date."""
    if not source.strip() or RuleBook.objects.filter(source=source, shipped=True).exists():
        raise Invalid(
            "source.shipped",
            zh=f"来源名“{source[:40]}”为空或已由平台使用，请另取名",
            en="the source's name is empty or the platform's own",
            field="source",
        )


def _rule_line(line: Line, standard: str, mistakes: Mistakes) -> RuleLine | None:
    """Read one line; None when it has a mistake."""
    wrong = partial(mistakes.add, line.row_no)
    before = len(mistakes.found)
    text = {field: text_of(line.cells.get(field)) for field in RULE_COLUMNS}
    kind = KINDS.get(text["kind"])
    if kind is None:
        wrong("kind", "row.kind_unknown", text["kind"])
    digits = 3 if standard == STANDARD else 2
    major, minor = text["major"].zfill(2), text["minor"].zfill(digits)
    if not re.fullmatch(rf"\d{{2}} \d{{{digits}}}", f"{major} {minor}", re.ASCII):
        wrong("minor", "row.class_unreadable", text["major"], text["minor"], digits)
    for field in ("name", "filing", "closing"):
        if not text[field]:
            wrong(field, "row.empty", RULE_COLUMNS[field][0])
        elif len(text[field]) > _CONDITION_MOST:
            wrong(field, "row.too_long", RULE_COLUMNS[field][0], _CONDITION_MOST)
    limit = None
    try:
        limit = parse_limit(text["limit"])
    except Invalid as refusal:
        wrong("limit", refusal.code, text["limit"])
    if kind is None or len(mistakes.found) > before:
        return None
    if standard == OLDEST_STANDARD and kind == "event":
        major = _SWAPPED.get(major, major)
    name = "".join(text["name"].split())[:100]  # tables break long names with a blank
    rule = FilingRule(
        local_name=name,
        filing_condition=text["filing"],
        closing_condition=text["closing"],
        limit_value=limit.limit.value if limit else None,
        limit_unit=limit.limit.unit.value if limit else "",
        limit_note=limit.note if limit else "",
        duties=words_of(text["duties"]),
        supervising=words_of(text["supervising"]),
        confidence="high",
    )
    return RuleLine(kind, major + minor, name, rule)


def store_filing_standard(
    read: ReadRules, source: str, title: str, digest: str, loaded_by: str, at: datetime
) -> ImportReport:
    """Store what was read as the next version of the source; the former one is superseded and kept."""
    current = RuleBook.objects.filter(source=source, state="active").first()
    if current is not None and current.sha256 == digest:
        return _report(current, read, 0, ["文件与在用版本相同，没有变化"])
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
    for kind, code, name, rule in read.rules:
        counted[kind, code] = rule.condition_no = counted[kind, code] + 1
        rule.book, rule.item_id = book, ids[kind, code, name]
        rule.rule_key = f"{kind[0].upper()}{code}-{rule.condition_no:02d}"
    FilingRule.objects.bulk_create([line.rule for line in read.rules], batch_size=500)
    return _report(book, read, len(read.rules), finder.remarks)


def _report(book: RuleBook, read: ReadRules, rules: int, remarks: Sequence[str]) -> ImportReport:
    return ImportReport(
        rows=read.lines, version_id=book.id, number=book.number, created=rules, warnings=tuple(remarks)
    )


class _ItemFinder:
    """Finds the item a city's class stands for; makes a local item when there is none."""

    def __init__(self, source: str, standard: str) -> None:
        self.source = source
        self.standard = standard
        self.remarks: list[str] = []
        self.items = {item.code: item for item in Item.objects.exclude(kind="appeal")}
        old = LegacyClass.objects.exclude(item=None).order_by("-id")
        keys = old.values_list("kind", "code", "name", "item_id", "source")
        self.by_old_name = {key[:3]: key[3] for key in keys}
        self.by_old = {key[:2]: key[3] for key in keys if key[4] == OLD_STANDARD}
        self.by_name = {
            (item.kind, name): item.id
            for item in reversed(self.items.values())
            for name in (item.name, item.component_name, *item.aliases)
        }

    def ids_for(self, rules: Sequence[RuleLine]) -> dict[tuple[str, str, str], int]:
        """Give the item id of every (kind, code, name)."""
        keys = dict.fromkeys(line[:3] for line in rules)
        known = {key: self._find(*key) for key in keys}  # before any is made: a new item is nobody else's
        found = {key: item_id or self._make(*key) for key, item_id in known.items()}
        same = {"source": self.source, "basis": "city_import", "confidence": "high"}
        rows = [
            LegacyClass(kind=key[0], code=key[1], name=key[2], item_id=item_id, **same)
            for key, item_id in found.items()
        ]
        LegacyClass.objects.bulk_create(rows, ignore_conflicts=True)
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
