# SPDX-License-Identifier: Apache-2.0
"""People and cars counted in the demo city: a few counters and detectors, made up and forecast."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from tongguan.demo.spots import spots
from tongguan.demo.staff import Staff
from tongguan.foresight import api as foresight
from tongguan.kernel import clock
from tongguan.kernel.frames import Frame
from tongguan.people.contracts import PLATFORM, Post
from tongguan.places.seed import CITY
from tongguan.sensing import api as sensing
from tongguan.sensing import queries as readings
from tongguan.sensors import api as sensors
from tongguan.sensors import queries as register
from tongguan.sensors.contracts import Declaration
from tongguan.simulation import streets

SEED: Final = 2026
MARK: Final = "演示·"
#: So much of the past is there when the city begins (ms): enough for a forecast and a week of its record.
BACK: Final = 42 * 86_400_000
SOURCE: Final = "演示"


@dataclass(frozen=True, slots=True)
class Counted:
    """A counter or detector: its thing's code, name and kind, and what it measures in which course."""

    code: str
    name: str
    kind: str
    measures: tuple[tuple[str, streets.Course], ...]


PLACES: Final = (
    Counted("YS-KL-1", "人民广场", "广场", (("crowd.present", streets.SQUARE),)),
    Counted("YS-KL-2", "滨江步道", "广场", (("crowd.present", streets.SQUARE),)),
    Counted("YS-KL-3", "中心站 2 号口", "地铁出入口", (("crowd.flow", streets.EXIT),)),
    Counted("YS-KL-4", "科技园站 1 号口", "地铁出入口", (("crowd.flow", streets.EXIT),)),
    *(
        Counted(f"YS-JT-{n}", f"{{road}}{n} 号断面", "道路断面",
                (("traffic.speed", streets.SPEED), ("traffic.flow", streets.ROAD)))
        for n in range(1, 5)
    ),
)  # fmt: skip


def seed_counted(rng: np.random.Generator, staff: Staff) -> int:
    """Register the counters and detectors, and have them forecast; give how many streams those are.

    Their readings come when the engine runs.
    """
    rows: list[Declaration] = []
    for place, (lon, lat, _, road) in zip(PLACES, spots(rng, len(PLACES)), strict=True):
        for observed, _ in place.measures:
            values = {
                "thing": place.code, "thing_name": MARK + place.name.format(road=road), "kind": place.kind,
                "lon": f"{lon:.6f}", "lat": f"{lat:.6f}", "observed": observed,
            }  # fmt: skip
            rows.append(Declaration(len(rows) + 1, values))
    sensors.declare(PLATFORM, rows, source=SOURCE)
    chief = staff.at_centre(Post.DUTY_CHIEF, CITY)
    for observed in dict.fromkeys(row.values["observed"] for row in rows):
        foresight.choose(chief, observed=observed, division=CITY)
    return len(rows)


def streams() -> Iterator[tuple[str, str, streets.Course]]:
    """Give each stream's thing, observed property and course, in the order of their numbers as places."""
    for place in PLACES:
        for observed, course in place.measures:
            yield place.code, observed, course


def count_on(back: int = BACK) -> int:
    """Take the readings since the last ones; give how many. 0 where it is no demo city.

    ``back``: how far (ms) the first ones go back. Raises Unavailable when the owner of readings is away.
    """
    told = list(streams())
    known = register.datastreams_by_key([(thing, observed) for thing, observed, _ in told])
    there = [(n, known[key].id) for n, key in enumerate((t, o) for t, o, _ in told) if key in known]
    if not there:
        return 0
    now = int(clock.now().timestamp() * 1000)
    newest = readings.latest([stream for _, stream in there])
    begin = max(int(newest.at.max(initial=0)) + 1, now - back)
    at = np.arange(-(-begin // streets.STEP) * streets.STEP, now, streets.STEP, dtype=np.int64)
    if not len(at):
        return 0
    frames = []
    for n, stream in there:
        value = np.round(streets.values(told[n][2], n, SEED, at), 1)
        frames.append(Frame(np.full(len(at), stream, np.int64), at, value, np.zeros(len(at), np.uint16)))
    sensing.take(Frame.joined(frames))
    return len(at) * len(there)
