# SPDX-License-Identifier: Apache-2.0
"""What a column store of readings can do. One contract test runs against every kind of store."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame
from tongguan.series.contracts import Appended, Chart, Mark, Rolled, Share


class Store(Protocol):
    """Keeps readings. One process owns it; all methods may be called from any thread of that process."""

    def append(self, frame: Frame, mark: Mark | None = None) -> Appended:
        """Keep the readings; on disk when this returns.

        Same stream and instant is one reading: what is known to the last bit is not kept again; another
        value for a known instant is kept as ``REPEATED``, the first stays. Raises NoRoom, Behind.
        """

    @property
    def folder(self) -> Path:
        """Give where it lies."""

    def latest(self, streams: NDArray[np.int64] | None = None) -> Frame:
        """Give each stream's newest reading by its own time (``AHEAD``, ``REPEATED`` aside), by stream."""

    def window(self, streams: NDArray[np.int64], begin: int, end: int) -> Frame:
        """Give all readings with ``begin <= at < end`` (ms), by stream and time, repeats last."""

    def share(self, streams: NDArray[np.int64], begin: int, end: int) -> Share:
        """Give the unsealed part of a window and the sealed files that hold the rest."""

    def aggregate(self, streams: NDArray[np.int64], begin: int, end: int, step: int) -> Rolled:
        """Sum up by spans of ``step`` ms, a whole number of minutes; spans begin at whole steps (local)."""

    def chart(self, stream: int, begin: int, end: int, pixels: int) -> Chart:
        """Give a stream's course in at most ``pixels`` columns; spans of roll-ups at its edges are whole."""

    def after(self, number: int, limit: int) -> Iterator[tuple[int, Frame]]:
        """Give what was kept after ``number``, append by append, about ``limit`` readings, unsealed ones."""

    def marks(self) -> Mapping[str, int]:
        """Give how far each source has been read, as committed."""

    def number(self) -> int:
        """Give the number of the last append that kept something, 0 before the first."""

    def oldest(self) -> int:
        """Give the time (ms) before which single readings are gone: those cannot be told from repeats."""

    def settle(self) -> None:
        """Bring everything into columns and roll-ups now."""

    def seal(self, now: int) -> int:
        """Seal days that are long enough past (``now``: ms), late readings included; give rows sealed."""

    def compact(self) -> None:
        """Merge partial roll-ups; files of sealed days that were replaced go."""

    def retain(self, now: int) -> None:
        """Let go what the plan does not keep any longer."""

    def backup(self, folder: Path) -> None:
        """Copy to a new folder while running; the copy carries its own checksums. Raises StoreError."""

    def close(self) -> None:
        """Bring everything into columns and let go of the folder."""
