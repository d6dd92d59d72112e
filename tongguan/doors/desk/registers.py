# SPDX-License-Identifier: Apache-2.0
"""What a form chooses from: items, filing conditions, units, people, divisions.

Registers are the same for everybody who is signed in; people are found within the own divisions and above.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongguan.catalog import queries as catalog
from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply
from tongguan.doors.desk.auth import actor_of
from tongguan.kernel import clock
from tongguan.people import queries as people
from tongguan.people.contracts import Post
from tongguan.places import queries as places

router = Router(tags=["登记 registers"])


class ItemShown(Schema):
    """An item to choose."""

    code: str
    name: str
    kind: str
    major_code: str
    major_name: str
    urgency: str
    needs_photo: bool
    needs_place: bool


class RuleShown(Schema):
    """A filing condition with its closing condition and limit in words."""

    id: int
    item_code: str
    condition_no: int
    filing_condition: str
    closing_condition: str
    limit: str
    duties: list[str]
    source: str


class UnitShown(Schema):
    """A unit to choose."""

    id: int
    code: str
    name: str
    kind: str
    division: str
    duties: list[str]


class PersonShown(Schema):
    """A person to choose."""

    id: int
    name: str
    unit_id: int | None


class Whom(Schema):
    """Whom to find: a post, in a unit or for a division (the own one when neither is given)."""

    post: Post
    unit_id: int | None = Field(None, ge=1, le=2**31 - 1)
    division: str = Field("", max_length=12, pattern="^[0-9]*$")
    on_duty: bool = False


class DivisionShown(Schema):
    """A division with the point to look at first."""

    code: str
    name: str
    level: str
    parent: str


@router.get("/items", response=answers(list[ItemShown]), operation_id="items")
def items(
    request: HttpRequest, text: str = Query(max_length=50), limit: int = Query(20, ge=1, le=50)
) -> HttpResponse:
    """Find items by code, name or alias, the best match first."""
    return reply([_item(info) for info in catalog.search_items(text, limit=limit)])


@router.get("/items/{code}/rules", response=answers(list[RuleShown]), operation_id="filing_rules")
def rules(request: HttpRequest, code: str) -> HttpResponse:
    """Give the filing conditions of an item, in order."""
    catalog.item(code)
    return reply(
        [
            {
                "id": rule.id,
                "item_code": rule.item_code,
                "condition_no": rule.condition_no,
                "filing_condition": rule.filing_condition,
                "closing_condition": rule.closing_condition,
                "limit": rule.limit.zh() if rule.limit else "",
                "duties": rule.duties,
                "source": rule.source,
            }
            for rule in catalog.filing_rules(code)
        ]
    )


@router.get("/units", response=answers(list[UnitShown]), operation_id="units")
def units(
    request: HttpRequest,
    division: str = Query(max_length=12, pattern="^[0-9]+$"),
    duty: str = Query("", max_length=30),
    text: str = Query("", max_length=30),
) -> HttpResponse:
    """Find the units of a division by name, or those with a duty that serve it; the nearest first."""
    found = people.units_with_duty(duty, division) if duty else people.units_of(division, text)
    return reply(
        [
            {
                "id": unit.id,
                "code": unit.code,
                "name": unit.name,
                "kind": unit.kind,
                "division": unit.division,
                "duties": unit.duties,
            }
            for unit in found
        ]
    )


@router.get("/people", response=answers(list[PersonShown]), operation_id="people")
def persons(request: HttpRequest, whom: Query[Whom]) -> HttpResponse:
    """Find who holds a post in a unit or division; with ``on_duty`` only who is on duty now."""
    actor = actor_of(request)
    own = next(iter(actor.scope.divisions()), "")
    where: int | str = whom.unit_id if whom.unit_id is not None else whom.division or own
    found = people.colleagues(actor, whom.post, where, clock.now() if whom.on_duty else None)
    return reply([{"id": p.id, "name": p.name, "unit_id": p.unit_id} for p in found])


@router.get("/divisions", response=answers(list[DivisionShown]), operation_id="divisions")
def divisions(
    request: HttpRequest, parent: str = Query("", max_length=12, pattern="^[0-9]*$")
) -> HttpResponse:
    """Give the divisions right below a code."""
    return reply(
        [
            {"code": d.code, "name": d.name, "level": str(d.level), "parent": d.parent}
            for d in places.children(parent)
        ]
    )


def _item(info: Any) -> dict[str, Any]:
    return {name: getattr(info, name) for name in ItemShown.model_fields}
