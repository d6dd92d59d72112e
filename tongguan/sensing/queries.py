# SPDX-License-Identifier: Apache-2.0
"""Readings out, from any process; sealed days are read here, everything else is asked of the owner.

Streams are numbers of the register: who may see which is decided where they are looked up
(``sensors.queries``, by division). All raise Unavailable when no owner answers.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame
from tongguan.sensing import owning, parts
from tongguan.sensing.contracts import AsideRow, Condition, FloodRow
from tongguan.sensing.verbs import VERBS, frame_of
from tongguan.series.api import joined
from tongguan.series.contracts import HOUR_MS, Chart, Rolled, Share


def latest(streams: Sequence[int] | NDArray[np.int64]) -> Frame:
    """Give the newest reading of each stream by its own time, by number; streams without one are left out."""
    found = _asked("latest", _numbers(streams))
    return found if isinstance(found, Frame) else frame_of(found)


def window(streams: Sequence[int] | NDArray[np.int64], begin: int, end: int) -> Frame:
    """Give all readings with ``begin <= at < end`` (ms), by stream and time; first ones before repeats."""
    wanted = _numbers(streams)
    found = _asked("share", wanted, begin, end)
    if not isinstance(found, Share):
        found = Share(frame_of(found["hot"]), tuple(found["sealed"]))
    return joined(found, wanted, begin, end)


def aggregate(
    streams: Sequence[int] | NDArray[np.int64], begin: int, end: int, step: int = HOUR_MS
) -> Rolled:
    """Sum up by spans of ``step`` ms, a whole number of minutes. Raises Invalid for another step."""
    found = _asked("aggregate", _numbers(streams), begin, end, step)
    return found if isinstance(found, Rolled) else Rolled(**found)


def chart(stream: int, begin: int, end: int, pixels: int) -> Chart:
    """Give a stream's course in at most ``pixels`` columns that lose neither a peak nor a trough."""
    found = _asked("chart", int(stream), begin, end, pixels)
    return found if isinstance(found, Chart) else Chart(**found)


def after(number: int, limit: int = 100_000) -> list[tuple[int, Frame]]:
    """Give what was kept after a number, append by append, in the order kept; sealed days are left out.

    Where workers share the readings each part has its own numbers: raises Unavailable.
    """
    found = _asked("after", number, limit)
    return [(int(n), frame if isinstance(frame, Frame) else frame_of(frame)) for n, frame in found]


def aside(limit: int = 100) -> list[AsideRow]:
    """Give what was kept aside by reason and stream, the last heard first."""
    return msgspec.convert(_asked("aside", limit), list[AsideRow])


def floods(limit: int = 100) -> list[FloodRow]:
    """Give the streams that sent more than their rate since the owner began, the worst first."""
    return msgspec.convert(_asked("floods", limit), list[FloodRow])


def condition() -> Condition:
    """Tell how the owner is."""
    return msgspec.convert(_asked("condition"), Condition)


def is_here() -> bool:
    """Tell whether this process owns readings, so that listeners run here."""
    return owning.here() is not None


def _numbers(streams: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(streams, np.int64)


def _asked(verb: str, *given: Any) -> Any:
    owner = owning.here()
    if owner is not None:
        return VERBS[verb](owner, *given)
    return parts.ask(verb, *given) if settings.READINGS_PARTS else owning.ask(verb, *given)
