# SPDX-License-Identifier: Apache-2.0
"""Pure: a token bucket per datastream, many at once; who tells too much is cut, nobody else notices."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_FIRST: Final = 1_024


class Buckets:
    """Full buckets of ``burst`` readings that refill by ``rate`` a second, one per datastream."""

    def __init__(self, rate: float, burst: int) -> None:
        """Begin with no datastream known. Raises ValueError for what is not above zero."""
        if not (rate > 0 and burst > 0):
            raise ValueError("rate and burst must be above zero")
        self._rate, self._burst = rate, float(burst)
        self._place: dict[int, int] = {}
        self._left = np.empty(_FIRST)
        self._since = np.empty(_FIRST)

    def taken(self, streams: NDArray[np.int64], now: float) -> NDArray[np.bool_]:
        """Tell which readings of a frame the buckets hold, earlier ones first; ``now`` in seconds.

        A clock that goes back refills nothing.
        """
        which, inverse, counts = np.unique(streams, return_inverse=True, return_counts=True)
        at = self._places(which, now)
        passed = np.maximum(now - self._since[at], 0.0)
        left = np.minimum(self._left[at] + passed * self._rate, self._burst)
        granted = np.minimum(counts, np.floor(left))
        self._left[at] = left - granted
        self._since[at] = now
        if bool((granted == counts).all()):
            return np.ones(len(streams), np.bool_)
        order = np.argsort(inverse, kind="stable")
        rank = np.empty(len(streams), np.int64)
        begins = np.cumsum(counts) - counts
        rank[order] = np.arange(len(streams)) - np.repeat(begins, counts)
        return np.asarray(rank < granted[inverse], np.bool_)

    def _places(self, streams: NDArray[np.int64], now: float) -> NDArray[np.int64]:
        known = self._place
        new = [stream for stream in streams.tolist() if stream not in known]
        if new:
            begin = len(known)
            while begin + len(new) > len(self._left):
                self._left = np.concatenate([self._left, np.empty_like(self._left)])
                self._since = np.concatenate([self._since, np.empty_like(self._since)])
            known.update(zip(new, range(begin, begin + len(new)), strict=True))
            self._left[begin : begin + len(new)] = self._burst
            self._since[begin : begin + len(new)] = now
        return np.fromiter((known[s] for s in streams.tolist()), np.int64, len(streams))
