# SPDX-License-Identifier: Apache-2.0
"""Where a city of a million and of ten million cases a year gets stuck, in seconds (F50).

Writes a synthetic case book of a year, then asks of it as a page does: process map, heat table by unit, times
of units, variants, hand-overs; and as the daily look at the limits does: what the clocks of every item show.
Over the page's ninety days and over the whole year. Prints one JSON line per figure with its limit and ratio.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import httpload as load

UNTIL = datetime(2026, 9, 1, tzinfo=UTC)
PERIODS = {"ninety_days": timedelta(days=90), "year": timedelta(days=370)}
#: Seconds that a person waits for a page over the usual period, and over everything.
LIMITS = {"ninety_days": 5.0, "year": 30.0}


def measure(cases: int) -> None:
    """Ask every question twice and tell the worse time."""
    from tongguan.casebook.queries import open_book
    from tongguan.insight import flows, histories
    from tongguan.insight.contracts import Rows, Slice
    from tongguan.kernel.worktime import Calendar
    from tongguan.people.contracts import PLATFORM

    names = flows.Names({}, {})
    for period, span in PERIODS.items():
        wanted = Slice(since=UNTIL - span, until=UNTIL)
        questions: dict[str, Callable[[Any], Any]] = {
            "process_map": lambda book, wanted=wanted: flows.state_map(book, wanted, names),
            "heat": lambda book, wanted=wanted: flows.heat(book, wanted, Rows.UNIT, names, {}),
            "unit_times": lambda book, wanted=wanted: flows.unit_times(book, wanted, {}),
            "variants": lambda book, wanted=wanted: flows.variants(book, wanted, names),
            "hand_overs": lambda book, wanted=wanted: flows.hand_overs(book, wanted, {}),
            "limit_histories": lambda book: histories.item_histories(book, Calendar()),
        }
        for figure, ask in questions.items():
            times, spent = [], []
            for _ in range(2):
                began, used = time.perf_counter(), time.process_time()
                with open_book(PLATFORM, since=wanted.since, until=wanted.until) as book:
                    found = ask(book)
                times.append(time.perf_counter() - began)
                spent.append(time.process_time() - used)
            basis = getattr(found, "basis", None)
            about = {} if basis is None else {"looked_at": basis.cases, "sampled": basis.sampled}
            worst, limit = max(times), LIMITS[period]
            load.tell(
                bench="insight", figure=figure, period=period, cases=cases, **about,
                seconds=round(worst, 2), cpu_s=round(max(spent), 2), limit_s=limit,
                ratio=round(worst / limit, 2), load=round(os.getloadavg()[0], 1),
            )  # fmt: skip


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--home", default="", help="a folder that holds a casebook already; nothing is drawn")
    given = parser.parse_args()
    load.tell(bench="machine", **load.machine())
    for cases in given.cases:
        with tempfile.TemporaryDirectory() as made:
            home = given.home or made
            os.environ |= {"TONGGUAN_HOME": home, "DJANGO_SETTINGS_MODULE": "tongguan.config.settings"}
            django.setup()
            from django.conf import settings

            settings.HOME = Path(home)
            if not given.home:
                _draw(Path(home), cases)
            measure(cases)


def _draw(home: Path, cases: int) -> None:
    from tongguan.casebook.synthetic import write_synthetic

    began = time.perf_counter()
    write_synthetic(home, cases, until=UNTIL)
    load.tell(bench="insight", figure="written", cases=cases, seconds=round(time.perf_counter() - began))


if __name__ == "__main__":
    main()
