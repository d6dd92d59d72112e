# SPDX-License-Identifier: Apache-2.0
"""From stream numbers to places in arrays, fast for the small whole numbers that registers give."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

#: Numbers below are looked up in one array (8 bytes each), those above by bisection.
_DENSE: Final = 4_000_000


class Slots:
    """Gives every stream number met a place 0, 1, 2 …; places never change."""

    def __init__(self) -> None:
        """Begin with none."""
        self._dense = np.full(1024, -1, np.int64)
        self._keys = np.empty(0, np.int64)
        self._places = np.empty(0, np.int64)
        self._streams = np.empty(1024, np.int64)
        self.count = 0

    @property
    def streams(self) -> NDArray[np.int64]:
        """Give the stream number of every place."""
        return self._streams[: self.count]

    def find(self, streams: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the places, -1 where the stream has none."""
        if len(streams) == 0:
            return np.empty(0, np.int64)
        if streams.min() >= 0 and streams.max() < len(self._dense):
            return self._dense[streams]
        places = np.full(len(streams), -1, np.int64)
        small = (streams >= 0) & (streams < len(self._dense))
        places[small] = self._dense[streams[small]]
        if len(self._keys):
            big = np.flatnonzero(~small)
            near = np.minimum(np.searchsorted(self._keys, streams[big]), len(self._keys) - 1)
            hit = self._keys[near] == streams[big]
            places[big[hit]] = self._places[near[hit]]
        return places

    def of(self, streams: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the places; streams not met before get one."""
        places = self.find(streams)
        if len(places) and places.min() < 0:
            self._add(np.unique(streams[places < 0]))
            places = self.find(streams)
        return places

    def _add(self, new: NDArray[np.int64]) -> None:
        begin, self.count = self.count, self.count + len(new)
        if self.count > len(self._streams):
            self._streams = np.resize(self._streams, max(self.count, 2 * len(self._streams)))
        self._streams[begin : self.count] = new
        places = np.arange(begin, self.count)
        small = (new >= 0) & (new < _DENSE)
        if small.any():
            top = int(new[small].max())
            if top >= len(self._dense):
                grown = np.full(min(max(top + 1, 2 * len(self._dense)), _DENSE), -1, np.int64)
                grown[: len(self._dense)] = self._dense
                self._dense = grown
            self._dense[new[small]] = places[small]
        if not small.all():
            keys = np.concatenate([self._keys, new[~small]])
            order = np.argsort(keys)
            self._keys, self._places = keys[order], np.concatenate([self._places, places[~small]])[order]


def grown(column: NDArray[np.generic], count: int, empty: float) -> NDArray[np.generic]:
    """Give the column with room for ``count`` places, the new ones filled with ``empty``."""
    if count <= len(column):
        return column
    more = np.full(max(count, 2 * len(column), 1024), empty, column.dtype)
    more[: len(column)] = column
    return more
