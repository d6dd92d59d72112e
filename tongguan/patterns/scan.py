# SPDX-License-Identifier: Apache-2.0
"""Clusters in space and time: the space-time permutation scan of cases alone (Kulldorff and others 2005).

What is expected at a place on a day is its own share of all days' cases: neither people nor risks need be
known. Histories are shuffled by dealing the days out anew among the cases; a cluster is told with the share
of shuffled histories whose strongest one is as strong, so all cylinders looked at are counted.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from scipy.sparse import csr_array

from tongguan.patterns.contracts import Cluster, Floats, Ints

SHUFFLES: Final = 199
#: A cylinder holds at most this share of all cases: beyond, what lies outside would be the oddity.
_LARGEST: Final = 0.5
_LEAST_CASES: Final = 3


def clusters(
    places: Ints,
    days: Ints,
    zones: Sequence[csr_array],
    *,
    longest: int = 14,
    present: bool = True,
    shuffles: int = SHUFFLES,
    most: int = 10,
    seed: int = 7,
) -> list[Cluster]:
    """Give clusters that share no place, the strongest first, each with its p (chance is told, not cut off).

    ``places`` and ``days``: one pair per case; places are row numbers of ``zones``, which tell for each ring
    the places around each place (ones), the narrowest first. ``present``: only clusters that last up to the
    last day; else all within the history. ``longest``: days of a cylinder.
    """
    if not len(places):
        return []
    first = int(days.min())
    span = int(days.max()) - first + 1
    longest = max(1, min(longest, span - 1))
    count = zones[0].shape[0]
    told = _Told(zones, count, span, longest, present=present, total=len(places))
    on = days - first
    held = [zone @ np.bincount(places, minlength=count).astype(float) for zone in zones]
    by_day = np.bincount(on, minlength=span).astype(float)
    expected = told.expected(held, by_day)
    scores = told.scores(places, on, expected)
    rng = np.random.default_rng(seed)
    strongest = np.array(
        [
            max(float(s.max()) for s in told.scores(places, rng.permutation(on), expected))
            for _ in range(shuffles)
        ]
    )
    return _apart(told, places, on, expected, scores, strongest, first, most)


class _Told:
    """The cylinders that are looked at: rings × places × (lengths × ends)."""

    def __init__(
        self, zones: Sequence[csr_array], count: int, span: int, longest: int, *, present: bool, total: int
    ) -> None:
        self.zones, self.count, self.span, self.total = zones, count, span, total
        ends = [span] if present else range(1, span + 1)
        windows = [(end - length, end) for end in ends for length in range(1, longest + 1) if length <= end]
        self.begins = np.array([begin for begin, _ in windows])
        self.ends = np.array([end for _, end in windows])

    def windows(self, places: Ints, on: Ints) -> Floats:
        """Give the cases of each place in each window: (places × windows)."""
        flat = np.bincount(places * self.span + on, minlength=self.count * self.span)
        sums = np.zeros((self.count, self.span + 1))
        np.cumsum(flat.reshape(self.count, self.span), axis=1, out=sums[:, 1:])
        return np.asarray(sums[:, self.ends] - sums[:, self.begins])

    def expected(self, held: Sequence[Floats], by_day: Floats) -> list[Floats]:
        """Give what each cylinder would hold if place and time had nothing to do with each other."""
        sums = np.concatenate([[0.0], np.cumsum(by_day)])
        stretch = (sums[self.ends] - sums[self.begins]) / self.total
        return [np.outer(one, stretch) for one in held]

    def scores(self, places: Ints, on: Ints, expected: Sequence[Floats]) -> list[Floats]:
        """Give the log of the likelihood ratio of each cylinder, 0 where it holds no more than expected."""
        cases = self.windows(places, on)
        return [
            strength(zone @ cases, mean, self.total) for zone, mean in zip(self.zones, expected, strict=True)
        ]


def strength(cases: Floats, expected: Floats, total: int) -> Floats:
    """Give Kulldorff's log likelihood ratio; 0 where too few, not more than expected, or more than half."""
    found = np.zeros_like(cases)
    looked = (cases > expected) & (cases >= _LEAST_CASES) & (expected > 0) & (cases <= _LARGEST * total)
    c, mean = cases[looked], expected[looked]
    found[looked] = c * np.log(c / mean) + (total - c) * np.log((total - c) / (total - mean))
    return found


def _apart(
    told: _Told,
    places: Ints,
    on: Ints,
    expected: Sequence[Floats],
    scores: list[Floats],
    strongest: Floats,
    first: int,
    most: int,
) -> list[Cluster]:
    cases = told.windows(places, on)
    found: list[Cluster] = []
    while len(found) < most:
        ring = max(range(len(scores)), key=lambda n: float(scores[n].max()))
        centre, window = np.unravel_index(int(np.argmax(scores[ring])), scores[ring].shape)
        best = float(scores[ring][centre, window])
        if best <= 0:
            break
        inside = told.zones[ring][[int(centre)], :].indices
        found.append(
            Cluster(
                centre=int(centre),
                rings=ring,
                places=tuple(sorted(inside.tolist())),
                begin=first + int(told.begins[window]),
                end=first + int(told.ends[window]) - 1,
                cases=int(cases[inside, window].sum()),
                expected=float(expected[ring][centre, window]),
                strength=best,
                p=float((1 + (strongest >= best).sum()) / (len(strongest) + 1)),
            )
        )
        taken = np.zeros(told.count)
        taken[inside] = 1
        for zone, score in zip(told.zones, scores, strict=True):
            score[(zone @ taken) > 0] = 0
    return found
