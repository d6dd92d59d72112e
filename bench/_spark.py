# SPDX-License-Identifier: Apache-2.0
"""The statements of evaluation on Apache Spark in local mode: the same expressions, another engine."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from tongguan.casebook.queries import Book
from tongguan.evaluation import tallying
from tongguan.evaluation.tallying import Cells
from tongguan.marks import counting
from tongguan.marks.counting import SPARK, Frame

TABLES = ("cases", "lines", "orders", "clocks", "answers", "tellings")


def absent() -> str:
    """Say why Spark cannot be used here, "" where it can."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed (uv sync --group spark)"
    return "" if shutil.which("java") else "there is no Java"


def copied(book: Book, folder: Path) -> None:
    """Write the casebook's tables as Spark reads them: ids as text."""
    for table in TABLES:
        columns = ", ".join(
            f'CAST("{name}" AS VARCHAR) AS "{name}"' if str(kind) == "UUID" else f'"{name}"'
            for name, kind in zip(*_columns(book, table), strict=True)
        )
        book.rows(f"COPY (SELECT {columns} FROM {table}) TO '{folder / table}.parquet' (FORMAT parquet)")


def _columns(book: Book, table: str) -> tuple[list[str], list[Any]]:
    found = book.sql(f"SELECT * FROM {table}")
    return list(found.columns), list(found.types)


def session(folder: Path, threads: int = 2) -> Any:
    """Start Spark with a view for each table in the folder."""
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master(f"local[{threads}]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.timestampType", "TIMESTAMP_NTZ")
        .config("spark.sql.shuffle.partitions", "8")
        .config("spark.driver.memory", "2g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    for table in TABLES:
        spark.read.parquet(f"{folder / table}.parquet").createOrReplaceTempView(table)
    return spark


def summed(spark: Any, codes: Sequence[str], frame: Frame) -> Cells:
    """Give the sums that ``computing.summed`` gives, counted by Spark."""
    cells: Cells = {}
    for text, of in counting.sums(codes, replace(frame, dialect=SPARK)):
        rows = [row.asDict() for row in spark.sql(text).collect()]
        names = ("street", "unit", "person", "post", "bits", *(f"n{place}" for place in range(len(of))))
        columns = {
            name: np.ma.array(
                [0 if row[name] is None else row[name] for row in rows],
                mask=[row[name] is None for row in rows],
                dtype=object,
            )
            for name in names
        }
        tallying.add(cells, of, columns)
    return cells
