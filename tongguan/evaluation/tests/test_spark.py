# SPDX-License-Identifier: Apache-2.0
"""The same expressions on Apache Spark in local mode give the same sums."""

import importlib.util
import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tongguan.casebook.queries import open_book
from tongguan.evaluation import computing
from tongguan.marks.counting import Frame
from tongguan.marks.takes import COUNTS
from tongguan.people.contracts import PLATFORM

_FILE = Path(__file__).resolve().parents[3] / "bench" / "_spark.py"
_SPEC = importlib.util.spec_from_file_location("bench_spark", _FILE)
sparked = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(sparked)
WHY = sparked.absent()


@pytest.mark.django_db
@pytest.mark.skipif(bool(WHY), reason=WHY or "Spark is here")
@pytest.mark.filterwarnings("ignore")
def test_spark_counts_what_duckdb_counts(city, tmp_path):
    since, until = (computing.naive(datetime(2026, n, d, 16, tzinfo=UTC)) for n, d in ((4, 30), (5, 31)))
    for monthly, persons in ((False, False), (True, False), (False, True)):
        frame = Frame(since=since, until=until, asof=until, monthly=monthly, persons=persons)
        with open_book(PLATFORM) as book:
            ours = computing.summed(book, tuple(COUNTS), frame)
            sparked.copied(book, tmp_path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            spark = sparked.session(tmp_path)
            theirs = sparked.summed(spark, tuple(COUNTS), frame)
        assert theirs == ours
        assert ours or persons
    spark.stop()
