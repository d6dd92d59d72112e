# SPDX-License-Identifier: Apache-2.0
"""Saved views at the desk: lists under a name, one's own or the unit's, each with its live count (F52)."""

from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import ConfigDict, Field, StrictBool, ValidationError

from tongguan.cases import queries as cases
from tongguan.doors.common.casework import Narrow, actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told, example
from tongguan.kernel.errors import Refusal
from tongguan.people.contracts import Actor
from tongguan.savedviews import api as saved
from tongguan.savedviews import queries
from tongguan.savedviews.contracts import NewView, ViewInfo

router = Router(tags=["视图 views"])


class NarrowTold(Narrow):
    """The filters of a view; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")


class ViewTold(Told):
    """A view to keep; one's own of that name is replaced."""

    model_config = example(
        name="江北超期", line="区:江北 超期", narrow={"division": "990101", "overdue": True, "open": True}
    )

    name: str = Field(min_length=1, max_length=20)
    line: str = Field("", max_length=2_200, description="查找栏原文")
    narrow: NarrowTold = Field(description="查找栏所指的条件")
    order: Literal["newest", "due"] = "newest"
    shared: StrictBool = Field(default=False, description="本单位共用")


class ViewShown(Schema):
    """A view; ``count``: how many cases the reader finds in it now, null where it counts no more."""

    id: UUID
    name: str
    line: str
    order: str
    shared: bool
    mine: bool
    owner_name: str
    count: int | None


@router.get("/views", response=answers(list[ViewShown]), operation_id="views")
def listed(request: HttpRequest) -> HttpResponse:
    """Give one's own views and the unit's, each with its count within the reader's scope."""
    actor = actor_of(request)
    return reply(_counted(actor, queries.views(actor)))


@router.post("/views", response=answers(ViewShown, 201), operation_id="keep_view")
def keep(request: HttpRequest, told: ViewTold) -> HttpResponse:
    """Keep a view, shared with the own unit or not."""
    actor = actor_of(request)
    told.narrow.filter()  # a box that is none is refused now, not at every count
    narrow = told.narrow.model_dump(mode="json", exclude_unset=True)
    kept = saved.keep(actor, NewView(**told.model_dump(exclude={"narrow"}), narrow=narrow))
    return reply(_counted(actor, [kept])[0], 201)


@router.post("/views/{uuid:view_id}/removal", response=answers(None, 204), operation_id="drop_view")
def drop(request: HttpRequest, view_id: UUID) -> HttpResponse:
    """Drop an own view; who had it shared has it no more."""
    saved.drop(actor_of(request), view_id)
    return HttpResponse(status=204)


def _counted(actor: Actor, views: list[ViewInfo]) -> list[dict[str, Any]]:
    filters = {}
    for view in views:
        try:
            filters[view.id] = Narrow.model_validate(view.narrow).filter()
        except (ValidationError, Refusal):  # kept by an older version whose filters were others
            continue
    counts = dict(zip(filters, cases.count_each(actor, list(filters.values())), strict=True))
    shown = [name for name in ViewShown.model_fields if name != "count"]
    return [{name: getattr(view, name) for name in shown} | {"count": counts.get(view.id)} for view in views]
