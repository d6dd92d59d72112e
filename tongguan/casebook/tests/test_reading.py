# SPDX-License-Identifier: Apache-2.0
"""Who reads what of a book written by hand."""

from datetime import UTC, datetime

import numpy as np
import pytest

from tongguan.casebook import files, queries, store
from tongguan.casebook.testing import case_id, write_again, write_book, write_synthetic
from tongguan.kernel.errors import Unavailable
from tongguan.kernel.geometry import cell_of
from tongguan.kernel.worktime import LimitUnit
from tongguan.people.contracts import PLATFORM, Actor, Grant, Post, Scope

LATER = datetime(2026, 10, 5, 2, tzinfo=UTC)


def somebody(post, division, path="", number=7):
    return Actor(number, f"user:{number}", "甲", None, "", Scope((Grant(post, division, 1, path),)))


@pytest.fixture
def book(tmp_path):
    write_book(
        tmp_path,
        [
            {"id": "well", "division": "990101001001", "closed_at": LATER},
            {"id": "light", "division": "990102003001", "opened_at": LATER, "recurs_of": "well"},
            {"id": "noise", "division": "990101002001", "opened_at": LATER, "_reporter": 9},
        ],
        lines=[
            {"case_id": "well", "move": "open", "to": "reported", "at": LATER, "counts": ["returns"]},
            {"case_id": "light", "move": "open", "to": "reported", "at": LATER},
        ],
        parts=[{"case_id": "light", "unit_path": "00010002"}],
        answers=[{"case_id": "well", "at": LATER, "responded": True, "solved": True, "satisfied": "mostly"}],
        tellings=[
            {"case_id": "light", "division": "990102003001"},
            {"division": "", "outcome": "quarantined"},
        ],
        units=[{"id": 3, "name": "路灯所", "path": "00010002", "kind": "department"}],
        read_at=LATER,
    )


def ids(actor, table="cases", column="id", **narrow):
    with queries.open_book(actor, **narrow) as book:
        return {row[0] for row in book.rows(f"SELECT {column} FROM {table}")}


def test_everybody_sees_their_own_cases_and_what_hangs_on_them(book):
    well, light, noise = map(case_id, ("well", "light", "noise"))
    assert ids(PLATFORM) == {well, light, noise}
    assert ids(somebody(Post.LEADER, "990101")) == {well, noise}
    assert ids(somebody(Post.EVALUATOR, "990102")) == {light}
    assert ids(somebody(Post.DEPARTMENT, "990101", "0001")) == {light}
    assert ids(somebody(Post.DEPARTMENT, "990101", "0002")) == set()
    assert ids(somebody(Post.COLLECTOR, "990101", number=9)) == {noise}
    assert ids(somebody(Post.CITIZEN, "~")) == ids(somebody(Post.SYSADMIN, "99")) == set()
    for table in ("lines", "answers", "orders", "clocks"):
        assert ids(somebody(Post.LEADER, "990101"), table, "case_id") <= {well}
        assert ids(somebody(Post.HANDLER, "990101", "00010002"), table, "case_id") <= {light}
    assert ids(somebody(Post.LEADER, "990101"), "lines", "case_id") == {well}
    assert ids(somebody(Post.HANDLER, "99", "00010002"), "lines", "case_id") == {light}
    assert ids(somebody(Post.HANDLER, "99", "00010002"), "tellings", "case_id") == {light}
    assert ids(somebody(Post.LEADER, "990102"), "tellings", "outcome") == {"opened"}
    assert ids(PLATFORM, "tellings", "outcome") == {"opened", "quarantined"}
    assert ids(somebody(Post.CITIZEN, "~"), "units", "name") == {"路灯所"}


def test_a_book_may_be_narrowed_to_the_months_in_which_cases_were_opened(book):
    october = datetime(2026, 10, 1, tzinfo=UTC)
    assert ids(PLATFORM, until=october) == {case_id("well")}
    assert ids(PLATFORM, since=october) == {case_id("light"), case_id("noise")}
    assert ids(PLATFORM, since=LATER, until=LATER) == set()
    assert ids(PLATFORM, "lines", "case_id", since=october) == {case_id("light")}


def test_what_is_not_shown_has_no_column_and_times_are_local_when_shifted(book):
    with queries.open_book(PLATFORM) as one:
        found = one.fetch("SELECT * FROM cases ORDER BY opened_at")
        assert not [name for name in found if name.startswith("_")]
        assert found["opened_at"].dtype.kind == "M"
        assert np.ma.getmaskarray(found["recurs_of"]).tolist().count(False) == 1
        (hour,) = one.rows(f"SELECT hour(max(opened_at) + {queries.LOCAL}) FROM cases")[0]
        assert (hour, one.read_at) == (10, LATER)
        assert one.sql("SELECT counts FROM lines WHERE move = $m ORDER BY no", {"m": "open"}).fetchall() == [
            (["returns"],),
            ([],),
        ]
        with pytest.raises(Exception, match="parts"):
            one.rows("SELECT * FROM parts")


def test_a_home_without_a_book_gives_empty_views(tmp_path):
    assert ids(PLATFORM) == set() == ids(PLATFORM, "items", "code")
    with queries.open_book(PLATFORM) as one:
        assert one.read_at is None


def test_a_manifest_that_is_not_what_was_written_is_said_to_be_damaged(book, tmp_path):
    path = tmp_path / "casebook" / files.MANIFEST
    path.write_bytes(path.read_bytes().replace(b"2026-09", b"2026-08"))
    with pytest.raises(Unavailable, match=r"casebook\.damaged"), queries.open_book(PLATFORM):
        pass


def test_a_drawn_book_hangs_together_and_is_the_same_for_the_same_seed(tmp_path):
    write_synthetic(tmp_path, 3_000, months=3, seed=4)
    with queries.open_book(PLATFORM) as one:
        assert one.rows("SELECT count(*), count(DISTINCT id), count(DISTINCT hub) FROM cases") == [
            (3_000, 3_000, 16)
        ]
        for table in ("lines", "orders", "clocks", "answers", "tellings"):
            lost = f"SELECT count(*) FROM {table} x ANTI JOIN cases c ON c.id = x.case_id"
            assert one.rows(lost) == [(0,)]
        assert one.rows("SELECT count(*) FROM cases c ANTI JOIN items i ON i.code = c.item") == [(0,)]
        assert one.rows("SELECT count(*) FROM cases c ANTI JOIN units u ON u.id = c.lead_unit") == [(0,)]
        assert one.rows("SELECT count(*) FROM cases c ANTI JOIN divisions d ON d.code = c.street") == [(0,)]
        late, repeated = one.rows(
            "SELECT avg((closed_at > due_at)::INT), count(recurs_of) / count(*) FROM cases"
        )[0]
        assert 0.05 < late < 0.3
        assert 0.02 < repeated < 0.08
        units = "SELECT DISTINCT limit_unit FROM {} WHERE limit_value IS NOT NULL"
        assert {one.rows(units.format(table))[0][0] for table in ("orders", "clocks")} <= set(LimitUnit)
        places = one.rows("SELECT lon, lat, cell FROM cases LIMIT 100")
        assert [cell_of(lon, lat) for lon, lat, _ in places] == [cell for *_, cell in places]
        before = one.rows("SELECT * FROM cases ORDER BY id")
    write_synthetic(tmp_path / "again", 3_000, months=3, seed=4)
    queries.folder().rename(tmp_path / "first")
    (tmp_path / "again" / "casebook").rename(queries.folder())
    with queries.open_book(PLATFORM) as one:
        assert one.rows("SELECT * FROM cases ORDER BY id") == before


def test_a_month_larger_than_the_memory_is_tidied(tmp_path):
    write_synthetic(tmp_path, 40_000, months=1)
    folder = tmp_path / "casebook"
    drawn = files.manifest(folder).groups
    with queries.open_book(PLATFORM) as book:
        some = [key for (key,) in book.rows("SELECT id FROM cases ORDER BY id LIMIT 20")]
    write_again(some)
    files.engine(folder).execute("SET GLOBAL memory_limit = '64MB'")
    assert store.compact_one(folder, everything=True)
    tidied = files.manifest(folder).groups
    assert len(tidied) == len(drawn)
    for before, after in zip(drawn, tidied, strict=True):
        rows = {name: file.rows for name, file in after.files.items()}
        assert rows == {name: file.rows for name, file in before.files.items()}


def test_more_than_memory_holds_is_refused_in_words(book):
    def asked():
        with queries.open_book(PLATFORM) as opened:
            files.engine(queries.folder()).execute("SET GLOBAL memory_limit = '32MB'")
            opened.rows("SELECT list(i) FROM range(100000000) t(i)")

    with pytest.raises(Unavailable, match=r"casebook\.too_much"):
        asked()
