# SPDX-License-Identifier: Apache-2.0
"""What all streams declare, as arrays in memory: loaded once, then only what changed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

import numpy as np

from tongguan.kernel import clock
from tongguan.kernel.copies import Copy
from tongguan.sensors.contracts import Declared
from tongguan.sensors.models import Datastream
from tongguan.sensors.stamp import NAME, stamp

_COLUMNS: Final = ("low", "high", "every", "rate", "tolerance", "still")
_CHUNK: Final = 20_000
#: A transaction stamps its rows when it begins and shows them when it ends; none is open longer than this.
_OPEN: Final = timedelta(minutes=10)

Numbers = np.ndarray[Any, np.dtype[np.int64]]


class _Keeper:
    """The arrays at the last look, and when that was."""

    def __init__(self) -> None:
        self.held: Declared | None = None
        self.at: datetime | None = None

    def load(self) -> Declared:
        """Give the arrays with what changed since the last look."""
        began, rows = clock.now(), Datastream.objects.order_by("id")
        if self.held is None or self.at is None:
            held = _arrays(rows.filter(active=True).values_list("id", *_COLUMNS).iterator(_CHUNK))
        else:
            changed = rows.filter(changed_at__gte=self.at - _OPEN).values_list("id", *_COLUMNS, "active")
            held = _merged(self.held, list(changed))
        self.held, self.at = held, began
        return held


def _arrays(rows: Iterator[tuple[Any, ...]]) -> Declared:
    blocks = []
    while chunk := list(islice(rows, _CHUNK)):
        blocks.append(np.array(chunk, np.float64).reshape(len(chunk), len(_COLUMNS) + 1))
    whole = np.concatenate(blocks) if blocks else np.empty((0, len(_COLUMNS) + 1))
    return Declared(whole[:, 0].astype(np.int64), *(whole[:, n].copy() for n in range(1, len(_COLUMNS) + 1)))


def _merged(held: Declared, changed: list[tuple[Any, ...]]) -> Declared:
    if not changed:
        return held
    numbers: Numbers = np.array([row[0] for row in changed], np.int64)
    stay = ~np.isin(held.number, numbers)
    fresh = _arrays(iter([row[:-1] for row in changed if row[-1]]))
    number = np.concatenate([held.number[stay], fresh.number])
    order = np.argsort(number, kind="stable")
    columns = (np.concatenate([getattr(held, name)[stay], getattr(fresh, name)])[order] for name in _COLUMNS)
    return Declared(number[order], *columns)


class _Copy(Copy[Declared]):
    """A copy that, dropped by a test, forgets its rows too."""

    def __init__(self) -> None:
        self._keeper = _Keeper()
        super().__init__(self._keeper.load, stamp, NAME)

    def drop(self) -> None:
        """Forget the copy and the arrays it grows from."""
        self._keeper.held = None
        super().drop()


_copy: Final = _Copy()


def declared() -> Declared:
    """Give what streams in use declare; from memory, at most a second old (see ``look_again``).

    A stream that was deleted may still be named: it has no readings to be judged.
    """
    return _copy.get()


def look_again() -> None:
    """Let the next ``declared`` be of this moment: somebody met a stream that it did not know."""
    _copy.check_next()
