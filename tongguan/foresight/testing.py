# SPDX-License-Identifier: Apache-2.0
"""Squares with people counters for tests: weeks of made-up hours, up to a Tuesday afternoon."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from tongguan.foresight import keeping
from tongguan.kernel import clock
from tongguan.kernel.frames import Frame
from tongguan.sensing import api as sensing
from tongguan.sensing.testing import owned
from tongguan.sensors import queries as sensors
from tongguan.sensors.testing import declare, told
from tongguan.series.contracts import DAY_MS, HOUR_MS
from tongguan.simulation import streets

PRESENT: Final = "crowd.present"
#: Ten past three in the afternoon, local time.
NOW: Final = datetime(2026, 9, 1, 7, 10, tzinfo=UTC)
HOUR: Final = int(NOW.timestamp() * 1000) // HOUR_MS * HOUR_MS
#: Squares by code, the third in another district.
SQUARES: Final = {"G-1": 121.005, "G-2": 121.005, "G-3": 121.025}


def last_hour() -> int:
    """Give the end of the last whole hour by the clock, ms."""
    return keeping.hour_at(clock.now())


def squares() -> dict[str, int]:
    """Declare the squares and give their streams by code."""
    rows = [
        told(n, thing=code, thing_name=f"{code}广场", kind="广场", lon=lon, observed=PRESENT, division="")
        for n, (code, lon) in enumerate(SQUARES.items(), 1)
    ]
    declare(*rows)
    found = sensors.datastreams_by_key([(code, PRESENT) for code in SQUARES])
    return {str(key[0]): stream.id for key, stream in found.items()}


def truth(stream: int, hours: int, end: int = HOUR) -> tuple[np.ndarray, np.ndarray]:
    """Give begins (ms) and values of a square's hours up to ``end``."""
    at = end + HOUR_MS * np.arange(-hours, 0, dtype=np.int64)
    return at, streets.values(streets.SQUARE, stream, 7, at)


def count(stream: int, hours: int, end: int = HOUR) -> None:
    """Take a square's readings of so many hours, one in the middle of each."""
    at, value = truth(stream, hours, end)
    sensing.take(Frame.of([stream] * hours, (at + HOUR_MS // 2).tolist(), value.tolist()))


@contextmanager
def counted(folder: Path | None = None, days: int = 42, end: int = HOUR) -> Iterator[dict[str, int]]:
    """Own readings of the squares over so many days up to ``end``; what was learned before is forgotten."""
    keeping.forget()
    with owned(folder):
        found = squares()
        for stream in found.values():
            count(stream, days * DAY_MS // HOUR_MS, end)
        yield found
