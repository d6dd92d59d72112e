# SPDX-License-Identifier: Apache-2.0
"""A weekly briefing about ten million cases, written by the engine's own job with its percentage (F54).

Draws a book of a year of 232 centres, asks for a city's weekly briefing and runs the job; ``value`` is the
seconds from its first scan to the stored document, ``ratio`` that by the limit. Then the same briefing as a
PDF. Prints one JSON line per figure.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

CASES = 10_000_000
#: Seconds: to write a briefing, to set it as a PDF.
WRITTEN_S, SET_S = 60.0, 5.0


def tell(figure: str, value: float, limit: float, **more: Any) -> None:
    """Print one figure against its limit."""
    load = round(os.getloadavg()[0], 1)
    told = {"bench": "briefings", "figure": figure, "value": round(value, 2), "limit": limit}
    print(json.dumps({**told, "ratio": round(value / limit, 3), "load": load, **more}), flush=True)


def measured(home: Path, count: int) -> None:
    """Draw, write, set."""
    from django.db import connection

    from tongguan.briefings import api, queries, writing
    from tongguan.briefings.contracts import NewBriefing
    from tongguan.casebook import queries as casebook
    from tongguan.casebook.testing import write_synthetic
    from tongguan.people.contracts import PLATFORM
    from tongguan.places.testing import square_city
    from tongguan.runtime import jobruns

    if not (home / "casebook").exists():
        write_synthetic(home, count)
    call_command("migrate", verbosity=0)
    square_city()
    with casebook.open_book(PLATFORM) as book:
        ((held,),) = book.rows("SELECT count(*) FROM cases")
    info = api.write(PLATFORM, NewBriefing(template="weekly", division="9901", day="2026-08-19"))
    began, used = time.perf_counter(), time.process_time()
    jobruns.run_next("bench/jobs")
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    whole = queries.briefing(PLATFORM, info.id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT done, total FROM runtime_job ORDER BY created_at DESC LIMIT 1")
        done, total = cursor.fetchone()
    figures = len((whole.document or {"figures": {}})["figures"])
    tell(
        "written_s", seconds, WRITTEN_S, cpu_s=round(cpu, 2), cases=held, figures=figures, steps=total,
        percent=whole.info.percent,
        whole=done == total and whole.info.state == "draft", kind=writing.KIND,
    )  # fmt: skip
    began, used = time.perf_counter(), time.process_time()
    body = queries.printed(PLATFORM, info.id, "pdf")[1]
    tell("pdf_s", time.perf_counter() - began, SET_S, cpu_s=round(time.process_time() - used, 2),
         bytes=len(body))  # fmt: skip


def main() -> None:
    """Read the arguments, set a home up, measure."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cases", type=int, default=CASES)
    asked.add_argument("--book", type=Path, help="a home whose book is kept and used again")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = given.book or Path(scratch)
        os.environ["TONGGUAN_HOME"] = str(home)
        os.environ["TONGGUAN_DATABASE_URL"] = f"sqlite:///{scratch}/bench.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "tongguan.config.settings"
        django.setup()
        measured(home, given.cases)


if __name__ == "__main__":
    main()
