# SPDX-License-Identifier: Apache-2.0
"""Readings: a store killed with kill -9 at random moments; what was acknowledged is proved each time.

Prints one JSON line per kill and one in the end. The program that is killed appends, seals and compacts at
once; after each kill the store is opened, every acknowledged reading must be there exactly once, roll-ups
must equal those recomputed reading by reading, sealed files their checksums. Any difference ends the script.
``--kills 20``, ``--seed 1``.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tongguan.series.tests import appender


def main() -> None:
    """Kill and prove."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    readings, began = 0, time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        for number, last in enumerate(
            appender.until_killed(store, asked.kills, random.Random(asked.seed)), 1
        ):
            readings = appender.proved(store, last)
            print(
                json.dumps({"kill": number, "acknowledged_frames": last + 1, "readings": readings}),
                flush=True,
            )
    seconds = round(time.perf_counter() - began, 1)
    line = {"figure": "readings_kill", "kills": asked.kills, "readings": readings, "lost": 0, "doubled": 0}
    print(json.dumps(line | {"seconds": seconds, "goal": "20 kills, none lost, none doubled"}))


if __name__ == "__main__":
    main()
