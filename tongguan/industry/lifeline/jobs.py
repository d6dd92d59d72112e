# SPDX-License-Identifier: Apache-2.0
"""What the engine runs for lifelines: in demo cities, and only there, the simulated sensors read on."""

import logging
from collections.abc import Sequence
from typing import Final

import numpy as np

from tongguan.alarms import spi as alarms
from tongguan.alarms.contracts import Where
from tongguan.industry.lifeline import demonstration, queries
from tongguan.industry.lifeline.seed import NETWORK
from tongguan.kernel import clock
from tongguan.kernel.errors import Refusal
from tongguan.kernel.frames import Frame
from tongguan.runtime.spi import every
from tongguan.sensing import api as sensing
from tongguan.sensing import queries as readings
from tongguan.sensors import queries as sensors
from tongguan.simulation.faults import HOUR

log = logging.getLogger(__name__)
#: A demo city that was away begins again with so much of the past.
BACK: Final = 6 * HOUR
#: Readings taken at once.
_AT_ONCE: Final = 100_000


@every(10.0, "lifeline.demo")
def read_on(back: int = BACK) -> int:
    """Take the readings of the simulated city since the last ones; give how many. 0 where it is no demo.

    ``back``: how far (ms) the first readings go back.
    """
    if not queries.exists(NETWORK):
        return 0
    now = int(clock.now().timestamp() * 1000)
    city = demonstration.city_at(now)
    keys = [one.key for one in demonstration.shown(city, [(0.0, 0.0)])]
    known = sensors.datastreams_by_key(keys)
    numbers = np.array([known[key].id if key in known else -1 for key in keys], np.int64)
    try:
        newest = readings.latest(numbers[numbers >= 0])
        begin = max(int(newest.at.max(initial=0)) + 1, now - back)
        taken = 0
        for frame in city.frames(begin, now, demonstration.faults_around(now)):
            stream = numbers[frame.stream]
            real = Frame(stream, frame.at, frame.value, frame.quality).taken(stream >= 0)
            for start in range(0, len(real), _AT_ONCE):
                piece = np.arange(start, min(start + _AT_ONCE, len(real)))
                sensing.take(real.taken(piece))
            taken += len(real)
    except Refusal as refusal:  # the readings' owner is not up yet: the next turn catches up
        log.warning("demo readings wait: %s", refusal)
        return 0
    return taken


def along_networks(places: Sequence[Where], metres: float) -> list[tuple[int, int]]:
    """Give the pairs of places whose things lie within so many metres along a network; for storms."""
    things = [where.things[0] if where.things else "" for where in places]
    known = sorted({thing for thing in things if thing})
    if not known:
        return []
    away = queries.distances(known, metres)
    at = {thing: n for n, thing in enumerate(known)}
    pairs = ((a, b) for b in range(len(things)) for a in range(b) if things[a] and things[b])
    return [(a, b) for a, b in pairs if away[at[things[a]], at[things[b]]] <= metres]


alarms.networks.register("lifeline", along_networks)
