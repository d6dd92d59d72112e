# SPDX-License-Identifier: Apache-2.0
"""Sums, marks and a row-by-row reference agree, whatever the book holds."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.casebook.queries import open_book
from tongguan.casebook.testing import write_book
from tongguan.evaluation import computing, tallying
from tongguan.evaluation.sets import counts
from tongguan.evaluation.tests import reference
from tongguan.evaluation.tests.drawn import books
from tongguan.marks import counting
from tongguan.marks.counting import Frame
from tongguan.marks.takes import COUNTS
from tongguan.people.contracts import PLATFORM

SINCE, UNTIL, JUNE = (
    computing.naive(datetime(2026, n, d, 16, tzinfo=UTC)) for n, d in ((4, 30), (5, 31), (6, 30))
)
FRAME = Frame(since=SINCE, until=UNTIL, asof=UNTIL)


def aware(moment):
    return moment.replace(tzinfo=UTC)


@pytest.fixture
def home(tmp_path, settings):
    settings.HOME = tmp_path
    return tmp_path


def written(home, book):
    shutil.rmtree(home / "casebook", ignore_errors=True)
    write_book(home, book["cases"], **{name: rows for name, rows in book.items() if name != "cases"})


def seen(cells):
    """Give (count, street, unit) → number of what is not left out."""
    found, mask = {}, tallying.mask_of(counting.EXCLUSIONS)
    for cell, amount in cells.items():
        if not cell.bits & mask:
            key = cell.code, cell.street, cell.unit
            found[key] = found.get(key, 0) + amount
    return {key: amount for key, amount in found.items() if amount}


def streets(found):
    told = {}
    for (code, division, unit), amount in found.items():
        key = code, division[:9], unit
        told[key] = told.get(key, 0) + amount
    return {key: amount for key, amount in told.items() if amount}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(book=books(), exempt=st.sampled_from(((), (UUID(int=1),))))
def test_sums_equal_a_row_by_row_reference(home, book, exempt):
    written(home, book)
    frame = replace(FRAME, exempt=tuple((str(one), counting.EXCLUSIONS["impossible"]) for one in exempt))
    with open_book(PLATFORM) as opened:
        cells = computing.summed(opened, reference.COUNTED, frame)
        marks = {}
        tallying.add_marks(
            marks,
            opened.fetch(
                computing.SUMMED.replace("FROM marks", f"FROM ({counting.marks(reference.COUNTED, frame)})")
            ),
        )
    told = reference.sums(book, aware(SINCE), aware(UNTIL), aware(UNTIL), exempt)
    assert seen(cells) == streets(told)
    assert marks == cells


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(book=books())
def test_months_side_by_side_are_the_months_one_by_one(home, book):
    """One pass over two months gives each what it has alone."""
    written(home, book)
    june = JUNE
    codes = [code for code in COUNTS if code != "spots"]
    with open_book(PLATFORM) as opened:
        both: dict[object, dict] = {}
        wide = Frame(since=SINCE, until=june, asof=june, monthly=True)
        for text, of in counting.sums(codes, wide):
            columns = opened.fetch(text)
            for month in set(columns["month"].tolist()):
                chosen = columns["month"] == month
                part = {name: values[chosen] for name, values in columns.items()}
                tallying.add(both.setdefault(month, {}), of, part)
        alone = [
            computing.summed(opened, codes, Frame(since=a, until=b, asof=june))
            for a, b in ((SINCE, UNTIL), (UNTIL, june))
        ]
    assert [both[key] for key in sorted(both)] == [one for one in alone if one]


def test_every_count_has_a_name_and_what_has_no_source_says_so():
    known = counts()
    assert len(list(known)[:44]) == 44
    assert set(COUNTS) <= set(known)
    untold = [code for code in list(known)[:44] if code not in COUNTS]
    assert untold == ["missed_report", "direct"]
    assert all(known[code].missing for code in untold)
    assert all(one.source and one.confidence for one in known.values())
