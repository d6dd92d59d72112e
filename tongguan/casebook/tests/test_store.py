# SPDX-License-Identifier: Apache-2.0
"""The files alone: whatever is written in whatever order, the newest is read; a kill loses nothing."""

import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from uuid import UUID, uuid5

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.casebook import files, store
from tongguan.casebook.contracts import Rows
from tongguan.casebook.reading import View, opened
from tongguan.casebook.schema import CASE, TABLES
from tongguan.casebook.store import Store
from tongguan.casebook.values import plain

SPACE = UUID(int=0)
WRITER = """
import sys
from pathlib import Path
from tongguan.casebook import files
from tongguan.casebook.store import Store, compact_one
from tongguan.casebook.tests.test_store import batch
folder = Path(sys.argv[1])
with files.writing(folder) as mine:
    assert mine
    found = files.manifest(folder)
    book = Store(folder, files.MANIFEST, found) if found else Store.begun(folder)
    if not found:
        book.finish(None)
    while True:
        number = book.state.generation + 1
        book.add([batch(range(number % 7, 30, 3), number)])
        if number % 5 == 0:
            book.compact()
        book.sweep(kept_seconds=-1)
        print(number, flush=True)
"""


def batch(cases, value):
    """Give cases with as many lines as ``value`` has units; a third of them is of another month."""
    heads, lines = [], []
    for n in cases:
        key = uuid5(SPACE, str(n))
        hung = {
            "_division": f"9901{n % 3:02d}",
            "_opened": datetime(2026, 9 - n % 3 // 2, 1 + n % 28, tzinfo=UTC),
        }
        heads.append(
            plain({"id": key, "urges": value, "opened_at": hung["_opened"], **hung}, TABLES["cases"].names)
        )
        for no in range(value % 4):
            row = {"case_id": key, "no": no, "move": str(value), "counts": ["urges"], **hung}
            lines.append(plain(row, TABLES["lines"].names))
    return Rows(CASE, {"cases": heads, "lines": lines})


def read(folder):
    with opened(folder, files.manifest(folder), View(everything=True)) as book:
        cases = dict(book.rows("SELECT id, urges FROM cases"))
        lines = book.rows("SELECT case_id, count(*), min(move), max(move) FROM lines GROUP BY 1")
        assert book.rows("SELECT count(*) FROM cases") == [(len(cases),)]
    return cases, {row[0]: row[1:] for row in lines}


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.one_of(st.just("compact"), st.sets(st.integers(0, 40), min_size=1, max_size=12)), max_size=14)
)
def test_of_every_case_the_newest_rows_are_read(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("casebook")
    book = Store.begun(folder)
    book.finish(None)
    wanted: dict[UUID, int] = {}
    for value, step in enumerate(steps, 1):
        if step == "compact":
            book.compact()
            assert all(group.base for group in book.state.groups)
            continue
        book.add([batch(sorted(step), value)])
        wanted |= {uuid5(SPACE, str(n)): value for n in step}
        loose = [group for group in book.state.groups if not group.base]
        assert len(loose) <= 2 * 4  # few files, however many increments: they are merged as they grow
    cases, lines = read(folder)
    assert cases == wanted
    told = {key: (value % 4, str(value), str(value)) for key, value in wanted.items() if value % 4}
    assert lines == told
    assert not store.verify(folder, book.state)


def test_a_month_is_tidied_while_others_write(tmp_path):
    book = Store.begun(tmp_path)
    book.finish(None)
    book.add([batch(range(30), 1)])
    before = files.manifest(tmp_path)
    parts, made = book.compacted(CASE, "2026-09")
    book.add([batch(range(5), 2)])
    merged = not {part.no for part in parts} <= {group.no for group in book.state.groups}
    assert book.swap(parts, made) is not merged
    cases, _ = read(tmp_path)
    assert [cases[uuid5(SPACE, str(n))] for n in (0, 4, 5, 29)] == [2, 2, 1, 1]
    assert not book.swap(before.groups, made)  # what was merged meanwhile is not taken twice
    while store.compact_one(tmp_path, everything=True):
        pass
    assert read(tmp_path)[0] == cases


def test_killed_at_any_moment_the_book_is_whole_and_has_what_it_had_told(tmp_path):
    draw = random.Random(20)
    told = 0
    for _ in range(6):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            told = max(told, int(writer.stdout.readline()))
            time.sleep(draw.random() * 0.3)
            writer.send_signal(signal.SIGKILL)
            told = max([told, *map(int, writer.stdout.read().split())])
        state = files.manifest(tmp_path)
        assert state.generation >= told
        assert not store.verify(tmp_path, state)
        cases, lines = read(tmp_path)
        newest = {}
        for number in range(1, state.generation + 1):
            newest |= {uuid5(SPACE, str(n)): number for n in range(number % 7, 30, 3)}
        assert cases == newest
        assert lines == {key: (n % 4, str(n), str(n)) for key, n in newest.items() if n % 4}
