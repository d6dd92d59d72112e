# SPDX-License-Identifier: Apache-2.0
"""Matters do not depend on the order in which they are told."""

from itertools import pairwise
from uuid import UUID

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.matching.scoring import Scored
from tongguan.matching.settling import Node, settle
from tongguan.matching.strategy import FIRST
from tongguan.matching.testing import partition

COUNT = 7


def scored(pairs: dict[tuple[int, int], float]) -> Scored:
    left, right = np.array([a for a, _ in pairs], int), np.array([b for _, b in pairs], int)
    none = np.zeros(len(pairs))
    return Scored(
        left, right, np.zeros((len(pairs), 6)), np.array(list(pairs.values())), none, none, none, left
    )


def uid(n: int) -> UUID:
    return UUID(int=n)


likeness = st.dictionaries(
    st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)).filter(lambda p: p[0] < p[1]),
    st.sampled_from([0.2, 0.6, 0.96, 0.99]),
    max_size=14,
)


def told_in(batches, pairs, never=frozenset()):
    """Tell in batches; give each telling's matter at the end, as the tables would."""
    case: dict[int, UUID] = {}
    matter: dict[UUID, UUID] = {}
    for batch in batches:
        seen = [*batch, *case]
        nodes = [Node(uid(n), float(n), case.get(n), matter[case[n]] if n in case else None) for n in seen]
        at = {n: k for k, n in enumerate(seen)}
        here = {
            (at[a], at[b]): v for (a, b), v in pairs.items() if a in at and b in at and {a, b} & set(batch)
        }
        verdicts = settle(nodes, scored(here), FIRST, never)
        for k, verdict in verdicts.items():
            if verdict.case_id is None and verdict.leader == nodes[k].report_id:
                case[seen[k]] = uid(100 + seen[k])
                matter[case[seen[k]]] = case[seen[k]]
        for k, verdict in verdicts.items():
            case.setdefault(seen[k], verdict.case_id or case[verdict.leader.int])
            for other in verdict.unites[1:]:
                matter.update({c: verdict.unites[0] for c, m in matter.items() if m == other})
    return {uid(n): matter[c] for n, c in case.items()}


def components(pairs):
    root = list(range(COUNT))
    for (a, b), v in pairs.items():
        if v >= FIRST.join:
            old, new = root[b], root[a]
            root = [new if r == old else r for r in root]
    return partition({uid(n): uid(r) for n, r in enumerate(root)})


@settings(deadline=None)
@given(likeness, st.permutations(range(COUNT)), st.sets(st.integers(1, COUNT - 1)))
def test_any_order_in_any_batches_gives_the_same_matters(pairs, order, cuts):
    edges = [0, *sorted(cuts), COUNT]
    batches = [order[a:b] for a, b in pairwise(edges)]
    assert partition(told_in(batches, pairs)) == components(pairs)


def test_what_was_forbidden_stays_apart_though_a_telling_is_like_both():
    nodes = [Node(uid(0), 2.0), Node(uid(1), 0.0, uid(10), uid(10)), Node(uid(2), 1.0, uid(20), uid(20))]
    never = frozenset({(uid(10), uid(20))})
    pairs = scored({(0, 1): 0.97, (0, 2): 0.99})
    assert settle(nodes, pairs, FIRST)[0].unites == (uid(10), uid(20))
    apart = settle(nodes, pairs, FIRST, never)[0]
    assert (apart.case_id, apart.unites) == (uid(20), ())
    assert apart.suggested == (0,)


def test_a_hundred_at_once_have_one_leader_the_first_told():
    nodes = [Node(uid(n), float(100 - n)) for n in range(100)]
    pairs = scored({(a, b): 0.99 for a in range(100) for b in range(a + 1, 100)})
    verdicts = settle(nodes, pairs, FIRST)
    assert {v.leader for v in verdicts.values()} == {uid(99)}
    assert [n for n, v in verdicts.items() if v.zone != "join"] == [99]
