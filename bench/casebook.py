# SPDX-License-Identifier: Apache-2.0
"""The casebook of ten million cases: read in full, opened, changed; and how fast it is built (F45, F47, F53).

Draws a book of a year of 232 centres and the same cases as one plain Parquet file, and asks both the same
question with the same engine: ``ratio`` is the book's time by the plain file's. Then 1,000 cases are changed,
over and over, with all their lines, orders and clocks. The rate of building is measured on cases opened by
the real verb in a database of its own. Prints one JSON line per figure.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

CASES, CHANGED, OPENED = 10_000_000, 1_000, 4_000
#: Seconds: to open a book, to take 1,000 changed cases in; cases a second when building.
OPEN_S, TAKEN_S, BUILT_S = 0.05, 2.0, 500
SCAN_RATIO = 1.5
QUESTION = (
    "SELECT hub, item, count(*), avg((closed_at <= due_at)::INT), sum(reworks), "
    "quantile_cont(epoch(closed_at - opened_at), 0.5) FROM {source} GROUP BY ALL"
)


def timed(work: Callable[[], Any], rounds: int = 3) -> tuple[float, float]:
    """Give the median seconds of some rounds, by the wall and of the processor."""
    walls, cpus = [], []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return statistics.median(walls), statistics.median(cpus)


def tell(figure: str, value: float, **more: Any) -> None:
    """Print one figure."""
    load = round(os.getloadavg()[0], 1)
    print(json.dumps({"bench": "casebook", "figure": figure, "value": round(value, 4), "load": load, **more}))


def drawn(home: Path, count: int) -> None:
    """Draw the book, then read it beside a plain file."""
    from tongguan.casebook import files, queries
    from tongguan.casebook.testing import write_synthetic
    from tongguan.people.contracts import PLATFORM

    seconds, cpu = timed(lambda: write_synthetic(home, count), 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tell(
        "drawn_cases_per_s",
        count / seconds,
        cases=count,
        seconds=round(seconds, 1),
        cpu_us=round(cpu / count * 1e6, 1),
        peak_mb=round(peak),
    )
    folder = queries.folder()
    plain = home / "plain.parquet"
    with queries.open_book(PLATFORM) as book:
        book.rows(f"COPY (SELECT * FROM cases) TO '{plain}' (FORMAT parquet, COMPRESSION zstd)")

    def whole() -> None:
        with queries.open_book(PLATFORM) as book:
            book.fetch(QUESTION.format(source="cases"))

    def bare() -> None:
        with files.connected(folder) as connection:
            connection.execute(QUESTION.format(source=f"read_parquet('{plain}')")).fetchnumpy()

    def opened() -> None:
        with queries.open_book(PLATFORM) as book:
            book.rows("SELECT 1")

    bare()
    once = timed(bare)
    for figure in ("scan_s", "scan_with_changes_s"):
        if figure != "scan_s":
            changed(folder, count)
        scan = timed(whole)
        tell(
            figure,
            scan[0],
            cases=count,
            bare_s=round(once[0], 4),
            ratio=round(scan[0] / once[0], 3),
            cpu_s=round(scan[1], 4),
            cpu_ratio=round(scan[1] / once[1], 3),
            limit=SCAN_RATIO,
        )
    cost, cpu = timed(opened, 15)
    tell("open_s", cost, cpu_s=round(cpu, 4), limit=OPEN_S, ratio=round(cost / OPEN_S, 3))


def changed(folder: Path, count: int) -> None:
    """Change a thousand cases of the last month, again and again, as the engine would write them."""
    from tongguan.casebook import files
    from tongguan.casebook.contracts import Rows
    from tongguan.casebook.schema import CASE, tables_of
    from tongguan.casebook.store import Store, source_sql

    state = files.manifest(folder)
    if state is None:
        raise SystemExit("no book was drawn")
    month = max(one.month for one in state.groups)
    groups = [[one] for one in state.groups if (one.month, one.subject) == (month, CASE)]
    with files.connected(folder) as connection:
        size = min(CHANGED * 10, count // 20)
        heads = source_sql(folder, groups, tables_of(CASE)[0])
        connection.execute(f"CREATE TEMP TABLE chosen AS SELECT id FROM ({heads}) LIMIT {size}")
        told = {}
        for table in tables_of(CASE):
            source = source_sql(folder, groups, table)
            asked = f'SELECT * FROM ({source}) WHERE "{table.key}" IN (FROM chosen)'
            told[table] = [
                dict(zip(table.names, row, strict=True)) for row in connection.execute(asked).fetchall()
            ]
        ids = [row[0] for row in connection.execute("FROM chosen").fetchall()]
    store = Store(folder, files.MANIFEST, state)
    seconds, cpus = [], []
    for begin in range(0, len(ids), CHANGED):
        mine = set(ids[begin : begin + CHANGED])
        tables = {table.name: [row for row in rows if row[table.key] in mine] for table, rows in told.items()}
        began, used = time.perf_counter(), time.process_time()
        store.add([Rows(CASE, tables)])
        seconds.append(time.perf_counter() - began)
        cpus.append(time.process_time() - used)
    cost = statistics.median(seconds)
    tell(
        "written_1000_s", cost, cpu_s=round(statistics.median(cpus), 3), worst=round(max(seconds), 3),
        limit=TAKEN_S, ratio=round(cost / TAKEN_S, 3),
    )  # fmt: skip


def built() -> None:
    """Open cases in a database of its own, build their book, then change a thousand and take them in."""
    from tongguan.casebook import keeping, queries
    from tongguan.cases import api as cases
    from tongguan.cases.contracts import NewCase
    from tongguan.catalog import queries as catalog
    from tongguan.dispatch import api as dispatch
    from tongguan.kernel import clock
    from tongguan.people.contracts import PLATFORM
    from tongguan.runtime.testing import settle

    items = [one.code for one in catalog.items_table()][:50]
    now = clock.now()
    ids = []
    for begin in range(0, OPENED, 500):
        fresh = [
            NewCase(
                item_code=items[n % len(items)],
                title="井盖破损",
                text="井盖破损",
                division=f"9901{1 + n % 16:02d}001001",
                source="hotline",
                reported_at=now - timedelta(days=n % 50),
            )
            for n in range(begin, begin + 500)
        ]
        ids += [one.id for one in cases.open_cases(PLATFORM, fresh)]
    settle(jobs=False)
    wall, cpu = timed(lambda: keeping.build(queries.folder()), 1)
    tell(
        "built_cases_per_s",
        OPENED / wall,
        cases=OPENED,
        cpu_us=round(cpu / OPENED * 1e6),
        limit=BUILT_S,
        ratio=round(OPENED / wall / BUILT_S, 3),
    )
    while keeping.take_in(queries.folder()):
        pass
    for one in ids[:CHANGED]:
        dispatch.perform(PLATFORM, one, "accept", {})
    settle(jobs=False)
    cost, cpu = timed(lambda: keeping.take_in(queries.folder(), seconds=60), 1)
    tell("taken_in_1000_s", cost, cpu_s=round(cpu, 3), limit=TAKEN_S, ratio=round(cost / TAKEN_S, 3))


def main() -> None:
    """Measure in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--only", choices=["drawn", "built"])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        os.environ |= {"DJANGO_SETTINGS_MODULE": "tongguan.config.settings", "TONGGUAN_HOME": name}
        os.environ.pop("TONGGUAN_DATABASE_URL", None)
        django.setup()
        if chosen.only != "built":
            drawn(home, chosen.cases)
        if chosen.only != "drawn":
            shutil.rmtree(home / "casebook", ignore_errors=True)
            call_command("migrate", verbosity=0)
            call_command("load_standards", verbosity=0)
            built()


if __name__ == "__main__":
    main()
