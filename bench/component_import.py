# SPDX-License-Identifier: Apache-2.0
"""Import of components: rows a second and peak memory, first import and second import of the same file.

Prints one JSON line per figure. ``--database URL`` names the database (default: a new SQLite file); on
PostgreSQL a database of its own is made and dropped. ``--rows 2000000`` is the size of a large city.
The limit stated is the house's: memory must not grow with the file (500 MiB at any size).
"""

import argparse
import csv
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
LIMIT_MIB = 500
HEADING = (
    "GLBJBSM",
    "GLBJMC",
    "lon",
    "lat",
    "GLBJZT",
    "ZGBMDM",
    "ZGBMMC",
    "QSDWMC",
    "YHDWMC",
    "CSRQ",
    "SJLY",
    "BZ",
)
CLASSES = (
    ("01001", "供水井盖"),
    ("01003", "雨水井盖"),
    ("01037", "路灯"),
    ("02012", "路名牌"),
    ("03005", "垃圾箱"),
)
UNITS = ("129901010000000000", "江州市市政管理局", "江州市水务集团", "江州市市政养护公司")


def write_file(path: Path, rows: int, seed: int) -> None:
    """Write a CSV of that many components, in no order of place, in GCJ-02."""
    draw = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADING)
        for n in range(rows):
            code, name = CLASSES[n % len(CLASSES)]
            place = f"{draw.uniform(121.02, 121.38):.7f}", f"{draw.uniform(30.83, 31.07):.7f}"
            full = f"99010{1 + n % 3}{code}{n // 15 % 1_000_000:06d}"
            writer.writerow((full, name, *place, "完好", *UNITS, "20200101", "实测", ""))


def run(path: Path, name: str, rows: int) -> None:
    """Import in this process and print the figure."""
    import django

    django.setup()
    from django.db import connection

    from tongguan.people.contracts import PLATFORM
    from tongguan.things import api

    before = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    report = api.import_components(PLATFORM, path, crs="GCJ02")
    seconds = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = after.ru_maxrss / 1024
    figure = {
        "figure": name,
        "database": connection.vendor,
        "rows": rows,
        "created": report.created,
        "updated": report.updated,
        "refused": report.refused,
        "seconds": round(seconds, 1),
        "rows_per_second": round(rows / seconds),
        "cpu_us_per_row": round(cpu / rows * 1e6, 1),
        "peak_rss_mib": round(peak),
        "limit_mib": LIMIT_MIB,
        "met": peak <= LIMIT_MIB,
        "peer": "none known: no open system imports coded components",
    }
    print(json.dumps(figure), flush=True)


def prepare() -> None:
    """Migrate and seed the demo city, so that points are located in real polygons."""
    import django

    django.setup()
    from django.core.management import call_command

    from tongguan.places.seed import seed_places

    call_command("migrate", verbosity=0)
    seed_places()


def create(url: str, name: str, verb: str) -> None:
    """Create or drop a database beside the one named by the URL."""
    import psycopg

    parts = urlsplit(url)
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(f'{verb} "{name}"')


def main() -> None:
    """Make the file, then import it twice, each step in a process of its own (so that peaks are honest)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="sqlite:///… or postgresql://…")
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--step", choices=("prepare", "first", "second"), help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongguan.config.settings")
    sys.path.insert(0, str(ROOT))
    if chosen.step == "prepare":
        prepare()
    elif chosen.step:
        run(chosen.file, f"{chosen.step}_import", chosen.rows)
    else:
        with tempfile.TemporaryDirectory() as folder:
            steps(chosen, Path(folder))


def steps(chosen: argparse.Namespace, folder: Path) -> None:
    """Run the steps as children against a fresh database."""
    print(
        json.dumps(
            {"machine": platform.machine(), "cores": os.cpu_count(), "python": platform.python_version()}
        )
    )
    file = folder / "components.csv"
    write_file(file, chosen.rows, chosen.seed)
    url, name = chosen.database or f"sqlite:///{folder}/bench.sqlite3", f"tg_bench_components_{os.getpid()}"
    postgres = url.startswith("postgres")
    if postgres:
        create(url, name, "CREATE DATABASE")
        url = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    environment = os.environ | {"TONGGUAN_DATABASE_URL": url, "TONGGUAN_HOME": str(folder)}
    try:
        for step in ("prepare", "first", "second"):
            order = [
                sys.executable,
                __file__,
                "--step",
                step,
                "--file",
                str(file),
                "--rows",
                str(chosen.rows),
            ]
            subprocess.run(order, env=environment, check=True)
    finally:
        if postgres:
            create(chosen.database, name, "DROP DATABASE IF EXISTS")


if __name__ == "__main__":
    main()
