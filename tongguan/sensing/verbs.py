# SPDX-License-Identifier: Apache-2.0
"""What the owner can be asked for, by name, with plain arguments; results travel as they are."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame
from tongguan.sensing.owner import Owner
from tongguan.series.contracts import Chart, Mark, Rolled, Share


def frame_of(columns: Mapping[str, Any] | list[Any]) -> Frame:
    """Give the frame that travelled. Raises ValueError, KeyError, TypeError for what is none."""
    if isinstance(columns, Mapping):
        columns = [columns["stream"], columns["at"], columns["value"], columns["quality"]]
    stream, at, value, quality = columns
    return Frame(
        np.asarray(stream, np.int64),
        np.asarray(at, np.int64),
        np.asarray(value, np.float64),
        np.asarray(quality, np.uint16),
    )


def take(owner: Owner, frame: Any, mark: list[Any] | None) -> "Future[Any]":
    """Hand in a frame."""
    return owner.send(frame_of(frame), Mark(str(mark[0]), int(mark[1])) if mark else None)


def latest(owner: Owner, streams: NDArray[np.int64] | None) -> Frame:
    """Give the newest readings."""
    return owner.store.latest(streams)


def share(owner: Owner, streams: NDArray[np.int64], begin: int, end: int) -> Share:
    """Give the unsealed part of a window and the sealed files of the rest."""
    return owner.store.share(streams, begin, end)


def aggregate(owner: Owner, streams: NDArray[np.int64], begin: int, end: int, step: int) -> Rolled:
    """Give sums by spans."""
    return owner.store.aggregate(streams, begin, end, step)


def chart(owner: Owner, stream: int, begin: int, end: int, pixels: int) -> Chart:
    """Give a stream's course."""
    return owner.store.chart(stream, begin, end, pixels)


def after(owner: Owner, number: int, limit: int) -> list[tuple[int, Frame]]:
    """Give what was kept after a number."""
    return list(owner.store.after(number, limit))


def aside(owner: Owner, limit: int) -> list[Any]:
    """Give what was kept aside."""
    return owner.aside.rows(limit)


def floods(owner: Owner, limit: int) -> list[Any]:
    """Give the streams that flooded."""
    return owner.floods(limit)


def readmit(owner: Owner, streams: NDArray[np.int64]) -> Any:
    """Take in what was kept aside."""
    return owner.readmit(streams)


def condition(owner: Owner) -> Any:
    """Tell how the owner is."""
    return owner.condition()


def backup(owner: Owner, folder: str) -> None:
    """Copy the store to a new folder."""
    owner.store.backup(Path(folder))


def quiet(owner: Owner) -> None:
    """Wait until listeners have heard everything."""
    owner.quiet()


VERBS: Final[Mapping[str, Callable[..., Any]]] = {
    verb.__name__: verb
    for verb in (
        take,
        latest,
        share,
        aggregate,
        chart,
        after,
        aside,
        floods,
        readmit,
        condition,
        backup,
        quiet,
    )
}
