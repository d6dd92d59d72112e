# SPDX-License-Identifier: Apache-2.0
"""Plain Python, one reading at a time: what the vectorised detectors must say."""

import math
from collections import defaultdict
from dataclasses import dataclass, field

COLOURS = ("blue", "yellow", "orange", "red")


@dataclass
class Rung:
    """One grade of one subject."""

    on: bool = False
    up: int | None = None
    down: int | None = None


@dataclass
class Ladder:
    """Grades by measurement, one subject's switches at a time."""

    settings: dict
    sign: float = 1.0
    rungs: dict = field(default_factory=lambda: defaultdict(lambda: [Rung() for _ in range(4)]))
    last: dict = field(default_factory=dict)
    said: list = field(default_factory=list)

    def hear(self, slot: int, at: int, measured: float) -> None:
        """Take one measurement."""
        if math.isnan(measured) or at <= self.last.get(slot, -1):
            return
        gap = self.settings.get("gap", 0) * 1000
        broken = gap and slot in self.last and at - self.last[slot] > gap
        self.last[slot] = at
        before = self.grade(slot)
        x = self.sign * measured
        for colour, rung in zip(COLOURS, self.rungs[slot], strict=True):
            limit = self.settings.get(colour)
            if limit is None:
                continue
            edge = self.sign * limit
            if broken:
                rung.up = rung.down = None
            if x >= edge:
                rung.up = at if rung.up is None else rung.up
                if at - rung.up >= self.settings.get(f"{colour}_after", 0) * 1000:
                    rung.on = True
            else:
                rung.up = None
            if x < edge - self.settings.get("band", 0):
                rung.down = at if rung.down is None else rung.down
                if at - rung.down >= self.settings.get(f"{colour}_clear", 0) * 1000:
                    rung.on = False
            else:
                rung.down = None
        after = self.grade(slot)
        if after != before:
            self.said.append((slot, at, after, before, measured))

    def grade(self, slot: int) -> int:
        """Give the worst switch that is on."""
        return max((n + 1 for n, rung in enumerate(self.rungs[slot]) if rung.on), default=0)


def sorted_said(said: list) -> list:
    """Put changes by slot, then time."""
    return sorted(said)
