# SPDX-License-Identifier: Apache-2.0
"""Verbs of the knowledge register: write an answer anew, withdraw one, take a file of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.db import transaction

from tongguan.catalog import queries as catalog
from tongguan.kernel import clock, copies, tables
from tongguan.kernel.errors import Forbidden, NotFound
from tongguan.kernel.importing import ImportReport, RowError, refuse_rows, text_mistake
from tongguan.knowledge.contracts import EntryInfo, NewEntry
from tongguan.knowledge.models import Entry
from tongguan.knowledge.shelf import FIELDS, NAME, info
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

#: Who writes answers for their divisions.
EDITORS: Final = (Post.DUTY_CHIEF, Post.ACCEPTOR, Post.SYSADMIN)
COLUMNS: Final = tables.columns(
    "code=编号=知识编号 question=问题=标题 answer=答复=答案=内容 alike=其他问法=相似问法 "
    "unit=单位编码=答复单位 "
    "item_code=事项代码=事项 division=适用区划=区划 "
    "valid_from=生效日期=起 valid_to=失效日期=止 source=依据=来源"
)
_REQUIRED: Final = ("code", "question", "answer")
_LENGTHS: Final = {"code": 40, "question": 300, "source": 300}
_ANSWER: Final = 10_000
_ALIKE: Final = 20
_DIVISIONS: Final = (0, 2, 4, 6, 9, 12)
_WRITTEN: Final = tuple(NewEntry.__dataclass_fields__)


def put(actor: Actor, entries: Sequence[NewEntry]) -> int:
    """Write answers, all or none; each that differs from what counts becomes a new version. Give how many.

    Raises Forbidden, Invalid naming rows and fields.
    """
    _may_edit(actor)
    with atomic():
        refuse_rows(_mistakes(actor, list(enumerate(entries, 1))))
        made, _, _ = _store(actor, entries)
        return made


def withdraw(actor: Actor, code: str, reason: str) -> EntryInfo:
    """Let an answer no longer be given; its versions stay. Again is no change.

    Raises Forbidden, NotFound (also for another division's), Invalid.
    """
    _may_edit(actor)
    wrong = text_mistake(reason, 300)
    refuse_rows([RowError(1, "reason", wrong)] if wrong else [])
    with atomic():
        latest = _latest([code]).get(code)
        if latest is None or not _covers(actor, latest.division):
            raise NotFound(
                "knowledge.unknown", zh=f"没有知识条目 {code[:40]}", en="no such answer", field="code"
            )
        if latest.withdrawn:
            return latest
        values = {name: getattr(latest, name) for name in FIELDS}
        values |= {
            "number": latest.number + 1, "withdrawn": True, "note": reason.strip(),
            "made_at": clock.now(), "made_by": actor.name, "alike": list(latest.alike),
        }  # fmt: skip
        Entry(**values).save(force_insert=True)
        audit.record(actor, "knowledge.withdraw", f"knowledge:{code}", {"reason": reason.strip()})
        _seen()
        return info(values)


def import_entries(actor: Actor, body: bytes, *, dry_run: bool = False) -> ImportReport:
    """Take a CSV or Excel file of answers, all rows or none; on a dry run none.

    Raises Forbidden, Invalid for an unreadable file; mistakes of rows are in the report.
    """
    _may_edit(actor)
    lines = tables.read_table(body, COLUMNS, _REQUIRED).lines
    rows: list[tuple[int, NewEntry]] = []
    errors: list[RowError] = []
    for line in lines:
        try:
            rows.append((line.row_no, _read(line.cells)))
        except ValueError as mistake:
            errors.append(RowError(line.row_no, str(mistake), "不是日期，应如 2026-01-31"))
    made = changed = same = 0
    with atomic():
        errors += _mistakes(actor, rows)
        if not errors:
            made, changed, same = _store(actor, [entry for _, entry in rows])
            made -= changed
        if errors or dry_run:
            transaction.set_rollback(True)
    errors.sort(key=lambda error: error.row)
    return ImportReport(len(lines), made, changed, same, tuple(errors), applied=not (errors or dry_run))


def _read(cells: Mapping[str, Any]) -> NewEntry:
    """Give a line as written. Raises ValueError with the field of a date that is none."""
    texts = {name: tables.text_of(cells.get(name)) for name in COLUMNS}
    days: dict[str, date | None] = {}
    for field in ("valid_from", "valid_to"):
        days[field] = tables.date_of(cells.get(field))
        if texts.pop(field) and days[field] is None:
            raise ValueError(field)
    alike = tuple(
        dict.fromkeys(a.strip() for a in texts.pop("alike").replace("；", ";").split(";") if a.strip())
    )
    since = days["valid_from"] or clock.now().date()
    return NewEntry(**texts, alike=alike, valid_from=since, valid_to=days["valid_to"])


def _mistakes(actor: Actor, rows: Sequence[tuple[int, NewEntry]]) -> list[RowError]:
    known = catalog.items(sorted({entry.item_code for _, entry in rows if entry.item_code}))
    latest = _latest([entry.code for _, entry in rows])
    seen: set[str] = set()
    errors: list[RowError] = []
    for row, entry in rows:
        found = {
            name: text_mistake(getattr(entry, name), most, empty=name == "source")
            for name, most in _LENGTHS.items()
        }
        if not entry.answer.strip() or len(entry.answer) > _ANSWER or "\x00" in entry.answer:
            found["answer"] = f"不能为空，最多 {_ANSWER} 个字符"
        if len(entry.alike) > _ALIKE or any(text_mistake(a, 300) for a in entry.alike):
            found["alike"] = f"最多 {_ALIKE} 种问法，每种最多 300 个字符"
        if entry.unit and people.unit_by_code(entry.unit) is None:
            found["unit"] = f"没有单位 {entry.unit[:40]}"
        if entry.item_code and entry.item_code not in known:
            found["item_code"] = f"没有事项 {entry.item_code[:20]}"
        if entry.valid_to is not None and entry.valid_to < entry.valid_from:
            found["valid_to"] = "早于生效日期"
        found["division"] = _division_mistake(actor, entry, latest.get(entry.code))
        if entry.code in seen:
            found["code"] = "编号在文件中重复"
        seen.add(entry.code)
        errors += [RowError(row, field, words) for field, words in found.items() if words]
    return errors


def _division_mistake(actor: Actor, entry: NewEntry, latest: EntryInfo | None) -> str | None:
    code = entry.division
    if len(code) not in _DIVISIONS or (code and not (code.isascii() and code.isdigit())):
        return "应为 2、4、6、9 或 12 位区划代码"
    if not _covers(actor, code) or (latest is not None and not _covers(actor, latest.division)):
        return "不在您的管辖范围"
    return None


def _covers(actor: Actor, division: str) -> bool:
    return actor == PLATFORM or actor.scope.covers(division, *EDITORS)


def _latest(codes: Sequence[str]) -> dict[str, EntryInfo]:
    rows = Entry.objects.filter(code__in=list(codes)).order_by("code", "number")
    return {row["code"]: info(row) for row in rows.values(*FIELDS)}


def _store(actor: Actor, entries: Sequence[NewEntry]) -> tuple[int, int, int]:
    """Add a version of each that differs; give how many were written, of these anew, and left alone."""
    latest = _latest([entry.code for entry in entries])
    now = clock.now()
    fresh: list[Entry] = []
    changed = 0
    for entry in entries:
        old = latest.get(entry.code)
        written = {name: getattr(entry, name) for name in _WRITTEN}
        if old is not None and not old.withdrawn and all(getattr(old, n) == v for n, v in written.items()):
            continue
        changed += old is not None
        number = 1 if old is None else old.number + 1
        values = {**written, "alike": list(entry.alike), "number": number}
        fresh.append(Entry(**values, made_at=now, made_by=actor.name))
    Entry.objects.bulk_create(fresh, batch_size=500)
    audit.record_many(
        actor, "knowledge.put", [(f"knowledge:{row.code}", {"number": row.number}) for row in fresh]
    )
    _seen()
    return len(fresh), changed, len(entries) - len(fresh)


def _seen() -> None:
    copies.look_again(NAME)


def _may_edit(actor: Actor) -> None:
    if actor != PLATFORM and not actor.scope.posts() & set(EDITORS):
        raise Forbidden(
            "knowledge.not_yours", zh="您的岗位不能维护知识库", en="your posts may not edit answers"
        )
