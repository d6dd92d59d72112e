# SPDX-License-Identifier: Apache-2.0
"""Pure: networks of pipes as graphs, and what is traced along them.

A network is arrays of nodes and edges. Traces are scipy's sparse graph routines over them: nothing walks
node by node in Python, so a city's 2,200 km of pipes are traced in milliseconds.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, dijkstra

from tongguan.kernel.errors import Invalid

#: A node or edge of these kinds can be shut.
VALVE: Final = "valve"
#: Where supply comes from.
SOURCES: Final = frozenset({"source", "reservoir", "tank", "station"})
#: Where it is used.
USERS: Final = frozenset({"user"})
#: Edges shorter than this still cost something, or they would vanish from a sparse matrix.
_LEAST_M: Final = 0.01

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One node: code, kind (``junction``, ``source``, ``valve``, ``chamber``…), place (WGS-84), level."""

    code: str
    kind: str
    lon: float
    lat: float
    elevation_m: float = 0.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """One edge from node to node (codes), in the direction of flow if there is one; metres, millimetres."""

    code: str
    kind: str
    begin: str
    end: str
    length_m: float
    diameter_mm: float = 0.0
    open: bool = True


@dataclass(frozen=True, slots=True)
class Isolation:
    """What shutting an edge off takes: valves to close, what is cut out with it, and who loses supply.

    ``complete`` is False when the cut reaches a source without a valve between.
    """

    valves: tuple[str, ...]
    edges: tuple[str, ...]
    nodes: tuple[str, ...]
    without_supply: tuple[str, ...]
    users: tuple[str, ...]
    complete: bool


class Graph:
    """Nodes and edges of one network, ready to be traced."""

    def __init__(self, nodes: Sequence[NodeRow], edges: Sequence[EdgeRow]) -> None:
        """Take rows. Raises Invalid naming a code given twice and an end that no node has."""
        self.nodes, self.edges = tuple(nodes), tuple(edges)
        self.node_at = {row.code: n for n, row in enumerate(self.nodes)}
        self.edge_at = {row.code: n for n, row in enumerate(self.edges)}
        if len(self.node_at) != len(self.nodes) or len(self.edge_at) != len(self.edges):
            raise Invalid("network.twice", "编号重复", "a code is given twice", field="code")
        for row in self.edges:
            for field in ("begin", "end"):
                if getattr(row, field) not in self.node_at:
                    raise Invalid(
                        "network.end",
                        f"管段 {row.code} 的端点 {getattr(row, field)} 不存在",
                        f"edge {row.code} ends at no node",
                        field=field,
                    )
        self.begin: Ints = np.array([self.node_at[row.begin] for row in self.edges], np.int64)
        self.end: Ints = np.array([self.node_at[row.end] for row in self.edges], np.int64)
        self.length: Floats = np.maximum(np.array([row.length_m for row in self.edges], np.float64), _LEAST_M)
        self.open: Bools = np.array([row.open for row in self.edges], np.bool_)
        self.valve_node: Bools = np.array([row.kind == VALVE for row in self.nodes], np.bool_)
        self.valve_edge: Bools = np.array([row.kind == VALVE for row in self.edges], np.bool_)
        self.source: Bools = np.array([row.kind in SOURCES for row in self.nodes], np.bool_)

    def _matrix(self, which: Bools, *, directed: bool = False) -> csr_array:
        a, b, w = self.begin[which], self.end[which], self.length[which]
        n = len(self.nodes)
        if directed:
            return _least((n, n), a, b, w)
        return _least((n, n), np.concatenate([a, b]), np.concatenate([b, a]), np.concatenate([w, w]))

    @cached_property
    def _lengths(self) -> csr_array:
        return self._matrix(self.open)

    @cached_property
    def _downward(self) -> csr_array:
        return self._matrix(self.open, directed=True)

    def place(self, code: str) -> int:
        """Give where a node stands in the arrays. Raises Invalid naming ``node``."""
        found = self.node_at.get(code)
        if found is None:
            raise Invalid("network.node", f"没有节点 {code}", f"no node {code}", field="node")
        return found

    def downstream(self, code: str) -> tuple[str, ...]:
        """Give the nodes that lie behind a node in the direction of flow, nearest first, itself left out."""
        return self._behind(self._downward, code)

    def upstream(self, code: str) -> tuple[str, ...]:
        """Give the nodes from which flow comes to a node, nearest first, itself left out."""
        return self._behind(csr_array(self._downward.T), code)

    def _behind(self, matrix: csr_array, code: str) -> tuple[str, ...]:
        order = breadth_first_order(matrix, self.place(code), return_predecessors=False)
        return tuple(self.nodes[int(n)].code for n in order[1:])

    def distances(self, codes: Sequence[str], within_m: float = np.inf) -> Floats:
        """Give metres along open edges between nodes, a square; infinite where no way is that short."""
        places = np.array([self.place(code) for code in codes], np.int64)
        if not len(places):
            return np.zeros((0, 0))
        metres = dijkstra(self._lengths, directed=False, indices=places, limit=within_m)
        return np.asarray(metres[:, places], np.float64)

    def near(self, code: str, within_m: float) -> tuple[tuple[str, float], ...]:
        """Give nodes within so many metres along open edges, nearest first; itself left out."""
        start = self.place(code)
        metres = dijkstra(self._lengths, directed=False, indices=start, limit=within_m)
        found = np.flatnonzero(np.isfinite(metres))
        ordered = found[np.argsort(metres[found], kind="stable")]
        return tuple((self.nodes[int(n)].code, float(metres[n])) for n in ordered if n != start)

    def nearest(self, source_codes: Collection[str]) -> Floats:
        """Give for each node the metres along open edges to the nearest of some nodes."""
        places = np.array(sorted(self.place(code) for code in source_codes), np.int64)
        if not len(places):
            return np.full(len(self.nodes), np.inf)
        return np.asarray(dijkstra(self._lengths, directed=False, indices=places, min_only=True), np.float64)

    def isolate(self, edge: str, stuck: Collection[str] = ()) -> Isolation:
        """Give what must be closed so that an edge is cut off, and who is without supply then.

        ``stuck`` are valves (codes of nodes or edges) that do not close: the cut goes on beyond them.
        Raises Invalid naming ``edge``.
        """
        cut = self.edge_at.get(edge)
        if cut is None:
            raise Invalid("network.edge", f"没有管段 {edge}", f"no edge {edge}", field="edge")
        stops_node = self.valve_node & ~self._named(self.nodes, stuck)
        stops_edge = self.valve_edge & ~self._named(self.edges, stuck)
        label = self._segments(stops_node, stops_edge | ~self.open)
        n = len(self.nodes)
        within = label == label[n + cut]
        if self.valve_edge[cut]:  # a valve itself is cut off with both its sides
            within |= (label == label[self.begin[cut]]) | (label == label[self.end[cut]])
        nodes_in = within[:n] & ~stops_node
        edges_in = within[n:] & ~stops_edge
        edges_in[cut] = True
        close_node = np.zeros(n, np.bool_)
        close_node[self.begin[edges_in]] = True
        close_node[self.end[edges_in]] = True
        close_node &= stops_node
        close_edge = stops_edge & self.open & (nodes_in[self.begin] | nodes_in[self.end])
        close_edge[cut] = False
        dry = self._dry(nodes_in | close_node, edges_in | close_edge)
        return Isolation(
            valves=self._codes(self.nodes, close_node) + self._codes(self.edges, close_edge),
            edges=self._codes(self.edges, edges_in),
            nodes=self._codes(self.nodes, nodes_in),
            without_supply=self._codes(self.nodes, dry),
            users=tuple(
                row.code for row, out in zip(self.nodes, dry, strict=True) if out and row.kind in USERS
            ),
            complete=not bool((nodes_in & self.source).any()),
        )

    def _segments(self, stops_node: Bools, stops_edge: Bools) -> NDArray[np.int32]:
        """Label nodes, then edges, by what hangs together without passing a valve."""
        n, m = len(self.nodes), len(self.edges)
        goes = ~stops_edge
        number = np.arange(m, dtype=np.int64) + n
        pairs = [(self.begin, number), (self.end, number)]
        a = np.concatenate([ends[goes & ~stops_node[ends]] for ends, _ in pairs])
        b = np.concatenate([own[goes & ~stops_node[ends]] for ends, own in pairs])
        matrix = coo_array((np.ones(len(a)), (a, b)), shape=(n + m, n + m)).tocsr()
        _, label = connected_components(matrix, directed=False)
        return np.asarray(label, np.int32)

    def _dry(self, nodes_out: Bools, edges_out: Bools) -> Bools:
        """Tell which nodes had supply and have none once these nodes and edges are out."""
        before = self._fed(self.open, np.zeros(len(self.nodes), np.bool_))
        goes = self.open & ~edges_out & ~nodes_out[self.begin] & ~nodes_out[self.end]
        return np.asarray(before & ~self._fed(goes, nodes_out) & ~self.valve_node, np.bool_)

    def _fed(self, goes: Bools, out: Bools) -> Bools:
        _, label = connected_components(self._matrix(goes), directed=False)
        return np.asarray(np.isin(label, label[self.source & ~out]) & ~out, np.bool_)

    def _named(self, rows: Sequence[NodeRow] | Sequence[EdgeRow], codes: Collection[str]) -> Bools:
        return np.array([row.code in codes for row in rows], np.bool_)

    @staticmethod
    def _codes(rows: Sequence[NodeRow] | Sequence[EdgeRow], which: Bools) -> tuple[str, ...]:
        return tuple(rows[int(n)].code for n in np.flatnonzero(which))


def _least(shape: tuple[int, int], a: Ints, b: Ints, w: Floats) -> csr_array:
    """Make a matrix of lengths; of edges beside each other the shortest counts, not the sum."""
    order = np.lexsort((w, b, a))
    a, b, w = a[order], b[order], w[order]
    first = np.ones(len(a), np.bool_)
    first[1:] = (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    return csr_array((w[first], (a[first], b[first])), shape=shape)
