# SPDX-License-Identifier: Apache-2.0
"""Run the measurements on SQLite and, if one is given, PostgreSQL; print their figures as one table.

``python -m bench.run [--database postgresql://…] [--full] [name …]``. Without ``--full`` sizes are small;
with it they are those of the goals (1 M cases, 1 M due clocks, 2 M components). All figures also go to
``bench/results/latest.jsonl``. On PostgreSQL each script works beside the given database.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: Script -> (small sizes, full sizes).
SCRIPTS: dict[str, tuple[list[str], list[str]]] = {
    "address": ([], ["--houses", "200000"]),
    "polygon_lookup": ([], []),
    "responsibility": ([], []),
    "rules": ([], []),
    "classify": ([], []),
    "outbox": ([], []),
    "component_import": (["--rows", "50000"], ["--rows", "2000000"]),
    "due_claims": (["--rows", "20000"], ["--rows", "1000000"]),
    "shuffled": (["--deliveries", "800"], ["--deliveries", "10000"]),
    "http_create": (["--seconds", "5"], ["--seconds", "20"]),
    "triage": (
        ["--sizes", "10000", "--reports", "2000"],
        ["--sizes", "10000", "1000000", "--reports", "10000"],
    ),
    "dispatched": (["--seconds", "10"], ["--seconds", "30"]),
    "map_clusters": (["--cases", "50000"], []),
    "readings": (["--rows", "500000", "--sensors", "1000"], []),
    "indicators": (["--cases", "2000", "--rounds", "3"], ["--cases", "20000", "--rounds", "10"]),
    "evaluation": (["--cases", "200000"], []),
    "screens": (["--cases", "20000"], ["--cases", "100000"]),
    "mqtt": (["--messages", "20000"], ["--messages", "200000"]),
    "http_read": (["--sizes", "10000", "--seconds", "2"], ["--seconds", "4"]),
}
LONGEST_S = 3600


def figures(name: str, database: str, sizes: list[str]) -> list[dict[str, object]]:
    """Run one script; give the JSON lines it printed. A failure is a figure, too."""
    command = [sys.executable, str(HERE / f"{name}.py"), *sizes]
    if database:
        command += ["--database", database]
    done = subprocess.run(
        command, cwd=HERE.parent, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    found = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode:
        found.append({"figure": "failed", "value": done.returncode, "error": done.stderr[-400:]})
    return found


def main() -> None:
    """Run what is asked for and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=", ".join(SCRIPTS))
    parser.add_argument("--database", default="", help="postgresql://… to measure beside SQLite")
    parser.add_argument("--full", action="store_true")
    asked = parser.parse_args()
    rows = []
    for name in asked.names or [n for n in SCRIPTS if (HERE / f"{n}.py").exists()]:
        for database in ["", asked.database] if asked.database else [""]:
            label = "PostgreSQL" if database else "SQLite"
            for figure in figures(name, database, SCRIPTS[name][asked.full]):
                rows.append({"script": name, "on": label, **figure})
                print(json.dumps(rows[-1], ensure_ascii=False), flush=True)
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    machine = {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
    with (results / "latest.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({**machine, **row}, ensure_ascii=False) + "\n" for row in rows)


if __name__ == "__main__":
    main()
