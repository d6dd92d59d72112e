# SPDX-License-Identifier: Apache-2.0
"""Whose duty is it: how long one lookup in a list of 5,000 responsibilities × 216 divisions takes.

Prints one JSON line per figure. The goal is "well under a millisecond each"; the aim is 10 µs. The list
has 5,000 rows at every level (city, district, street) over real item codes; the lookups are drawn over
all items and the 216 divisions of the list, so that rows of several levels and major classes compete.
``--database URL`` names where the list is stored (default: a throw-away SQLite file); loading, the time
to import a file of 5,000 lines, to apply it and to notice a change are measured through it.
"""

import argparse
import csv
import io
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

ROWS, DIVISIONS, LOOKUPS = 5_000, 216, 200_000
GOAL_MICROSECONDS, LIMIT_MICROSECONDS = 10.0, 1_000.0
BATCH = 10_000


def tell(figure: str, value: float, unit: str, goal: float | None = None, **more: Any) -> None:
    """Print one figure; the ratio is goal / value for times (above 1: better than the goal)."""
    line = {"bench": "responsibility", "figure": figure, "value": round(value, 3), "unit": unit}
    if goal is not None:
        line |= {"goal": goal, "ratio": round(goal / value, 2)}
    print(json.dumps(line | more, ensure_ascii=False), flush=True)


def timed(run: Callable[[], Any]) -> float:
    """Give the seconds of one run."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def make_divisions() -> list[str]:
    """Give 216 codes: one city, 15 districts, 200 streets."""
    districts = [f"9901{n:02d}" for n in range(1, 16)]
    streets = [f"{districts[n % 15]}{n // 15 + 1:03d}" for n in range(200)]
    return ["9901", *districts, *streets]


def make_file(items: list[str], divisions: list[str], draw: random.Random) -> bytes:
    """Give a CSV of 5,000 lines: each item once for the city, the rest for districts and streets."""
    pairs = dict.fromkeys((item, "9901") for item in items)
    while len(pairs) < ROWS:
        pairs[draw.choice(items), draw.choice(divisions)] = None
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["事项代码", "区划代码", "主办职责", "协办职责", "法律依据", "条款", "生效日期"])
    for item, division in pairs:
        writer.writerow(
            [item, division, "环卫", "综合执法；街道办事处", "《示例条例》", "第十条", "2026-01-01"]
        )
    return text.getvalue().encode()


def prepare(database: str) -> None:
    """Point the settings at the database and bring its tables up to date."""
    os.environ["TONGGUAN_HOME"] = tempfile.mkdtemp(prefix="bench-responsibility-")
    if database:
        os.environ["TONGGUAN_DATABASE_URL"] = database
    os.environ["DJANGO_SETTINGS_MODULE"] = "tongguan.config.settings"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def measure_lookups(index: Any, queries: Any, asked: list[tuple[str, str]], day: Any) -> None:
    """Measure single lookups without and with the memory of answers, and batches."""
    pairs = list(dict.fromkeys(asked))  # each pair once, so that no answer is remembered
    spans = []
    cpu = time.process_time()
    for item, division in pairs:
        began = time.perf_counter()
        index.responsible(item, division, day)
        spans.append((time.perf_counter() - began) * 1e6)
    cpu = (time.process_time() - cpu) / len(pairs) * 1e6
    spans.sort()
    tell("lookup, answer made anew, CPU", cpu, "µs", GOAL_MICROSECONDS)
    tell("lookup, answer made anew, median", statistics.median(spans), "µs", GOAL_MICROSECONDS)
    tell("lookup, answer made anew, p99", spans[int(len(spans) * 0.99)], "µs", LIMIT_MICROSECONDS)
    cpu = time.process_time()
    for item, division in asked:
        queries.responsible(item, division, day)
    cpu = (time.process_time() - cpu) / len(asked) * 1e6
    tell("lookup through queries, mixed, CPU", cpu, "µs", GOAL_MICROSECONDS)
    batch = asked[:BATCH]
    many = min(timed(lambda: queries.responsible_many(batch, day)) for _ in range(5))
    tell("batch of 10,000, each", many / BATCH * 1e6, "µs", GOAL_MICROSECONDS)
    found = queries.responsible_many(asked, day)
    levels: dict[int, int] = {}
    for answer in found:
        if answer is not None:
            levels[len(answer.division_prefix)] = levels.get(len(answer.division_prefix), 0) + 1
    tell("answered", sum(levels.values()) / len(asked) * 100, "%", levels=dict(sorted(levels.items())))


def main() -> None:
    """Run all measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="", help="sqlite:///… or postgresql://… (default: throw-away)")
    options = parser.parse_args()
    prepare(options.database)

    from django.apps import apps
    from django.db import connection
    from django.utils import timezone

    from tongguan.catalog import api, queries, shelves
    from tongguan.people.contracts import PLATFORM

    draw = random.Random(20260701)
    divisions = make_divisions()
    division = apps.get_model("places", "Division")
    division.objects.bulk_create(
        [division(code=c, name=c, level="street" if len(c) > 6 else "district") for c in divisions],
        ignore_conflicts=True,
    )
    tell("load the shipped catalogue", timed(lambda: api.load_standards(PLATFORM)), "s")
    tell("load it again", timed(lambda: api.load_standards(PLATFORM)), "s")
    items = [info.code for info in queries.items_table()]
    body = make_file(items, divisions, draw)
    report = api.import_responsibilities(PLATFORM, io.BytesIO(body), division="9901", dry_run=True)
    if report.errors:
        raise SystemExit(str(report.errors[:3]))
    began = time.perf_counter()
    report = api.import_responsibilities(PLATFORM, io.BytesIO(body), division="9901")
    tell("import a file of 5,000 lines", time.perf_counter() - began, "s", rows=report.created)
    tell("apply it", timed(lambda: api.apply_responsibilities(PLATFORM, report.version_id or 0)), "s")
    day = timezone.localdate()
    tell(
        "first lookup after a change (loads and compiles)",
        timed(lambda: queries.responsible(items[0], "9901", day)) * 1e3,
        "ms",
    )
    asked = [(draw.choice(items), draw.choice(divisions)) for _ in range(LOOKUPS)]
    measure_lookups(shelves.responsibilities.get(), queries, asked, day)
    machine = {"cpu": platform.processor() or platform.machine(), "cores": os.cpu_count()}
    tell("machine", 1, "", python=platform.python_version(), database=connection.vendor, **machine)


if __name__ == "__main__":
    main()
