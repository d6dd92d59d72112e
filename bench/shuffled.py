# SPDX-License-Identifier: Apache-2.0
"""Shuffled and repeated deliveries: whether they end as in order once, and how fast they are triaged.

Prints one JSON line per figure; exit code 1 when the outcomes differ. ``--deliveries 10000`` of a quarter
as many tellings (four neighbours tell of each lid), ``--seed``, ``--batch`` deliveries between two rounds of
triage. ``--database URL`` (default: a new SQLite file; on PostgreSQL a database of its own is made and
dropped).
"""

import argparse
import json
import os
import platform
import random
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
VOICES = 4
REPEATS = 4


def create(url: str, name: str, statement: str) -> None:
    """Make or drop the database on the server of the URL."""
    import psycopg

    with psycopg.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")), autocommit=True) as server:
        server.execute(f'{statement} "{name}"')


def run(deliveries: int, seed: int, batch: int) -> bool:
    """Deliver in order once, then shuffled and repeated; tell whether both led to the same."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    from tongguan.catalog import api as catalog
    from tongguan.intake.testing import delivered, tellings
    from tongguan.people.contracts import PLATFORM
    from tongguan.people.testing import cast
    from tongguan.places.testing import square_city

    call_command("migrate", verbosity=0)
    square_city()
    catalog.load_standards(PLATFORM)
    cast()
    told = tellings(matters=deliveries // REPEATS // VOICES, voices=VOICES)
    dice = random.Random(seed)
    again = told + dice.choices(told, k=deliveries - len(told))
    dice.shuffle(again)
    outcomes = []
    for name, reports in (("in_order_once", told), ("shuffled_and_repeated", again)):
        begin = time.perf_counter()
        with transaction.atomic():
            outcomes.append(delivered(reports, batch))
            transaction.set_rollback(True)
        seconds = time.perf_counter() - begin
        line = {"figure": name, "value": round(len(reports) / seconds, 1), "unit": "deliveries/s"}
        print(
            json.dumps({**line, "deliveries": len(reports), "cases": len(outcomes[-1].matters)}), flush=True
        )
    same = outcomes[0] == outcomes[1]
    print(json.dumps({"figure": "same_outcome", "value": int(same), "unit": ""}), flush=True)
    return same


def main() -> None:
    """Prepare a fresh database and run both deliveries."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="sqlite:///… or postgresql://…")
    parser.add_argument("--deliveries", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=20261129)
    parser.add_argument("--batch", type=int, default=250)
    chosen = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    print(json.dumps({"machine": platform.machine(), "cores": os.cpu_count()}), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        url, name = chosen.database or f"sqlite:///{folder}/bench.sqlite3", f"tg_bench_shuffled_{os.getpid()}"
        postgres = url.startswith("postgres")
        if postgres:
            create(url, name, "CREATE DATABASE")
            url = urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        os.environ |= {"TONGGUAN_DATABASE_URL": url, "TONGGUAN_HOME": folder}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongguan.config.settings")
        try:
            same = run(chosen.deliveries, chosen.seed, chosen.batch)
        finally:
            if postgres:
                from django.db import connection

                connection.close()
                create(chosen.database, name, "DROP DATABASE IF EXISTS")
    sys.exit(0 if same else 1)


if __name__ == "__main__":
    main()
