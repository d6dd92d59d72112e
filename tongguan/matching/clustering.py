# SPDX-License-Identifier: Apache-2.0
"""Groups of tellings that are mutually alike. Pure.

Average linkage over a sparse graph: two groups become one while the mean likeness over *all* their pairs
stays at or above the cut; a pair that was never compared counts as unlike. So one chance resemblance does
not chain two matters into one, as connected components would.
"""

from heapq import heapify, heappop, heappush

import numpy as np

from tongguan.texts.grams import Floats, Ints


def average_link(count: int, left: Ints, right: Ints, likeness: Floats, cut: float) -> Ints:
    """Give for each of ``count`` members the number of its group: the least member in it.

    ``likeness`` in 0..1 for the pairs (left[k], right[k]), each pair once, left != right. The outcome does
    not depend on the order of the pairs: the likest groups join first, equals by their least members.
    """
    size = [1] * count
    sums: list[dict[int, float]] = [{} for _ in range(count)]
    for a, b, like in zip(left.tolist(), right.tolist(), likeness.tolist(), strict=True):
        sums[a][b] = sums[b][a] = like
    heap = [(-like, a, b, 2) for a in range(count) for b, like in sums[a].items() if a < b and like >= cut]
    heapify(heap)
    parent = list(range(count))
    while heap:
        _, a, b, both = heappop(heap)
        if parent[a] != a or parent[b] != b or size[a] + size[b] != both:
            continue  # one of them has grown since: a newer entry tells how they stand now
        parent[b] = a
        size[a] = both
        mine, theirs = sums[a], sums[b]
        del mine[b], theirs[a]
        for other, total in theirs.items():
            del sums[other][b]
            mine[other] = sums[other][a] = mine.get(other, 0.0) + total
        sums[b] = {}
        for other, total in mine.items():
            mean = total / (size[a] * size[other])
            if mean >= cut:
                heappush(heap, (-mean, min(a, other), max(a, other), size[a] + size[other]))
    return np.array([_root(parent, member) for member in range(count)], np.int64)


def _root(parent: list[int], member: int) -> int:
    while parent[member] != member:
        member = parent[member]
    return member
