# SPDX-License-Identifier: Apache-2.0
"""Scores of a year: 10 M cases, 12 months, 232 centres, 65 indicators (F45, F46, F47).

Draws a book of so many cases (or takes one with ``--home``), then: every count of every month, street, unit
and reason in one pass and the 232 centres' sums of it (limit 60 s); the running month's sums kept up with
batches of changed cases (limit 1 s each). ``--spark``: the same pass by Spark in local mode, compared cell by
cell, with its ratio. Prints one JSON line per figure.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tongguan.marks.counting import Frame

LIMIT_S, BATCH_LIMIT_S = 60.0, 1.0
ZONE = 8
#: The end of the drawn year in the city's time, as the casebook's generator has it.
END = datetime(2026, 8, 31, 16, tzinfo=UTC)


def timed(work: Callable[[], Any]) -> tuple[tuple[float, float], Any]:
    """Give the seconds a work takes by the wall and of processors, and what it gives."""
    began, used = time.perf_counter(), time.process_time()
    found = work()
    return (time.perf_counter() - began, time.process_time() - used), found


def say(figure: str, spent: tuple[float, float], limit: float | None, **more: Any) -> None:
    """Print one figure: seconds by the wall, and of processors in all threads."""
    value, used = spent
    ratio = None if limit is None else round(value / limit, 3)
    load = round(os.getloadavg()[0], 1)
    more = {"cpu_s": round(used, 3), **more}
    told = {
        "figure": figure,
        "value": round(value, 3),
        "unit": "s",
        "limit": limit,
        "ratio": ratio,
        "load": load,
    }
    print(json.dumps(told | more, ensure_ascii=False), flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000_000)
    parser.add_argument("--batch", type=int, default=200)
    parser.add_argument("--home", default="", help="a folder that holds a casebook already")
    parser.add_argument("--database", default="", help="taken for bench.run; the measure needs none")
    parser.add_argument("--spark", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        home = Path(asked.home or made)
        os.environ["TONGGUAN_HOME"] = str(home)
        os.environ["DJANGO_SETTINGS_MODULE"] = "tongguan.config.settings"
        django.setup()
        if not asked.home:
            from tongguan.casebook.testing import write_synthetic

            spent, _ = timed(lambda: write_synthetic(home, asked.cases, months=12))
            say("evaluation.drawn", spent, None, cases=asked.cases)
        measure(Path(made), asked.batch, spark=asked.spark)


def measure(scratch: Path, batch: int, *, spark: bool) -> None:
    """Measure over the book at home."""
    from tongguan.casebook.queries import open_book
    from tongguan.evaluation import computing, sets, tallying
    from tongguan.evaluation.contracts import Subject
    from tongguan.marks.takes import COUNTS
    from tongguan.people.contracts import PLATFORM

    begin = computing.naive(END - timedelta(days=365))
    until = computing.naive(END)
    frame = Frame(since=begin, until=until, asof=until, monthly=True, zone=ZONE)
    codes = tuple(COUNTS)
    with open_book(PLATFORM) as book:
        ((cases,),) = book.rows("SELECT count(*) FROM cases")
        spent, cells = timed(lambda: computing.summed(book, codes, frame))
        regions = tallying.totals(cells, tallying.keys_of(Subject.REGION, {}), 0)
        say(
            "evaluation.whole_year", spent, LIMIT_S, cases=cases, months=12, centres=len(regions),
            counts=len(codes), rates=len(sets.rates()), cells=len(cells),
        )  # fmt: skip
        if spark:
            _with_spark(scratch, book, codes, frame, cells)
    _kept_up(scratch, batch, replace(frame, since=computing.naive(END - timedelta(days=31)), monthly=False))


def _kept_up(scratch: Path, batch: int, month: Frame) -> None:
    """Keep the running month's sums: begin, take batches in, also after the month was rewritten."""
    from tongguan.casebook.queries import open_book
    from tongguan.casebook.testing import write_again
    from tongguan.evaluation import computing, running
    from tongguan.marks.takes import COUNTS
    from tongguan.people.contracts import PLATFORM

    codes = tuple(code for code in COUNTS if code not in running.WHOLE)
    hours = iter(range(48, 0, -1))

    def looked(figure: str, limit: float | None) -> None:
        frame = replace(month, asof=month.until - timedelta(hours=next(hours)))
        with open_book(PLATFORM, until=END) as book:
            ask = partial(running.cells, book, scratch / "running", "month", frame, codes)
            spent, cells = timed(ask)
            same = cells == computing.summed(book, codes, frame)
        say(figure, spent, limit, changed=batch, cells=len(cells), same=same)

    with open_book(PLATFORM) as book:
        rows = book.rows(
            f"SELECT id FROM cases WHERE opened_at >= TIMESTAMP '{month.since}'"
            f" ORDER BY md5(CAST(id AS VARCHAR)) LIMIT {batch}"
        )
    changed = [one for (one,) in rows]
    looked("evaluation.month_begun", None)
    for figure in ("evaluation.batch", "evaluation.next_batch"):
        write_again(changed)
        looked(figure, BATCH_LIMIT_S)
    write_again(changed, compact=True)
    looked("evaluation.batch_in_a_rewritten_month", BATCH_LIMIT_S)


def _with_spark(scratch: Path, book: Any, codes: tuple[str, ...], frame: Any, ours: Any) -> None:
    from bench import _spark

    why = _spark.absent()
    if why:
        print(json.dumps({"figure": "evaluation.spark", "skipped": why}), flush=True)
        return
    _spark.copied(book, scratch)
    spark = _spark.session(scratch)
    spent, theirs = timed(lambda: _spark.summed(spark, codes, frame))
    say("evaluation.spark", spent, None, same=theirs == ours)
    spark.stop()


if __name__ == "__main__":
    main()
