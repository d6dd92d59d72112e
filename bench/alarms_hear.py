# SPDX-License-Identifier: Apache-2.0
"""How fast verdicts become alarms: raised, told again, regraded, cleared; one JSON line per figure.

``--matters 2000`` far from each other, each batch in one call of ``alarms.api.hear`` on a new SQLite file.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STEPS = (("raised", 2, 0), ("repeated", 2, 0), ("regraded", 4, 3), ("cleared", 0, 6))


def measure(many: int) -> None:
    """Migrate, hear the batches and print."""
    import django

    django.setup()
    from django.core.management import call_command

    from tongguan.alarms import api
    from tongguan.alarms.testing import says

    call_command("migrate", verbosity=0)
    for name, grade, minute in STEPS:
        batch = [
            says(grade, minute, f"B-{n}", lon=100 + n % 2000 / 100, lat=30 + n // 2000 / 50)
            for n in range(many)
        ]
        wall, cpu = time.perf_counter(), time.process_time()
        api.hear(batch)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        figure = {"what": f"verdicts {name}", "rows": many, "per_s": round(many / wall)}
        print(json.dumps(figure | {"cpu_us": round(cpu / many * 1e6), "load": os.getloadavg()[0]}))


def main() -> None:
    """Measure in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matters", type=int, default=2_000)
    chosen = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"TONGGUAN_HOME": home, "DJANGO_SETTINGS_MODULE": "tongguan.config.settings"}
        measure(chosen.matters)


if __name__ == "__main__":
    main()
