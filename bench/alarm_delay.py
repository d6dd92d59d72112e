# SPDX-License-Identifier: Apache-2.0
"""From a reading to its alarm while readings pour in: owner, rules and alarms in one process, as the engine.

``--rate 200000`` readings a second over ``--streams 20000``, four rules on each, for ``--seconds 30``; in
every fifth frame one manhole leaps over its limit. A second connection watches the alarms' table. Measured
from the moment the frame is handed in until others can read the row. Prints one JSON line. Goal: 95 % of the
alarms within 1 s.
"""

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

FRAMES_A_SECOND, EVERY, LIMIT_MS = 20, 5, 1_000
LOOK_S, PATIENCE_S = 0.02, 30.0


def rules() -> None:
    """Bring four rules over every manhole in force: limit, rate, flat line, silence."""
    from tongguan.watch.testing import in_force, methane, own

    in_force(methane(settings={"orange": own(20.0), "red": own(50.0), "band": own(2.0)}))
    for code, detector, settings in (
        ("gas.rising", "rate", {"window": own(300.0), "yellow": own(1e9)}),
        ("gas.flat", "flat_line", {"blue": own(86_400.0)}),
        ("gas.silent", "no_data", {"blue": own(86_400.0)}),
    ):
        in_force(methane(code=code, zh=code, detector=detector, settings=settings))


class Watcher(threading.Thread):
    """Looks for new alarms through a connection of its own."""

    def __init__(self) -> None:
        """See none yet."""
        super().__init__(daemon=True)
        self.seen: dict[str, float] = {}
        self.ended = threading.Event()

    def run(self) -> None:
        """Note when each alarm can first be read."""
        from django.db import connection

        from tongguan.alarms.models import Alarm

        while not self.ended.wait(LOOK_S):
            rows = Alarm.objects.filter(rule="gas.methane").values_list("about", flat=True)
            now = time.perf_counter()
            for matter in rows:
                self.seen.setdefault(matter, now)
        connection.close()


def poured(streams: np.ndarray, rate: int, seconds: int) -> tuple[dict[str, float], int, float]:
    """Hand in paced frames; give when each leap was handed in, the readings, and the seconds it took."""
    from tongguan.kernel.frames import Frame
    from tongguan.sensing import api

    size = rate // FRAMES_A_SECOND
    leaps: dict[str, float] = {}
    waiting = []
    begun = time.perf_counter()
    for n in range(seconds * FRAMES_A_SECOND):
        time.sleep(max(0.0, begun + n / FRAMES_A_SECOND - time.perf_counter()))
        mine = streams[(np.arange(size) + n * size) % streams.size]
        values = 5.0 + (np.arange(size) + n) % 7
        if n % EVERY == 0:
            values[n % size] = 60.0
            leaps[f"stream:{mine[n % size]}"] = time.perf_counter()
        at = np.full(size, int(datetime.now(UTC).timestamp() * 1000))
        waiting.append(api.send(Frame(mine, at, values, np.zeros(size, np.uint16))))
    for one in waiting:
        one.result()
    return leaps, size * len(waiting), time.perf_counter() - begun


def measure(rate: int, many: int, seconds: int) -> dict[str, Any]:
    """Give the figures."""
    from django.core.management import call_command

    from tongguan.places.testing import square_city
    from tongguan.sensing import owning
    from tongguan.watch.testing import wells

    call_command("migrate", verbosity=0)
    square_city()
    streams = np.array(wells(many))
    rules()
    owner = owning.opened(owning.folder())
    owning.enter(owner)
    watcher = Watcher()
    watcher.start()
    leaps, readings, took = poured(streams, rate, seconds)
    until = time.perf_counter() + PATIENCE_S
    while leaps.keys() - watcher.seen.keys() and time.perf_counter() < until:
        time.sleep(LOOK_S)
    watcher.ended.set()
    watcher.join()
    owner.close()
    delays = [(watcher.seen[matter] - at) * 1000 for matter, at in leaps.items() if matter in watcher.seen]
    p50, p95 = np.percentile(delays, [50, 95])
    return {
        "bench": "alarm_delay", "readings_per_s": round(readings / took), "streams": many, "rules": 4,
        "alarms": len(delays), "missed": len(leaps) - len(delays), "p50_ms": round(p50), "p95_ms": round(p95),
        "limit_ms": LIMIT_MS, "ratio": round(p95 / LIMIT_MS, 2), "load": os.getloadavg()[0],
    }  # fmt: skip


def main() -> None:
    """Measure in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=200_000)
    parser.add_argument("--streams", type=int, default=20_000)
    parser.add_argument("--seconds", type=int, default=30)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"TONGGUAN_HOME": home, "DJANGO_SETTINGS_MODULE": "tongguan.config.settings"}
        import django

        django.setup()
        print(json.dumps(measure(chosen.rate, chosen.streams, chosen.seconds)))


if __name__ == "__main__":
    main()
