# SPDX-License-Identifier: Apache-2.0
"""From scored pairs to what becomes of each telling of a batch. Pure.

Matters are the connected components of the join relation over everything told, so the outcome does not
depend on the order in which tellings come or are batched. Pairs that people forbade are never brought
together: the likest pairs join first, and a join that would break a prohibition is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from tongguan.matching.scoring import Scored, Zone
from tongguan.matching.strategy import Strategy

SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Node:
    """One telling: its report, when it was told, the case and matter it is in, and whether that is closed."""

    report_id: UUID
    told: float
    case_id: UUID | None = None
    matter: UUID | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one new telling.

    ``case_id``: the case it joins, an open one; ``again``: the closed case after which it comes, where its
    matter has no open one; ``leader``: the new telling with whom it opens one case (itself when it
    opens one); ``pair``: the scored pair that decided, or -1; ``suggested``: further pairs worth a look;
    ``unites``: the matters that this telling shows to be one, the root first.
    """

    zone: Zone
    case_id: UUID | None
    leader: UUID
    pair: int
    suggested: tuple[int, ...]
    unites: tuple[UUID, ...] = ()
    again: UUID | None = None


def settle(
    nodes: list[Node], scored: Scored, strategy: Strategy, never: frozenset[tuple[UUID, UUID]] = frozenset()
) -> dict[int, Verdict]:
    """Give the verdict on every node that is in no case yet, by its position.

    ``never``: pairs of matters (smaller first) that stay apart, with those of nodes known and new.
    """
    groups = _Groups(nodes, never)
    edges: dict[int, list[int]] = {}
    order = sorted(range(scored.left.size), key=lambda k: _rank(nodes, scored, k))
    for k in order:
        a, b = int(scored.left[k]), int(scored.right[k])
        if scored.score[k] >= strategy.suggest:
            edges.setdefault(a, []).append(k)
            edges.setdefault(b, []).append(k)
        if scored.score[k] >= strategy.join:
            groups.join(a, b)
    return {
        n: _verdict(n, nodes, scored, strategy, groups, edges)
        for n in range(len(nodes))
        if nodes[n].case_id is None
    }


def _rank(nodes: list[Node], scored: Scored, k: int) -> tuple[float, float, UUID, UUID]:
    a, b = nodes[int(scored.left[k])], nodes[int(scored.right[k])]
    first, second = sorted((a.report_id, b.report_id))
    return (-float(scored.score[k]), max(a.told, b.told), first, second)


def _verdict(
    n: int,
    nodes: list[Node],
    scored: Scored,
    strategy: Strategy,
    groups: "_Groups",
    edges: Mapping[int, list[int]],
) -> Verdict:
    members = groups.members(n)
    own = edges.get(n, [])
    other = {k: int(scored.left[k]) + int(scored.right[k]) - n for k in own}
    inside = [k for k in own if scored.score[k] >= strategy.join and groups.same(n, other[k])]
    suggested = tuple(k for k in own if not groups.same(n, other[k]))[:SUGGESTIONS]
    known = [m for m in members if nodes[m].case_id is not None]
    fresh = [m for m in members if nodes[m].case_id is None]
    leader = min(fresh, key=lambda m: _told(nodes[m]))
    pair = inside[0] if inside else -1
    if not known:
        if n != leader:
            return Verdict(Zone.JOIN, None, nodes[leader].report_id, pair, suggested)
        return Verdict(Zone.SUGGEST if suggested else Zone.NEW, None, nodes[n].report_id, -1, suggested)
    roots = _roots(nodes, known)
    unites = roots if len(roots) > 1 else ()
    living = [m for m in known if not nodes[m].closed]
    direct = [k for k in inside if other[k] in (living or known)]
    pair = direct[0] if direct else pair
    chosen = other[direct[0]] if direct else min(living or known, key=lambda m: _told(nodes[m]))
    if living:
        return Verdict(Zone.JOIN, nodes[chosen].case_id, nodes[n].report_id, pair, suggested, unites)
    zone = Zone.AGAIN if n == leader else Zone.JOIN
    return Verdict(zone, None, nodes[leader].report_id, pair, suggested, unites, again=nodes[chosen].case_id)


def _told(node: Node) -> tuple[float, UUID]:
    return node.told, node.report_id


def _roots(nodes: list[Node], known: list[int]) -> tuple[UUID, ...]:
    earliest: dict[UUID, tuple[float, UUID]] = {}
    for m in known:
        matter = nodes[m].matter
        if matter is not None:
            at = _told(nodes[m])
            earliest[matter] = min(at, earliest.get(matter, at))
    return tuple(sorted(earliest, key=lambda matter: earliest[matter]))


class _Groups:
    """Disjoint sets of nodes that refuse to unite what was forbidden."""

    def __init__(self, nodes: list[Node], never: frozenset[tuple[UUID, UUID]]) -> None:
        self._parent = list(range(len(nodes)))
        self._members = [[n] for n in range(len(nodes))]
        self._matters: list[set[UUID]] = [{node.matter} if node.matter else set() for node in nodes]
        self._foes: dict[UUID, set[UUID]] = {}
        for a, b in never:
            self._foes.setdefault(a, set()).add(b)
            self._foes.setdefault(b, set()).add(a)
        first: dict[UUID, int] = {}
        for n, node in enumerate(nodes):
            if node.matter is not None and first.setdefault(node.matter, n) != n:
                self.join(first[node.matter], n)

    def find(self, n: int) -> int:
        while self._parent[n] != n:
            self._parent[n] = self._parent[self._parent[n]]
            n = self._parent[n]
        return n

    def same(self, a: int, b: int) -> bool:
        return self.find(a) == self.find(b)

    def members(self, n: int) -> list[int]:
        return self._members[self.find(n)]

    def join(self, a: int, b: int) -> None:
        """Unite the two sets unless somebody said never."""
        a, b = sorted((self.find(a), self.find(b)))
        mine, theirs = self._matters[a], self._matters[b]
        if a == b or any(self._foes.get(m, set()) & theirs for m in mine):
            return
        self._parent[b] = a
        self._members[a] += self._members[b]
        mine |= theirs


def no_pairs() -> Scored:
    """Give the scores of no pair at all."""
    none, empty = np.zeros(0, np.int64), np.zeros(0)
    return Scored(none, none, np.zeros((0, 6)), empty, empty, empty, empty, none)
