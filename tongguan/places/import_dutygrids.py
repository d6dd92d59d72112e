# SPDX-License-Identifier: Apache-2.0
"""Import of duty grids: which unit grids they hold and who works in them. All rows or none."""

import re
from pathlib import Path
from typing import Any, Final

from django.contrib.auth import get_user_model

from tongguan.kernel.errors import Refusal
from tongguan.kernel.tabular import Row
from tongguan.people.contracts import Actor
from tongguan.places.codes import division_code
from tongguan.places.contracts import ImportReport
from tongguan.places.facts import DutyGridsChanged
from tongguan.places.importing import BATCH, Faults, clean, covered, missing, rows_of, whole
from tongguan.places.labels import DutyRole
from tongguan.places.models import Division, DutyGrid, DutyGridCell, DutyGridPerson, UnitGrid
from tongguan.runtime import outbox

COLUMNS: Final = {
    "code": ("code", "编号", "责任网格编号", "id"),
    "name": ("name", "名称"),
    "division": ("division", "区划代码"),
    "kind": ("kind", "类别"),
    "grids": ("grids", "单元网格"),
    "people": ("people", "人员"),
}
_LIMITS: Final = {"code": 32, "name": 60, "kind": 20}
_ROLES: Final = {**{r.value: r.value for r in DutyRole}, **{r.label: r.value for r in DutyRole}}
_SPLIT: Final = re.compile(r"[;；、,，\s]+")
_Draft = tuple[Row, dict[str, Any], list[str], list[tuple[str, str]] | None]


def import_dutygrids(actor: Actor, path: Path, *, dry_run: bool = False) -> ImportReport:
    """Take duty grids from a CSV file: code, name, division, kind, grids, people.

    ``grids`` lists unit grid codes, ``people`` pairs ``role:username`` (``;`` between them). A duty
    grid's cells are replaced by those listed; its people only when the file has that column.
    """
    _, rows = rows_of(path, COLUMNS, "")
    with whole(actor, "dutygrids", dry_run=dry_run) as report:
        faults = Faults(report)
        drafts: list[_Draft] = []
        seen: dict[str, int] = {}
        for row in rows:
            report.rows += 1
            draft = _draft(actor, row, faults)
            if draft and (first := seen.setdefault(row.get("code"), row.line)) != row.line:
                faults.add(row, "code", "code.double", f"编号 {row.get('code')} 与第 {first} 行重复")
            elif draft:
                drafts.append(draft)
        ids = _checked(drafts, faults)
        if not report.failed:
            _store(drafts, ids, report)
            outbox.publish(DutyGridsChanged(count=report.created + report.updated))
    return report


def _draft(actor: Actor, row: Row, faults: Faults) -> _Draft | None:
    if missing(row, faults, "code", "name", "division") or not clean(row, faults, _LIMITS):
        return None
    try:
        division = division_code(row.get("division"), field="division")
    except Refusal as refusal:
        faults.refusal(row, refusal)
        return None
    if not covered(actor, division):
        faults.add(row, "division", "division.out_of_scope", f"{division} 不在本人管理范围")
        return None
    people: list[tuple[str, str]] | None = None
    if "people" in row.values:
        people = []
        for pair in filter(None, _SPLIT.split(row.get("people"))):
            role, _, user = pair.replace("：", ":").rpartition(":")
            if (role or DutyRole.COLLECTOR.value) not in _ROLES:
                faults.add(row, "people", "duty.unknown_role", f"未知职责 {role!r}")
                return None
            people.append((_ROLES[role or DutyRole.COLLECTOR.value], user))
    values = {"name": row.get("name"), "division": division, "kind": row.get("kind")}
    return row, values, [g for g in _SPLIT.split(row.get("grids")) if g], people


def _checked(drafts: list[_Draft], faults: Faults) -> dict[str, int]:
    """Note unknown divisions, unit grids and people; give the ids of the people by user name."""
    divisions = set(Division.objects.values_list("pk", flat=True)) if drafts else set()
    grids = set(UnitGrid.objects.values_list("pk", flat=True)) if drafts else set()
    wanted = {user for _, _, _, people in drafts for _, user in people or ()}
    users = get_user_model().objects.filter(username__in=wanted)
    ids: dict[str, int] = dict(users.values_list("username", "pk"))
    for row, values, cells, people in drafts:
        if values["division"] not in divisions:
            faults.add(row, "division", "division.unknown", f"区划 {values['division']} 不在登记中")
        for grid in cells:
            if grid not in grids:
                faults.add(row, "grids", "grid.unknown", f"单元网格 {grid} 不在登记中")
            elif not grid.startswith(values["division"]):
                faults.add(row, "grids", "grid.elsewhere", f"单元网格 {grid} 不在 {values['division']} 内")
        for _, user in people or ():
            if user not in ids:
                faults.add(row, "people", "user.unknown", f"没有用户 {user!r}")
    return ids


def _store(drafts: list[_Draft], ids: dict[str, int], report: ImportReport) -> None:
    codes = [row.get("code") for row, *_ in drafts]
    before = set(DutyGrid.objects.filter(code__in=codes).values_list("code", flat=True))
    report.created, report.updated = len(codes) - len(before), len(before)
    DutyGrid.objects.bulk_create(
        [DutyGrid(code=row.get("code"), **values) for row, values, _, _ in drafts],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "division", "kind"],
    )
    grids = dict(DutyGrid.objects.filter(code__in=codes).values_list("code", "id"))
    staffed = [grids[row.get("code")] for row, _, _, people in drafts if people is not None]
    DutyGridCell.objects.filter(duty_grid_id__in=list(grids.values())).delete()
    DutyGridPerson.objects.filter(duty_grid_id__in=staffed).delete()
    DutyGridCell.objects.bulk_create(
        [
            DutyGridCell(duty_grid_id=grids[row.get("code")], grid_id=grid)
            for row, _, cells, _ in drafts
            for grid in dict.fromkeys(cells)
        ],
        batch_size=BATCH,
    )
    DutyGridPerson.objects.bulk_create(
        [
            DutyGridPerson(duty_grid_id=grids[row.get("code")], user_id=ids[user], role=role)
            for row, _, _, people in drafts
            for role, user in dict.fromkeys(people or ())
        ],
        batch_size=BATCH,
    )
