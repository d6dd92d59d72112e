# SPDX-License-Identifier: Apache-2.0
"""Networks of lifelines at the desk: where they lie, what to shut, what lies beyond, where gas goes (F57)."""

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply
from tongguan.industry.lifeline import queries
from tongguan.industry.lifeline.contracts import Reach

router = Router(tags=["管网 networks"])
_CODE: Final = 60
#: Codes that one answer lists; the totals are whole.
_MOST: Final = 500


class NetworkShown(Schema):
    """A network; ``nodes``: how many of them lie in the own divisions."""

    code: str
    name: str
    kind: str
    division: str
    nodes: int
    changed_at: datetime


class NodeShown(Schema):
    """A node of a network; ``own`` false: it lies beyond the own divisions and only ends an edge."""

    code: str
    kind: str
    name: str
    lon: float
    lat: float
    own: bool


class EdgeShown(Schema):
    """An edge from node to node; metres, millimetres (0: not known)."""

    code: str
    kind: str
    begin: str
    end: str
    length_m: float
    diameter_mm: float
    open: bool


class ShapeOfNetwork(Schema):
    """What of a network lies in the own divisions; ``whole`` false: only the first 5,000 edges."""

    nodes: list[NodeShown]
    edges: list[EdgeShown]
    whole: bool


class IsolationShown(Schema):
    """What to close so that an edge is cut off, and who is then without supply.

    ``complete`` false: it cannot be cut off by valves alone. ``beyond``: users in other divisions. ``words``:
    why, in Chinese.
    """

    edge: str
    valves: list[str]
    edges: list[str]
    without_supply: list[str]
    users: list[str]
    beyond: int
    complete: bool
    words: list[str]


class TraceShown(Schema):
    """Nodes met, the nearest first (500 at most), how many in all here, and how many beyond."""

    nodes: list[str]
    total: int
    beyond: int


class SpreadAsked(Schema):
    """Where gas leaves, and how far it is thought to pass: through soil, along drains."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    soil_m: float = Field(30, gt=0, le=500)
    along_m: float = Field(100, gt=0, le=2_000)


class GasReach(Schema):
    """A hollow space that a leak may fill; ``weight`` from 1 at the leak to 0 at the edge of the reach."""

    network: str
    code: str
    metres: float
    weight: float
    reason: str


@router.get("/networks", response=answers(list[NetworkShown]), operation_id="networks")
def networks(request: HttpRequest) -> HttpResponse:
    """Give the networks that lie in the own divisions."""
    return reply([_shown(NetworkShown, one) for one in queries.networks(actor_of(request))])


@router.get("/networks/spread", response=answers(list[GasReach]), operation_id="network_spread")
def spread(request: HttpRequest, asked: Query[SpreadAsked]) -> HttpResponse:
    """Give the hollow spaces that gas leaving at a point may reach, the likeliest first, each with why."""
    reach = Reach(asked.soil_m, asked.along_m)
    found = queries.adjacent(actor_of(request), asked.lon, asked.lat, reach)
    return reply([_shown(GasReach, one) for one in found])


@router.get("/networks/{code}/shape", response=answers(ShapeOfNetwork), operation_id="network_shape")
def shape(request: HttpRequest, code: str) -> HttpResponse:
    """Give nodes and edges of a network in the own divisions."""
    found = queries.shape(actor_of(request), code[:_CODE])
    nodes = [{**_node(one), "own": True} for one in found.nodes]
    nodes += [{**_node(one), "own": False} for one in found.ends]
    edges = [_shown(EdgeShown, one) for one in found.edges]
    return reply({"nodes": nodes, "edges": edges, "whole": found.whole})


@router.get("/networks/{code}/isolation", response=answers(IsolationShown), operation_id="network_isolation")
def isolation(
    request: HttpRequest,
    code: str,
    edge: str = Query(min_length=1, max_length=_CODE),
    stuck: str = Query("", max_length=600, description="关不上的阀门，以逗号分隔"),
) -> HttpResponse:
    """Say which valves to close so that an edge is cut off, and who is then without supply."""
    jammed = [one for one in stuck.split(",") if one]
    cut, beyond = queries.isolation(actor_of(request), code[:_CODE], edge, jammed)
    shown = {
        name: list(getattr(cut, name))[:_MOST] for name in ("valves", "edges", "without_supply", "users")
    }
    return reply(
        {**shown, "edge": edge, "beyond": beyond, "complete": cut.complete, "words": _why(edge, cut, beyond)}
    )


@router.get("/networks/{code}/trace", response=answers(TraceShown), operation_id="network_trace")
def trace(
    request: HttpRequest, code: str, node: str = Query(min_length=1, max_length=_CODE), *, down: bool = True
) -> HttpResponse:
    """Give what lies behind a node in the direction of flow, or from where flow comes to it."""
    follow = queries.downstream if down else queries.upstream
    met = follow(actor_of(request), code[:_CODE], node)
    return reply({"nodes": list(met.nodes[:_MOST]), "total": len(met.nodes), "beyond": met.beyond})


def _why(edge: str, cut: Any, beyond: int) -> list[str]:
    if not cut.complete:
        return [f"管段 {edge} 与水源（气源）之间有一侧没有可用阀门，只关阀不能完全隔离"]
    told = [f"关闭 {len(cut.valves)} 个阀门后，管段 {edge} 与 {len(cut.edges)} 段相连管段一起被隔离"]
    if cut.users or beyond:
        told.append(f"被隔离范围内及其后失去来源的用户共 {len(cut.users) + beyond} 个，其中外区 {beyond} 个")
    else:
        told.append("没有用户因此停供：其他用户另有来源")
    return told


def _node(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("code", "kind", "name", "lon", "lat")}


def _shown(shape: type[Schema], one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in shape.model_fields}
