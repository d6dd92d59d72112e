# SPDX-License-Identifier: Apache-2.0
"""Reading a city's own items from a file: categories of appeals, local classes.

The face for others is ``api``; callers hold permission, transaction and stamps.
"""

import re
from typing import Final, NamedTuple

from tongguan.catalog import labels
from tongguan.catalog.importers import KINDS
from tongguan.catalog.models import Item, Major
from tongguan.catalog.upserts import Upserted, upsert
from tongguan.kernel import tables
from tongguan.kernel.tables import Mistakes, RowError, text_of, words_of

ITEM_COLUMNS: Final = tables.columns(
    "code=事项代码 name=事项名称 kind=类型 major=大类代码 major_name=大类名称 parent=上级代码 aliases=别名 "
    "urgency=紧急程度 process=流程 needs_photo=须有照片 needs_place=须有位置"
)
WORDS: Final = {
    "row.kind_unknown": ("类型“{}”应为部件、事件或诉求", "unknown kind {}"),
    "row.code_unreadable": ("事项代码“{}”应为 5 位数字，诉求为字母加数字", "code {} is malformed"),
    "row.code_fixed": ("事项代码 {} 属于国家标准，不能改写", "code {} belongs to the standard"),
    "row.code_twice": ("事项代码 {} 在文件中重复", "code {} is there twice"),
    "row.empty": ("事项名称“{}”为空或超过 100 字", "the name {} is empty or longer than 100"),
    "row.major_unknown": ("大类代码“{}”应为事项代码的开头", "major {} is not the code's beginning"),
    "row.urgency_unknown": ("紧急程度“{}”应为一般、紧急或特急", "unknown urgency {}"),
}
ITEM_REQUIRED: Final = ("code", "name", "kind", "major")
_KINDS: Final = KINDS | {"诉求": "appeal", "appeal": "appeal"}
_URGENCIES: Final = {zh: code for code, (zh, _) in labels.URGENCIES.items()} | {
    c: c for c in labels.URGENCIES
}
_NAME_MOST: Final = 100
_MAJOR_MOST: Final = 3
_YES_NO: Final = {"是": True, "1": True, "否": False, "0": False}
_CODE: Final = {
    "appeal": re.compile(r"[A-Z]\d{2,10}", re.ASCII),
    "component": re.compile(r"0[1-5]\d{3}", re.ASCII),
    "event": re.compile(r"(0[6-9]|10)\d{3}", re.ASCII),
}


class ReadItems(NamedTuple):
    """Items as read: unsaved rows, the majors they need, every mistake."""

    items: list[Item]
    majors: dict[str, str]
    errors: list[RowError]
    lines: int


def read_items(body: bytes, source: str) -> ReadItems:
    """Read a city's own items; codes of the standard itself cannot be redefined."""
    table = tables.read_table(body, ITEM_COLUMNS, ITEM_REQUIRED)
    mistakes = Mistakes(WORDS)
    read = ReadItems([], {}, mistakes.found, len(table.lines))
    fixed = set(Item.objects.exclude(standard="").values_list("code", flat=True))
    seen: set[str] = set()
    for line in table.lines:
        text = {field: text_of(line.cells.get(field)) for field in ITEM_COLUMNS}
        kind = _KINDS.get(text["kind"], "")
        wrong = _item_mistake(text, kind, fixed, seen)
        seen.add(text["code"])
        if wrong is not None:
            mistakes.add(line.row_no, wrong[0], wrong[1], text[wrong[0]])
            continue
        read.majors.setdefault(text["major"], text["major_name"])
        read.items.append(
            Item(
                code=text["code"],
                name=text["name"],
                kind=kind,
                major_id=text["major"],
                parent_code=text["parent"],
                component_name=text["name"][:60] if kind == "component" else "",
                aliases=list(words_of(text["aliases"])),
                urgency=_URGENCIES.get(text["urgency"], "normal"),
                process=text["process"] or "default",
                needs_photo=_YES_NO.get(text["needs_photo"], kind != "appeal"),
                needs_place=_YES_NO.get(text["needs_place"], True),
                local=True,
                source=source,
                confidence="high",
            )
        )
    return read


def _item_mistake(text: dict[str, str], kind: str, fixed: set[str], seen: set[str]) -> tuple[str, str] | None:
    """Give the field and code of the first mistake in a line."""
    code, major = text["code"], text["major"]
    checks = (
        (kind == "", "kind", "row.kind_unknown"),
        (kind != "" and not _CODE[kind].fullmatch(code), "code", "row.code_unreadable"),
        (code in fixed, "code", "row.code_fixed"),
        (code in seen, "code", "row.code_twice"),
        (not 0 < len(text["name"]) <= _NAME_MOST, "name", "row.empty"),
        (not major or not code.startswith(major) or len(major) > _MAJOR_MOST, "major", "row.major_unknown"),
        (text["urgency"] not in {"", *_URGENCIES}, "urgency", "row.urgency_unknown"),
    )
    return next(((field, name) for wrong, field, name in checks if wrong), None)


def store_items(read: ReadItems) -> Upserted:
    """Store what was read, in place."""
    held = set(Major.objects.values_list("code", flat=True))
    Major.objects.bulk_create(
        [Major(code=code, name=name or code) for code, name in read.majors.items() if code not in held]
    )
    return upsert(
        Item.objects.filter(standard=""),
        read.items,
        key="code",
        compare="name kind major_id parent_code component_name aliases urgency process needs_photo "
        "needs_place local example source confidence",
    )
