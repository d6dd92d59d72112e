# SPDX-License-Identifier: Apache-2.0
"""Leaks placed in drawn years of L-TOWN: other schedules and other towns than the published year.

``python -m bench.leaks --data DIR --seeds 4 5 6`` prints one JSON line for each seed, as
``bench.quality battledim`` does for 2018; settings were chosen on seeds 4, 5, 6 and on 2018.
"""

import argparse
import json
import tempfile
from pathlib import Path

from bench.quality._ltown import drawn, schedule
from bench.quality.battledim import score, told


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m bench.leaks", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with L-TOWN.inp and sensors.csv")
    parser.add_argument("--seeds", type=int, nargs="+", default=[4, 5, 6])
    parser.add_argument("--published", action="store_true", help="the folder's own schedule, in these towns")
    asked = parser.parse_args()
    for seed in asked.seeds:
        leaks = schedule(asked.data) if asked.published else drawn(asked.data, seed)
        with tempfile.TemporaryDirectory() as work:
            found, operator = told(asked.data, leaks, seed, Path(work))
            print(json.dumps({"seed": seed, **score(leaks, found, operator)}), flush=True)


if __name__ == "__main__":
    main()
