# SPDX-License-Identifier: Apache-2.0
"""Readings that cannot be kept as such: on disk with their reason, to be looked at and taken in later."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame
from tongguan.sensing.contracts import AsideRow, Reason
from tongguan.series.api import Journal, Record
from tongguan.series.contracts import Mark

#: Frames kept; of older ones only the sums stay. Our own default, as are the other figures.
_MOST_ROWS: Final = 5_000_000
#: Streams told apart; what comes of further ones is summed up under number -1.
_MOST_STREAMS: Final = 100_000
_OTHERS: Final = -1


class Aside:
    """A journal of what was kept aside, and its sums by reason and stream."""

    def __init__(self, folder: Path) -> None:
        """Open the folder and read what is there. Raises series' Damaged."""
        self._journal = Journal(folder)
        self._rows: dict[tuple[str, int], AsideRow] = {}
        self._sizes: list[tuple[int, int]] = []
        self._number = 0
        for record in self._journal.records(0, mend=True):
            self._admit(record)

    @property
    def count(self) -> int:
        """Give how many readings were kept aside."""
        return sum(row.count for row in self._rows.values())

    def keep(self, frame: Frame, reason: Reason, heard: int) -> None:
        """Keep a frame; on disk when this returns. Raises series' NoRoom."""
        record = Record(self._number + 1, frame, Mark(reason.value, heard))
        self._journal.write(record.number, frame, record.mark)
        self._admit(record)
        kept = sum(rows for _, rows in self._sizes)
        while kept > _MOST_ROWS and len(self._sizes) > 1:
            number, rows = self._sizes.pop(0)
            kept -= rows
            self._journal.forget(number)

    def rows(self, limit: int | None = None) -> list[AsideRow]:
        """Give the sums, the last heard first; all of them without a limit."""
        return sorted(self._rows.values(), key=lambda row: -row.last_heard)[:limit]

    def readings(self, streams: NDArray[np.int64]) -> Iterator[tuple[str, Frame]]:
        """Give (reason, readings) of these streams as they were kept aside."""
        for record in self._journal.records(0):
            which = np.isin(record.frame.stream, streams)
            if which.any() and record.mark:
                yield record.mark.source, record.frame.taken(which)

    def close(self) -> None:
        """Let go of the files."""
        self._journal.close()

    def _admit(self, record: Record) -> None:
        self._number = record.number
        self._sizes.append((record.number, len(record.frame)))
        if record.mark is None or not len(record.frame):
            return
        reason, heard = record.mark.source, record.mark.offset
        numbers, last = np.unique(record.frame.stream[::-1], return_index=True)
        counts = np.unique(record.frame.stream, return_counts=True)[1]
        last = len(record.frame) - 1 - last
        for number, place, count in zip(numbers.tolist(), last.tolist(), counts.tolist(), strict=True):
            known = (reason, number) in self._rows or len(self._rows) < _MOST_STREAMS
            key = (reason, number if known else _OTHERS)
            old = self._rows.get(key)
            self._rows[key] = AsideRow(
                reason,
                key[1],
                count + (old.count if old else 0),
                old.first_heard if old else heard,
                heard,
                int(record.frame.at[place]),
                float(record.frame.value[place]),
            )
