# SPDX-License-Identifier: Apache-2.0
"""Units, users, appointments, rota and calendar days from CSV or Excel: all rows or none, mistakes named."""

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import partial
from typing import Any, BinaryIO, Final, TypeVar

from django.db import transaction
from django.utils import timezone

from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid
from tongguan.kernel.importing import CellError, ImportReport, RowError, choice, day, headings
from tongguan.kernel.tabular import Row
from tongguan.kernel.workbook import sheet_rows
from tongguan.people.accounts import change_users, create_users
from tongguan.people.appointments import appoint_many
from tongguan.people.calendars import save_days
from tongguan.people.contracts import Actor, NewAppointment, NewShift, NewUnit, NewUser, Post
from tongguan.people.duty import roster
from tongguan.people.labels import DAY_KINDS, POSTS, UNIT_KINDS
from tongguan.people.models import Unit, User
from tongguan.people.organisation import change_units, create_units
from tongguan.runtime.transactions import atomic

T = TypeVar("T")
_Lines = list[tuple[int, T]]

_UNIT: Final = headings(
    "code 编码 机构编码; name 名称 机构名称; parent 上级编码 上级; kind 类别; "
    "division 行政区划 区划; duties 职责; phone 电话"
)
_USER: Final = headings(
    "username 账号 用户名; name 姓名; unit 机构编码 机构; phone 手机 电话; email 邮箱; password 初始密码"
)
_POST: Final = headings(
    "username 账号 用户名; unit 机构编码 机构; post 岗位; division 区划范围 区划; "
    "valid_from 起 起始日期; valid_to 止 终止日期"
)
_SHIFT: Final = headings(
    "username 账号 用户名; unit 机构编码 机构; post 岗位; starts_at 开始 上班; ends_at 结束 下班; "
    "covers 替班 替谁"
)
_DAY: Final = headings("date 日期; kind 类型; name 名称")
_LIST: Final = re.compile(r"[;；、,，\s]+")
_KINDS: Final = {word: key for key, name in UNIT_KINDS for word in (name, key)}
_POSTS: Final = {word: Post(key) for key, name in POSTS for word in (name, key)}
_DAYS: Final = {word: key for key, name in DAY_KINDS for word in (name, key)}


def _unit(row: Row) -> NewUnit:
    duties = tuple(word for word in _LIST.split(row.get("duties")) if word)
    kind = choice(row, "kind", _KINDS)
    get = row.get
    return NewUnit(get("code"), get("name"), kind, get("division"), get("parent"), duties, get("phone"))


def _user(row: Row) -> NewUser:
    return NewUser(**{field: row.get(field) for field in _USER})


def _appointment(divisions: dict[str, str], row: Row) -> NewAppointment:
    unit = row.get("unit")
    since = day(row, "valid_from") or timezone.localdate(clock.now())
    division = row.get("division") or divisions.get(unit, "")
    return NewAppointment(
        row.get("username"), unit, choice(row, "post", _POSTS), division, since, day(row, "valid_to")
    )


def _tried(errors: list[RowError], rows: _Lines[Any], verb: Callable[[list[Any]], T]) -> T | None:
    """Call a verb of several rows; note its refusal under the lines of the file."""
    try:
        return verb([row for _, row in rows]) if rows else None
    except Invalid as refusal:
        told = refusal.params.get("errors", [{"row": 1, "field": refusal.field, "message": refusal.zh}])
        errors += [RowError(rows[e["row"] - 1][0], e["field"], e["message"]) for e in told]
    return None


def _take(
    rows: Iterable[Row],
    parse: Callable[[Row], T],
    store: Callable[[_Lines[T], list[RowError]], tuple[int, int, int]],
    *,
    dry_run: bool,
) -> ImportReport:
    """Read all rows, store them in one transaction, take it back on a dry run or for one mistake."""
    errors: list[RowError] = []
    parsed: _Lines[T] = []
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last number is the count
        try:
            parsed.append((row.line, parse(row)))
        except CellError as mistake:
            errors.append(RowError(row.line, mistake.field, mistake.words))
    created = updated = same = 0
    with atomic():
        if not errors:
            created, updated, same = store(parsed, errors)
        if errors or dry_run:
            transaction.set_rollback(True)
    errors.sort(key=lambda e: e.row)
    return ImportReport(count, created, updated, same, tuple(errors), applied=not (errors or dry_run))


def import_units(actor: Actor, stream: BinaryIO, *, dry_run: bool = False) -> ImportReport:
    """Take units: new codes are made, known ones changed; superiors and divisions of known units are not.

    Raises Forbidden without the post 系统管理员, Invalid for an unreadable file.
    """

    def store(rows: _Lines[NewUnit], errors: list[RowError]) -> tuple[int, int, int]:
        known = set(Unit.objects.filter(code__in=[r.code for _, r in rows]).values_list("code", flat=True))
        new, old = [r for r in rows if r[1].code not in known], [r for r in rows if r[1].code in known]
        _tried(errors, new, partial(create_units, actor))
        changed = _tried(errors, old, partial(change_units, actor)) or 0
        return len(new), changed, len(old) - changed

    return _take(sheet_rows(stream, _UNIT), _unit, store, dry_run=dry_run)


def import_users(
    actor: Actor, stream: BinaryIO, *, dry_run: bool = False, passwords: dict[str, str] | None = None
) -> ImportReport:
    """Take users: new sign-in names are made, known ones changed (never their passwords).

    ``passwords`` receives the initial passwords that the platform chose, by sign-in name.
    """

    def store(rows: _Lines[NewUser], errors: list[RowError]) -> tuple[int, int, int]:
        known = set(
            User.objects.filter(username__in=[r.username for _, r in rows]).values_list("username", flat=True)
        )
        new, old = (
            [r for r in rows if r[1].username not in known],
            [r for r in rows if r[1].username in known],
        )
        made = _tried(errors, new, partial(create_users, actor)) or []
        changed, same = _tried(errors, old, partial(change_users, actor)) or (0, 0)
        if passwords is not None and not dry_run and not errors:
            chosen = {row.username: word for (_, row), (_, word) in zip(new, made, strict=True) if word}
            passwords.update(chosen)
        return len(new), changed, same

    return _take(sheet_rows(stream, _USER), _user, store, dry_run=dry_run)


def import_appointments(actor: Actor, stream: BinaryIO, *, dry_run: bool = False) -> ImportReport:
    """Take new appointments; without a division the unit's own, without a first day today."""

    def store(rows: _Lines[NewAppointment], errors: list[RowError]) -> tuple[int, int, int]:
        _tried(errors, rows, partial(appoint_many, actor))
        return len(rows), 0, 0

    divisions = dict(Unit.objects.values_list("code", "division"))
    return _take(sheet_rows(stream, _POST), partial(_appointment, divisions), store, dry_run=dry_run)


def _moment(row: Row, field: str) -> datetime:
    """Give a cell's time (2026-05-01 08:00, in the city's zone). Raises CellError."""
    text = row.get(field).replace("/", "-")
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise CellError(field, f"应形如 2026-05-01 08:00：{text}") from None
    return found if found.tzinfo else timezone.make_aware(found)


def import_rota(actor: Actor, stream: BinaryIO, *, dry_run: bool = False) -> ImportReport:
    """Take turns of duty; times are the city's. Overlaps with each other and with the rota are mistakes.

    Raises Forbidden without the post 值班长, 处置部门 or 系统管理员.
    """

    def parse(row: Row) -> NewShift:
        ids: dict[str, int | None] = {}
        for field, known in (("username", users), ("unit", units), ("covers", users)):
            word = row.get(field)
            if (word or field != "covers") and word not in known:
                raise CellError(field, f"没有：{word}")
            ids[field] = known.get(word)
        user, unit = ids["username"], ids["unit"]
        post, starts, ends = choice(row, "post", _POSTS), _moment(row, "starts_at"), _moment(row, "ends_at")
        return NewShift(user or 0, unit or 0, post, starts, ends, ids["covers"])

    def store(rows: _Lines[NewShift], errors: list[RowError]) -> tuple[int, int, int]:
        _tried(errors, rows, partial(roster, actor))
        return len(rows), 0, 0

    users = dict(User.objects.values_list("username", "id"))
    units = dict(Unit.objects.values_list("code", "id"))
    return _take(sheet_rows(stream, _SHIFT), parse, store, dry_run=dry_run)


def import_days(actor: Actor, stream: BinaryIO, calendar: str = "", *, dry_run: bool = False) -> ImportReport:
    """Take special days, national ones or those of a calendar by code; known dates are corrected."""

    def parse(row: Row) -> tuple[date, tuple[str, str]]:
        when = day(row, "date")
        if when is None:
            raise CellError("date", "不能为空")
        return when, (choice(row, "kind", _DAYS), row.get("name"))

    def store(rows: _Lines[tuple[date, tuple[str, str]]], errors: list[RowError]) -> tuple[int, int, int]:
        first: dict[date, int] = {}
        for line, (when, _) in rows:
            if first.setdefault(when, line) != line:
                errors.append(RowError(line, "date", f"与第 {first[when]} 行日期重复"))
        if errors:
            return 0, 0, 0
        done = save_days(actor, dict(row for _, row in rows), calendar)
        return done.created, done.updated, done.unchanged

    return _take(sheet_rows(stream, _DAY), parse, store, dry_run=dry_run)
