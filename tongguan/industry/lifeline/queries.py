# SPDX-License-Identifier: Apache-2.0
"""Reads of networks: a person sees the nodes of the own divisions; traces run over the whole network.

A burst does not stop at a boundary, so what lies beyond the asker's divisions is counted, not named.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache

import numpy as np
from django.db.models import Count, QuerySet

from tongguan.industry.lifeline import coupling
from tongguan.industry.lifeline.contracts import (
    FaultInfo,
    Isolation,
    Neighbour,
    NetworkInfo,
    Reach,
    Shape,
    Traced,
)
from tongguan.industry.lifeline.models import Edge, Fault, Network, Node
from tongguan.industry.lifeline.network import EdgeRow, Graph, NodeRow
from tongguan.kernel.errors import Invalid, NotFound
from tongguan.kernel.geometry import cell_of, cells_within
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.people.queries import division_q

_READERS = tuple(post for post in Post if post is not Post.CITIZEN)
Point = tuple[float, float]
#: Gas is followed at most so far, soil and drains together.
MOST_M = 2_000.0


def _visible(actor: Actor) -> QuerySet[Node]:
    return Node.objects.filter(division_q(actor.scope, "division", *_READERS))


def networks(actor: Actor = PLATFORM) -> list[NetworkInfo]:
    """Give the networks of which the actor sees a node, by code, in two statements."""
    counted = _visible(actor).order_by().values("network").annotate(n=Count("id"))
    counts = dict(counted.values_list("network", "n"))
    return [
        NetworkInfo(row.code, row.name, row.kind, row.division, row.crs, counts[row.pk], row.changed_at)
        for row in Network.objects.filter(pk__in=counts)
    ]


def nodes_of(code: str, fingerprint: str, actor: Actor = PLATFORM) -> tuple[NetworkInfo, dict[str, Point]]:
    """Give a network and where its nodes are (longitude, latitude), by code.

    Raises NotFound, or Invalid naming ``file`` when it was taken in from another file than that of the
    fingerprint (SHA-256).
    """
    network = _network(actor, code)
    if network.fingerprint != fingerprint:
        raise Invalid(
            "network.other_file", f"管网 {code} 不是由这份文件导入的，请先用它导入",
            "the network was taken in from another file", field="file",
        )  # fmt: skip
    rows = _visible(actor).filter(network=network).values_list("code", "lon", "lat")
    where = {node: (lon, lat) for node, lon, lat in rows}
    info = NetworkInfo(
        code, network.name, network.kind, network.division, network.crs, len(where), network.changed_at
    )
    return info, where


def faults(code: str, actor: Actor = PLATFORM) -> list[FaultInfo]:
    """Give the rows of a network's file that were not taken. Raises NotFound."""
    network = _network(actor, code)
    rows = Fault.objects.filter(network=network).values_list("line", "field", "text", "raw")
    return [FaultInfo(*row) for row in rows]


def shape(actor: Actor, code: str, most: int = 5_000) -> Shape:
    """Give what of a network lies within the actor's divisions, at most so many edges. Raises NotFound."""
    network = _network(actor, code)
    graph, seen = _graph(network), _seen(actor, network)
    touching = [edge for edge in graph.edges if edge.begin in seen or edge.end in seen]
    edges = tuple(touching[:most])
    beyond = sorted({end for edge in edges for end in (edge.begin, edge.end)} - seen)
    return Shape(
        tuple(node for node in graph.nodes if node.code in seen),
        edges,
        tuple(graph.nodes[graph.node_at[node]] for node in beyond),
        len(edges) == len(touching),
    )


def isolation(actor: Actor, code: str, edge: str, stuck: Collection[str] = ()) -> tuple[Isolation, int]:
    """Give what to close so that an edge is cut off, within the actor's divisions, and the users beyond them.

    Valves are always named: they must be closed whoever's they are. Raises NotFound for a network or an edge
    that the actor does not see.
    """
    network = _network(actor, code)
    graph = _graph(network)
    place = graph.edge_at.get(edge)
    seen = _seen(actor, network)
    if place is None or not {graph.edges[place].begin, graph.edges[place].end} & seen:
        raise NotFound("network.edge", f"没有管段 {edge}", "no such edge", field="edge")
    cut = graph.isolate(edge, stuck)
    users = tuple(user for user in cut.users if user in seen)
    shown = Isolation(
        cut.valves,
        cut.edges,
        tuple(n for n in cut.nodes if n in seen),
        tuple(n for n in cut.without_supply if n in seen),
        users,
        cut.complete,
    )
    return shown, len(cut.users) - len(users)


def downstream(actor: Actor, code: str, node: str) -> Traced:
    """Give what lies behind a node in the direction of flow. Raises NotFound."""
    return _traced(actor, code, node, down=True)


def upstream(actor: Actor, code: str, node: str) -> Traced:
    """Give from where flow comes to a node. Raises NotFound."""
    return _traced(actor, code, node, down=False)


def _traced(actor: Actor, code: str, node: str, *, down: bool) -> Traced:
    network = _network(actor, code)
    graph, seen = _graph(network), _seen(actor, network)
    if node not in seen:
        raise NotFound("network.node", f"没有节点 {node}", "no such node", field="node")
    met = graph.downstream(node) if down else graph.upstream(node)
    shown = tuple(n for n in met if n in seen)
    return Traced(shown, len(met) - len(shown))


def adjacent(actor: Actor, lon: float, lat: float, reach: Reach) -> list[Neighbour]:
    """Give hollow spaces of the actor's divisions that gas leaving at a point may reach, likeliest first.

    Raises Invalid naming ``reach`` or the coordinates.
    """
    if not (0 < reach.soil_m <= MOST_M and 0 < reach.along_m <= MOST_M):
        raise Invalid("lifeline.reach", f"距离应在 0 到 {MOST_M:.0f} 米之间", "bad reach", field="reach")
    cells = cells_within(cell_of(lon, lat), reach.soil_m)
    near = set(Node.objects.filter(cell__among=list(cells)).values_list("network", flat=True))
    found: list[Neighbour] = []
    for network in Network.objects.filter(pk__in=near):
        seen = _seen(actor, network)
        told = coupling.neighbours(lon, lat, {network.code: _graph(network)}, reach)
        found += [one for one in told if one.code in seen]
    return sorted(found, key=lambda one: (-one.weight, one.metres, one.network, one.code))


def distances(things: Sequence[str], within_m: float = np.inf) -> np.ndarray:
    """Give metres along networks between things, a square; infinite where no network joins them.

    What stands on no network is infinitely far from all, itself as well. For the platform's own grouping.
    """
    n = len(things)
    found = np.full((n, n), np.inf)
    at = {thing: k for k, thing in enumerate(things)}
    rows = Node.objects.filter(thing__in=list(at)).order_by("network", "code")
    by_network: dict[int, list[tuple[int, str]]] = {}
    for number, thing, node in rows.values_list("network", "thing", "code"):
        by_network.setdefault(number, []).append((at[thing], node))
    for network in Network.objects.filter(pk__in=by_network):
        places, nodes = zip(*by_network[network.pk], strict=True)
        square = np.ix_(places, places)
        found[square] = np.minimum(found[square], _graph(network).distances(nodes, within_m))
    return found


def _network(actor: Actor, code: str) -> Network:
    network = Network.objects.filter(code=code).first()
    if network is None or not _visible(actor).filter(network=network).exists():
        raise NotFound("network.unknown", f"没有管网 {code!r}", "no such network", field="network")
    return network


def _seen(actor: Actor, network: Network) -> set[str]:
    return set(_visible(actor).filter(network=network).values_list("code", flat=True))


def _graph(network: Network) -> Graph:
    return _loaded(network.pk, network.changed_at.isoformat(), network.fingerprint)


@lru_cache(maxsize=8)
def _loaded(network: int, changed_at: str, fingerprint: str) -> Graph:
    """Load a network once; a file taken in anew has another moment and print."""
    del changed_at, fingerprint
    nodes = Node.objects.filter(network=network).order_by("id")
    edges = Edge.objects.filter(network=network).order_by("id")
    return Graph(
        [NodeRow(*row) for row in nodes.values_list("code", "kind", "lon", "lat", "elevation_m", "name")],
        [
            EdgeRow(*row)
            for row in edges.values_list("code", "kind", "begin", "end", "length_m", "diameter_mm", "open")
        ],
    )


def exists(code: str) -> bool:
    """Tell whether there is such a network, for the platform itself."""
    return Network.objects.filter(code=code).exists()
