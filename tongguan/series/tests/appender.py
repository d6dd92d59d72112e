# SPDX-License-Identifier: Apache-2.0
"""A program that appends until it is killed; says each number once it is acknowledged, keeps house beside."""

import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from tongguan.kernel.frames import Frame
from tongguan.series import api
from tongguan.series.contracts import DAY_MS, HOUR_MS, MINUTE_MS, Mark
from tongguan.series.testing import SMALL, numbers, recomputed, rows, spans

BEGIN = 1_772_380_800_000
STREAMS = 12
#: Applies, rolls up and begins new files all the time, so that kills fall into every step.
HASTY = replace(SMALL, apply_rows=200, apply_seconds=0.02, roll_seconds=0.05, seal_after=1)


def frame(number: int) -> Frame:
    """Give the frame of a number: always the same, some readings late by hours."""
    draw = random.Random(number)
    taken = [(n % STREAMS + 1, n) for n in range(number * 30, number * 30 + 30)]
    at = [BEGIN + n * 20_000 - draw.choice([0, 0, 0, 5 * HOUR_MS]) + n % 97 for _, n in taken]
    return Frame.of([s for s, _ in taken], at, [draw.randrange(-400, 400) / 8 for _ in taken])


def until_killed(folder: Path, rounds: int, draw: random.Random) -> Iterator[int]:
    """Start, kill and start again so often; give the last number acknowledged each time."""
    for _ in range(rounds):
        with subprocess.Popen([sys.executable, "-m", __name__, str(folder)], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            said = [int(child.stdout.readline())]
            killer = threading.Timer(draw.uniform(0.05, 0.8), child.kill)
            killer.start()
            said += [int(line) for line in child.stdout.read().split(b"\n") if line.strip()]
            killer.join()
        yield said[-1]


def proved(folder: Path, acknowledged: int) -> int:
    """Open the store, check it against what must be in it, give the number of readings."""
    store = api.open_store(folder, HASTY)
    try:
        reached = store.marks()["appender"]
        assert acknowledged <= reached <= acknowledged + 1, "an acknowledged frame is missing"
        expected = sorted(row for n in range(reached + 1) for row in rows(frame(n)))
        streams, end = numbers(*range(1, STREAMS + 1)), BEGIN + 1000 * DAY_MS
        assert rows(store.window(streams, 0, end)) == expected, "readings are lost or doubled"
        for step in (MINUTE_MS, HOUR_MS, DAY_MS):
            sums = spans(store.aggregate(streams, 0, end, step))
            assert sums == recomputed(expected, step, HASTY.zone_ms), f"sums of {step} ms are wrong"
        newest = {row[0]: row for row in sorted(expected, key=lambda row: row[1])}
        assert rows(store.latest()) == [newest[stream] for stream in sorted(newest)]
        api.verify(folder)
        return len(expected)
    finally:
        store.close()


def main() -> None:
    """Append frame after frame from where the store is."""
    store = api.open_store(Path(sys.argv[1]), HASTY)
    number = store.marks().get("appender", -1)

    def keep_house() -> None:
        while True:
            store.seal(BEGIN + number * 600_000)
            store.compact()

    threading.Thread(target=keep_house, daemon=True).start()
    while True:
        number += 1
        store.append(frame(number), Mark("appender", number))
        print(number, flush=True)  # noqa: T201 - the acknowledgement


if __name__ == "__main__":
    main()
