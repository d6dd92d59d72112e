# SPDX-License-Identifier: Apache-2.0
"""The responsibility list (权责清单) at the desk: versions, what a draft changes, back again (F20)."""

from datetime import date
from typing import Any, BinaryIO, cast
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from tongguan.catalog import api as catalog
from tongguan.catalog import queries
from tongguan.catalog.contracts import ListRow, VersionInfo
from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.limits import Bucket
from tongguan.doors.common.problems import english
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told, example
from tongguan.kernel import clock
from tongguan.people.contracts import Actor

router = Router(tags=["权责清单 responsibilities"])
#: Lines of each kind that a difference shows; the totals are whole.
_MOST = 300
#: Where words are sought in a line.
_SOUGHT = ("item_code", "item_name", "division", "lead_unit_code", "lead_duty")


class ListVersionShown(Schema):
    """A version; ``state``: draft, applied (in force), superseded or discarded.

    ``own`` false: it is a higher division's, which binds this one and is only read here.
    """

    id: int
    division: str
    number: int
    title: str
    state: str
    rows_count: int
    derived: bool
    own: bool
    created_by: str
    applied_by: str
    reason: str


class DutyLine(Schema):
    """One line of a list."""

    item_code: str
    division: str
    lead_unit_code: str
    lead_duty: str
    co_unit_codes: list[str]
    clause: str
    legal_basis: str
    valid_from: date
    valid_to: date | None
    note: str


class ListedLine(DutyLine):
    """A line with its item's name."""

    item_name: str


class LinesShown(Schema):
    """Lines of a version, at most 300; ``total`` is how many there are."""

    lines: list[ListedLine]
    total: int


class FieldShown(Schema):
    """One field of a changed line in words."""

    label: str
    old: str
    new: str


class ChangedLine(Schema):
    """A line that says something else now."""

    line: DutyLine
    fields: list[FieldShown]


class ListDiffShown(Schema):
    """What takes effect with a version. At most 300 lines of each kind; the totals are whole."""

    added: list[DutyLine]
    removed: list[DutyLine]
    changed: list[ChangedLine]
    added_total: int
    removed_total: int
    changed_total: int
    unchanged: int


class ListMistake(Schema):
    """A faulty line of a file."""

    row: int
    field: str
    message: str


class ListTaken(Schema):
    """What became of a file: a draft, or every mistake and nothing stored."""

    rows: int
    errors: list[ListMistake]
    warnings: list[str]
    version_id: int | None
    number: int | None


class ListTold(Told):
    """Whose list a file is; ``merge``: it speaks of some lines only, the rest stays as it is in force."""

    division: str = Field("", max_length=12, pattern="^[0-9]*$")
    title: str = Field("", max_length=200)
    merge: bool = False


class ApplyTold(Told):
    """Why the draft takes effect; ``expected_applied``: the version in force that it was compared with."""

    model_config = example(reason="二季度职责调整", expected_applied=0)

    reason: str = Field("", max_length=300)
    expected_applied: int | None = Field(None, ge=0, le=2**31 - 1)


class BackTold(Told):
    """Which earlier version takes effect again, and why."""

    model_config = example(division="990101", number=1, reason="新版有误")

    division: str = Field(max_length=12, pattern="^[0-9]*$")
    number: int = Field(ge=1, le=2**31 - 1)
    reason: str = Field(min_length=1, max_length=300)


class WhoShown(Schema):
    """Who leads and who helps with an item in a division today, and why in words."""

    found: bool
    lead_unit_code: str
    lead_duty: str
    lines: list[str]


@router.get("/responsibilities", response=answers(list[ListVersionShown]), operation_id="duty_lists")
def versions(
    request: HttpRequest, division: str = Query("", max_length=12, pattern="^[0-9]*$")
) -> HttpResponse:
    """List the versions of the own divisions' lists and of those above, the newest of each first."""
    actor = actor_of(request)
    return reply([_version(actor, one) for one in queries.versions(actor, division)])


@router.get("/responsibilities/who", response=answers(WhoShown), operation_id="duty_who")
def who(
    request: HttpRequest,
    item_code: str = Query(min_length=1, max_length=20),
    division: str = Query(min_length=2, max_length=12, pattern="^[0-9]+$"),
) -> HttpResponse:
    """Say who is responsible for an item in a division today, and by which line, or why nobody is."""
    now = clock.now()
    found = queries.responsible(item_code, division, now)
    return reply(
        {
            "found": found is not None,
            "lead_unit_code": found.lead_unit_code if found else "",
            "lead_duty": found.lead_duty if found else "",
            "lines": queries.explain_responsible(item_code, division, now),
        }
    )


@router.get(
    "/responsibilities/{int:version_id}/lines", response=answers(LinesShown), operation_id="duty_lines"
)
def lines(request: HttpRequest, version_id: int, text: str = Query("", max_length=60)) -> HttpResponse:
    """Give the lines of a version, of items, divisions or units that the text names."""
    rows = queries.responsibility_lines(actor_of(request), min(version_id, 2**31 - 1))
    names = {code: one.name for code, one in queries.items({row.item_code for row in rows}).items()}
    found = [{**_line(row), "item_name": names.get(row.item_code, "")} for row in rows]
    wanted = text.strip().lower()
    told = [one for one in found if any(wanted in str(one[key]).lower() for key in _SOUGHT)]
    return reply({"lines": told[:_MOST], "total": len(told)})


@router.get(
    "/responsibilities/{int:version_id}/diff", response=answers(ListDiffShown), operation_id="duty_diff"
)
def difference(request: HttpRequest, version_id: int) -> HttpResponse:
    """Say what changes against the list in force when the version takes effect."""
    diff = queries.responsibility_diff(actor_of(request), min(version_id, 2**31 - 1))
    changed = [
        {"line": _line(one.new), "fields": [_field(each) for each in one.fields]}
        for one in diff.changed[:_MOST]
    ]
    return reply(
        {
            "added": [_line(row) for row in diff.added[:_MOST]],
            "removed": [_line(row) for row in diff.removed[:_MOST]],
            "changed": changed,
            "added_total": len(diff.added),
            "removed_total": len(diff.removed),
            "changed_total": len(diff.changed),
            "unchanged": diff.unchanged,
        }
    )


@router.post(
    "/responsibilities",
    throttle=[Bucket("duty_lists", rate=0.2, burst=10)],
    response=answers(ListTaken, 201),
    operation_id="take_duty_list",
)
def take(request: HttpRequest, told: Form[ListTold], file: File[UploadedFile]) -> HttpResponse:
    """Read a list (.xlsx or CSV) into a draft, or tell every mistake by its line; nothing is half-stored."""
    report = catalog.import_responsibilities(
        actor_of(request),
        cast("BinaryIO", file.file),
        file_name=file.name or str(uuid4()),
        division=told.division or None,
        title=told.title,
        merge=told.merge,
    )
    words = "en" if english(request) else "zh"
    mistakes = [
        {"row": one.row_no, "field": one.field, "message": getattr(one, words)} for one in report.errors
    ]
    plain = {name: getattr(report, name) for name in ("rows", "warnings", "version_id", "number")}
    return reply({**plain, "errors": mistakes}, 201)


@router.post(
    "/responsibilities/{int:version_id}/apply",
    response=answers(ListVersionShown),
    operation_id="apply_duty_list",
)
def apply(request: HttpRequest, version_id: int, told: ApplyTold) -> HttpResponse:
    """Make a draft the list in force; for duty chiefs and leaders."""
    actor = actor_of(request)
    version = catalog.apply_responsibilities(
        actor,
        min(version_id, 2**31 - 1),
        reason=told.reason,
        expected_applied=told.expected_applied,
    )
    return reply(_version(actor, version))


@router.post(
    "/responsibilities/{int:version_id}/discard", response=answers(None, 204), operation_id="drop_duty_list"
)
def discard(request: HttpRequest, version_id: int) -> HttpResponse:
    """Give a draft up."""
    catalog.discard_responsibilities(actor_of(request), min(version_id, 2**31 - 1))
    return HttpResponse(status=204)


@router.post("/responsibilities/back", response=answers(ListVersionShown), operation_id="duty_list_back")
def back(request: HttpRequest, told: BackTold) -> HttpResponse:
    """Put an earlier version in force again, as a new version; for duty chiefs and leaders."""
    actor = actor_of(request)
    version = catalog.rollback_responsibilities(actor, told.division, told.number, reason=told.reason)
    return reply(_version(actor, version))


def _version(actor: Actor, info: VersionInfo) -> dict[str, Any]:
    shown = {name: getattr(info, name) for name in ListVersionShown.model_fields if name != "own"}
    return {**shown, "own": actor.scope.covers(info.division)}


def _line(row: ListRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in DutyLine.model_fields}


def _field(change: Any) -> dict[str, Any]:
    return {name: getattr(change, name) for name in FieldShown.model_fields}
