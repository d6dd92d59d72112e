# SPDX-License-Identifier: Apache-2.0
"""Sums kept up with the book are the sums counted anew, whatever changes, is exempt, comes due or dies."""

import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.casebook.queries import open_book
from tongguan.casebook.testing import change_book, write_book, write_synthetic
from tongguan.evaluation import api, computing, queries, running, wordings
from tongguan.evaluation.models import Exemption
from tongguan.evaluation.testing import MAY_READ, NORTH5, may_goes_on
from tongguan.evaluation.tests.drawn import books
from tongguan.marks.counting import Frame
from tongguan.marks.takes import COUNTS
from tongguan.people.contracts import PLATFORM

CODES = tuple(code for code in COUNTS if code not in running.WHOLE)
SINCE, TWELFTH, UNTIL = (
    computing.naive(datetime(2026, *at, tzinfo=UTC)) for at in ((4, 30, 16), (5, 12), (5, 31, 16))
)
MAY = Frame(since=SINCE, until=UNTIL, asof=TWELFTH)


def kept(home, frame):
    with open_book(PLATFORM) as book:
        found = running.cells(book, home / "running", f"may-{frame.persons}", frame, CODES)
        assert found == computing.summed(book, CODES, frame)
    return found


def following(told, opened):
    """Give a book with what was opened already opened at the same moment, as it must be; ``opened`` grows."""
    cases = [one | {"opened_at": opened.setdefault(one["id"], one["opened_at"])} for one in told["cases"]]
    tellings = [
        one | {"received_at": opened.setdefault(no, one["received_at"])}
        for no, one in enumerate(told["tellings"])
    ]
    return told | {"cases": cases, "tellings": tellings}


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    book=books(), after=st.lists(books(), max_size=2),
    hours=st.lists(st.integers(0, 600), min_size=2, max_size=2),
    exempt=st.booleans(), persons=st.booleans(), compact=st.booleans(),
)  # fmt: skip
def test_sums_kept_up_are_the_sums_counted_anew(home, book, after, hours, exempt, persons, compact):
    opened = {}
    write_book(home, **following(book, opened))
    frame = replace(MAY, persons=persons)
    kept(home, frame)
    for n, (more, later) in enumerate(zip([*after, {}], [*hours, 0], strict=False)):
        if more:
            change_book(home, compact=compact, **following(more, opened))
        out = ((str(book["cases"][0]["id"]), 4 << n),) if exempt else ()
        frame = replace(frame, asof=min(frame.asof + timedelta(hours=later), MAY.until), exempt=out)
        kept(home, frame)
    kept(home, replace(frame, exempt=()))


KEEPER = """
import sys
from datetime import datetime
from pathlib import Path
from tongguan.casebook import files
from tongguan.casebook.reading import View, opened
from tongguan.evaluation import running
from tongguan.marks.counting import Frame
home = Path(sys.argv[1])
codes = [code for code in running.COUNTS if code not in running.WHOLE]
since, until = datetime(2026, 4, 30, 16), datetime(2026, 5, 31, 16)
print("begun", flush=True)
while True:
    for day in (12, 13, 14):
        frame = Frame(since=since, until=until, asof=datetime(2026, 5, day))
        with opened(home / "casebook", files.manifest(home / "casebook"), View(everything=True)) as book:
            running.cells(book, home / "running", "may-False", frame, codes)
"""


def test_a_writer_killed_at_any_moment_leaves_sums_that_are_right(home):
    """Day after day is taken in, and begun again; whatever was half done, the next look is right."""
    write_synthetic(home, 400, months=1, centres=20, until=datetime(2026, 6, 1, tzinfo=UTC))
    for wait in random.Random(7).sample(range(5, 60), 2):
        with subprocess.Popen(
            [sys.executable, "-c", f"from dataclasses import replace\n{KEEPER}", str(home)],
            stdout=subprocess.PIPE,
        ) as keeper:
            assert keeper.stdout.readline() == b"begun\n"
            time.sleep(wait / 30)
            keeper.send_signal(signal.SIGKILL)
        kept(home, replace(MAY, asof=TWELFTH + timedelta(days=8)))
    (file,) = (home / "running").glob("*.duckdb")
    file.write_bytes(b"no such file as was written")
    kept(home, MAY)


@pytest.mark.django_db
def test_the_table_of_an_open_month_follows_facts_exemptions_and_wordings(city, home, evaluator, leader):
    def line(code, name, **more):
        return next(one for one in queries.table(evaluator, code, "2026-05", **more).rows if one.name == name)

    north = line("jinniu_digital_cg", "江北区市政所")
    (file,) = (home / "evaluation" / "running").glob("2026-05-places-*.duckdb")
    begun = file.stat().st_ino
    assert (north.counts["in_time_dispose"], north.total) == (5, 91.6667)

    may_goes_on(home, city)
    assert line("jinniu_digital_cg", "江北区市政所").counts["in_time_dispose"] == 4
    body = wordings.SHIPPED["jinniu_digital_cg"] | {"exclude": ["excused"]}
    api.approve(leader, body["code"], api.draft(evaluator, body, "只剔除申诉通过的", 1).set.version)
    Exemption.objects.create(
        case_id=NORTH5, number="JB5", division="990101", kind="impossible", reason="无法办理",
        by="user:1", by_name="钱", at=MAY_READ,
    )  # fmt: skip
    assert line("jinniu_digital_cg", "江北区市政所").counts["need_dispose"] == 6
    assert line("jinniu_digital_cg", "江北区市政所", version=1).counts["need_dispose"] == 5
    assert file.stat().st_ino == begun  # kept up, not begun again

    queries.table(evaluator, "jinniu_digital_cg", "2026-05-01..2026-05-20")
    assert list((home / "evaluation" / "running").glob("*.duckdb")) == [file]
