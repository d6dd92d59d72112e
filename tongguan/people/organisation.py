# SPDX-License-Identifier: Apache-2.0
"""Verbs on units: make, change, move. The system administrator does it, within the own division."""

import re
from collections.abc import Sequence
from typing import Final

from django.db.models import CharField, F, Value
from django.db.models.functions import Concat, Substr

from tongguan.kernel.errors import Invalid, NotFound
from tongguan.kernel.importing import RowError, refuse_rows, repeated, text_mistake
from tongguan.people import guards, stamps
from tongguan.people.contracts import Actor, NewUnit, Post, UnitInfo
from tongguan.people.facts import UnitMoved
from tongguan.people.labels import UNIT_KIND_NAMES
from tongguan.people.models import Unit, WorkCalendar
from tongguan.people.registers import SEGMENT
from tongguan.people.scoping import prefix_q
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_DEEPEST: Final = 64
_MOST_CHILDREN: Final = 10**SEGMENT - 1
_CHUNK: Final = 1000


def duties_mistake(duties: Sequence[str]) -> str | None:
    """Say in words what is wrong with a list of duty words, or None."""
    return next((m for duty in duties if (m := text_mistake(duty, 20))), None)


def _text_mistakes(row: NewUnit) -> dict[str, str | None]:
    return {
        "code": None if _CODE.fullmatch(row.code) else "应为 1–32 位字母、数字、点、横线",
        "name": text_mistake(row.name, 100),
        "kind": None if row.kind in UNIT_KIND_NAMES else f"应为 {'、'.join(UNIT_KIND_NAMES)} 之一",
        "division": guards.division_mistake(row.division),
        "duties": duties_mistake(row.duties),
        "phone": text_mistake(row.phone, 20, empty=True),
    }


def check_units(rows: Sequence[NewUnit], actor: Actor, first_row: int = 1) -> list[RowError]:
    """Find every mistake in new units: against each other, the register and the actor's scope."""
    known = dict(
        Unit.objects.filter(code__in={r.code for r in rows} | {r.parent for r in rows}).values_list(
            "code", "division"
        )
    )
    taken = set(Unit.objects.filter(code__in={r.code for r in rows}).values_list("code", flat=True))
    twice = repeated(r.code for r in rows)
    divisions = known | {r.code: r.division for r in rows}
    errors: list[RowError] = []
    for number, row in enumerate(rows, first_row):
        found = _text_mistakes(row)
        if row.code in taken or row.code in twice:
            found["code"] = "编码重复"
        if row.parent and row.parent not in divisions:
            found["parent"] = "没有这个上级机构"
        elif row.parent and not found["division"] and not row.division.startswith(divisions[row.parent]):
            found["division"] = "不在上级机构的行政区划之内"
        if not found["division"] and not guards.within(actor, row.division, Post.SYSADMIN):
            found["division"] = "不在您的管辖范围"
        errors += [RowError(number, name, mistake) for name, mistake in found.items() if mistake]
    if not errors:
        errors = [RowError(first_row + rows.index(row), "parent", "上级关系成环") for row in _circle(rows)]
    return errors


def _circle(rows: Sequence[NewUnit]) -> list[NewUnit]:
    """Give the new units whose line of superiors never ends."""
    waiting = {row.code: row for row in rows}
    while ready := [code for code, row in waiting.items() if row.parent not in waiting]:
        for code in ready:
            del waiting[code]
    return list(waiting.values())


def _next_paths(parents: Sequence[Unit | None]) -> list[str]:
    """Give a free path under each of the (repeating) superiors, in order. Two statements in all.

    The caller holds the register's lock, so nobody else numbers children meanwhile.
    """
    last: dict[int | None, int] = {}
    for parent_id, path in Unit.objects.filter(parent_id__in={p.pk for p in parents if p}).values_list(
        "parent_id", "path"
    ):
        last[parent_id] = max(last.get(parent_id, 0), int(path[-SEGMENT:]))
    if None in parents:
        roots = Unit.objects.filter(parent__isnull=True).values_list("path", flat=True)
        last[None] = max((int(path) for path in roots), default=0)
    paths = []
    for parent in parents:
        key = parent.pk if parent else None
        last[key] = last.get(key, 0) + 1
        path = (parent.path if parent else "") + f"{last[key]:0{SEGMENT}d}"
        if last[key] > _MOST_CHILDREN or len(path) > _DEEPEST:
            raise Invalid(
                "unit.too_many", zh="下级机构过多或层级过深", en="too many units or levels", field="parent"
            )
        paths.append(path)
    return paths


def create_units(actor: Actor, rows: Sequence[NewUnit]) -> list[UnitInfo]:
    """Make units, superiors among them in any order, all or none; statements grow with the levels only.

    Raises Forbidden without the post 系统管理员; Invalid naming rows and fields.
    """
    guards.require_post(actor, Post.SYSADMIN)
    with atomic():
        stamps.bump(stamps.UNITS)
        refuse_rows(check_units(rows, actor))
        made: dict[str, Unit] = {
            u.code: u for u in Unit.objects.filter(code__in={r.parent for r in rows if r.parent})
        }
        waiting = list(rows)
        while waiting:
            level = [row for row in waiting if not row.parent or row.parent in made]
            parents = [made.get(row.parent) for row in level]
            units = [
                Unit(
                    code=row.code, name=row.name, kind=row.kind, division=row.division, parent=parent,
                    duties=list(row.duties), phone=row.phone, path=path,
                )
                for row, parent, path in zip(level, parents, _next_paths(parents), strict=True)
            ]  # fmt: skip
            made |= {unit.code: unit for unit in Unit.objects.bulk_create(units, batch_size=_CHUNK)}
            waiting = [row for row in waiting if row.code not in made]
        audit.record_many(
            actor,
            "unit.create",
            [
                (
                    f"unit:{made[row.code].pk}",
                    {
                        "code": row.code,
                        "name": row.name,
                        "division": row.division,
                        "path": made[row.code].path,
                    },
                )
                for row in rows
            ],
        )
        return [made[row.code].info() for row in rows]


def create_unit(actor: Actor, row: NewUnit) -> UnitInfo:
    """Make one unit. Raises like ``create_units``."""
    return create_units(actor, [row])[0]


def _locked(actor: Actor, unit_id: int) -> Unit:
    """Give the unit's row under the register's lock, if it lies in the administrator's division."""
    guards.require_post(actor, Post.SYSADMIN)
    unit = Unit.objects.filter(pk=unit_id).first()
    if unit is None or not guards.within(actor, unit.division, Post.SYSADMIN):
        raise NotFound("unit.unknown", zh="没有这个机构", en="no such unit", field="unit")
    return unit


def set_unit(
    actor: Actor, unit_id: int, *, active: bool | None = None, calendar: str | None = None
) -> UnitInfo:
    """Take a unit in or out of use, give it a work calendar by code ("" takes it away).

    No post holds in a unit out of use. Raises Forbidden, NotFound outside of the actor's division, Invalid.
    """
    with atomic():
        stamps.bump(stamps.UNITS)
        unit = _locked(actor, unit_id)
        found = WorkCalendar.objects.filter(code=calendar or "").first()
        if calendar and found is None:
            raise Invalid("calendar.unknown", zh="没有这个工作日历", en="no such calendar", field="calendar")
        unit.active = unit.active if active is None else active
        unit.calendar = unit.calendar if calendar is None else found
        unit.save(update_fields=["active", "calendar"])
        audit.record(actor, "unit.set", f"unit:{unit.pk}", {"active": unit.active, "calendar": calendar})
        return unit.info()


def change_units(actor: Actor, rows: Sequence[NewUnit]) -> int:
    """Bring known units' name, kind, duties and phone to what the rows say, set-based; give how many changed.

    Raises Forbidden; Invalid naming rows and fields, also for another superior or division: that is a move.
    """
    guards.require_post(actor, Post.SYSADMIN)
    with atomic():
        stamps.bump(stamps.UNITS)
        known = {
            u.code: u for u in Unit.objects.filter(code__in=[r.code for r in rows]).select_related("parent")
        }
        twice = repeated(r.code for r in rows)
        errors: list[RowError] = []
        for number, row in enumerate(rows, 1):
            unit = known.get(row.code)
            if unit is None or not guards.within(actor, unit.division, Post.SYSADMIN):
                errors.append(RowError(number, "code", "没有这个机构，或不在您的管辖范围"))
                continue
            found = _text_mistakes(row)
            if row.parent != (unit.parent.code if unit.parent else ""):
                found["parent"] = "已有机构不能在导入中改变上级，请移动机构"
            if row.code in twice:
                found["code"] = "编码重复"
            if row.division != unit.division:
                found["division"] = "已有机构不能改变行政区划"
            errors += [RowError(number, name, mistake) for name, mistake in found.items() if mistake]
        refuse_rows(errors)
        changed = []
        for row in rows:
            unit = known[row.code]
            wanted = (row.name, row.kind, list(row.duties), row.phone)
            if wanted != (unit.name, unit.kind, unit.duties, unit.phone):
                unit.name, unit.kind, unit.duties, unit.phone = wanted
                changed.append(unit)
        Unit.objects.bulk_update(changed, ["name", "kind", "duties", "phone"], batch_size=_CHUNK)
        audit.record_many(
            actor,
            "unit.change",
            [(f"unit:{u.pk}", {"name": u.name, "kind": u.kind, "duties": u.duties}) for u in changed],
        )
        return len(changed)


def move_unit(actor: Actor, unit_id: int, parent_id: int | None) -> UnitInfo:
    """Put a unit with all below it under another superior (None: a root). One statement for all paths.

    Raises Forbidden, NotFound, Invalid when the superior is the unit itself or below it, or when the
    unit's division does not lie in the superior's.
    """
    with atomic():
        stamps.bump(stamps.UNITS)
        unit = _locked(actor, unit_id)
        parent = _locked(actor, parent_id) if parent_id is not None else None
        if parent is not None and parent.path.startswith(unit.path):
            raise Invalid(
                "unit.circle", zh="不能移到自己或下级之下", en="would be its own superior", field="parent"
            )
        if parent is not None and not unit.division.startswith(parent.division):
            raise Invalid(
                "unit.division",
                zh="不在上级机构的行政区划之内",
                en="outside of the superior's division",
                field="parent",
            )
        if unit.parent_id == parent_id:
            return unit.info()
        old, (new,) = unit.path, _next_paths([parent])
        subtree = Unit.objects.filter(prefix_q("path", old))
        deepest = max(len(path) for path in subtree.values_list("path", flat=True))
        if deepest - len(old) + len(new) > _DEEPEST:
            raise Invalid("unit.too_many", zh="层级过深", en="too many levels", field="parent")
        subtree.update(
            path=Concat(
                Value(new), Substr(F("path"), len(old) + 1), output_field=CharField(max_length=_DEEPEST)
            )
        )
        Unit.objects.filter(pk=unit.pk).update(parent=parent)
        audit.record(actor, "unit.move", f"unit:{unit.pk}", {"path": [old, new]})
        outbox.publish(UnitMoved(unit_id=unit.pk, old_path=old, new_path=new, division=unit.division))
        unit.path, unit.parent = new, parent
        return unit.info()
