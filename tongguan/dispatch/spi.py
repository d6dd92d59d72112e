# SPDX-License-Identifier: Apache-2.0
"""What upper floors supply to dispatch."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tongguan.kernel.registry import Registry


@dataclass(frozen=True, slots=True)
class Position:
    """Where a person was last seen: WGS-84 degrees and when."""

    lon: float
    lat: float
    at: datetime


#: Gives the last known positions of people by user id (the field door supplies them); unknown ones are
#: left out.
Positions = Callable[[Iterable[int]], Mapping[int, Position]]
positions: Final[Registry[Positions]] = Registry("source of positions")
