# SPDX-License-Identifier: Apache-2.0
"""A plausible book by the million: a city of a year, drawn by DuckDB month by month from a seed.

What is plausible about it: a season, a week and hours of rush; centres, items and units of unequal load and
speed; limits by family of items, a long late tail, some cases never closed; matters that come back some days
after their closing; returns, reworks and urges that go with lateness; reporters who answer accordingly.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import duckdb
import numpy as np

from tongguan.casebook import files
from tongguan.casebook.contracts import BookFile, Group
from tongguan.casebook.files import quoted
from tongguan.casebook.schema import HEADS, WRITTEN, tables_of
from tongguan.casebook.store import ROW_GROUP, Store
from tongguan.casebook.weaving import CASES, FAMILIES, HUNG, ITEMS, MACROS
from tongguan.kernel.geometry import cells_of

#: Shares of the day's cases by local hour: mornings and afternoons, little at night.
_HOURS: Final = (4, 3, 2, 2, 2, 4, 9, 18, 38, 52, 54, 44, 28, 36, 48, 50, 46, 38, 28, 22, 18, 14, 9, 6)
_SEASON: Final = (0.92, 0.80, 0.96, 0.98, 1.02, 1.10, 1.20, 1.18, 1.04, 0.98, 0.94, 0.88)
_APPEALS: Final = FAMILIES[4:]
_BEIJING: Final = timedelta(hours=8)


def write_synthetic(
    home: Path,
    cases: int,
    *,
    months: int = 12,
    seed: int = 1,
    centres: int = 232,
    until: datetime = datetime(2026, 9, 1, tzinfo=UTC),
    memory: str = "2GB",
    threads: int = 2,
) -> None:
    """Write a book of about so many cases under ``home``: so many whole months before ``until``'s month.

    Division codes: city 9901, districts 990101 …, their streets with 9 digits; a ``centre`` is one of all
    these. The same arguments give the same book. Memory stays within ``memory`` whatever the number.
    """
    folder = home / "casebook"
    store = Store.begun(folder)
    first = [_month(until, months - n) for n in range(months + 1)]
    weights = np.array([_SEASON[at.month - 1] for at in first[:-1]])
    counts = np.floor(weights / weights.sum() * cases).astype(int)
    counts[0] += cases - int(counts.sum())
    groups: list[Group] = []
    with files.fresh(folder, threads=threads, memory=memory) as connection:
        connection.execute("SET preserve_insertion_order = true")
        for macro in MACROS:
            connection.execute(macro)
        connection.execute(f"SET VARIABLE hours = {_quantiles()}")
        for no, (begin, end, count) in enumerate(zip(first[:-1], first[1:], counts.tolist(), strict=True)):
            given = {"seed": seed, "month": no, "cases": count, "districts": min(16, max(1, centres // 12))}
            given["streets"] = max(given["districts"], centres - 1 - given["districts"])
            groups += _written(connection, store, begin, end, until, given, 2 * no + 1)
    store.put_groups(groups)
    store.set_dimensions(_registers(given["districts"], given["streets"]))
    store.finish(until)


def _month(until: datetime, back: int) -> datetime:
    year, month = divmod(until.year * 12 + until.month - 1 - back, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)


def _quantiles() -> str:
    shares = np.array(_HOURS) / sum(_HOURS)
    return str(np.searchsorted(np.cumsum(shares), (np.arange(1000) + 0.5) / 1000).tolist())


def _written(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    begin: datetime,
    end: datetime,
    until: datetime,
    given: dict[str, int],
    no: int,
) -> list[Group]:
    days = (end - begin) // timedelta(days=1)
    text = CASES.format(
        **given,
        begin=f"TIMESTAMP '{begin:%Y-%m-%d}'",
        until=f"TIMESTAMP '{until:%Y-%m-%d}'",
        days=days,
        weekday=(begin + _BEIJING).weekday(),
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE drawn AS {text}")
    places = connection.execute("SELECT lon, lat FROM drawn").fetchnumpy()
    connection.register("hexes", {"cell": cells_of(places["lon"], places["lat"])})
    month = f"{begin:%Y-%m}"
    found: list[Group] = []
    for n, (subject, head) in enumerate(HEADS.items()):
        made: dict[str, BookFile] = {}
        for table in tables_of(subject):
            columns = ", ".join(f'"{one}"::{kind} AS "{one}"' for one, kind in table.columns)
            name = f"{store.state.book}/{subject}-{month}-{no + n}-{table.name}.parquet"
            source = HUNG[table.name]
            if table.name == head:
                source = f"SELECT *, {no + n} AS {WRITTEN} FROM ({source})"
            order = " ORDER BY unit_path, case_id" if table.name == "parts" else ""
            rows = connection.execute(
                f"COPY (SELECT {columns} FROM ({source}){order}) TO {quoted(str(store.folder / name))} "
                f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
            ).fetchall()[0][0]
            if rows:
                made[table.name] = files.sealed(store.folder, name, int(rows))
        if head in made:
            group = Group(
                subject=subject, month=month, no=no + n, base=True, subjects=made[head].rows, files=made
            )
            found.append(group)
    return found


def _registers(districts: int, streets: int) -> dict[str, list[dict[str, object]]]:
    places: list[dict[str, object]] = [{"code": "9901", "name": "示例市", "level": "city", "parent": "99"}]
    units: list[dict[str, object]] = []
    for d in range(districts):
        code = f"9901{d + 1:02d}"
        places.append({"code": code, "name": f"第{d + 1}区", "level": "district", "parent": "9901"})
        for f, family in enumerate(FAMILIES):
            units.append(
                {
                    "id": 1000 + d * len(FAMILIES) + f,
                    "name": f"第{d + 1}区{family}主管部门",
                    "path": f"0001{d + 1:04d}{f + 1:04d}",
                    "kind": "department",
                }
            )
    for s in range(streets):
        d = s % districts
        places.append(
            {
                "code": f"9901{d + 1:02d}{s // districts + 1:03d}",
                "name": f"第{d + 1}区{s // districts + 1}街道",
                "level": "street",
                "parent": f"9901{d + 1:02d}",
            }
        )
    items: list[dict[str, object]] = [
        {
            "code": f"{n // 10 + 1:02d}{n % 10 + 1:04d}",
            "name": f"{FAMILIES[n // 10]}第{n % 10 + 1}类",
            "family": FAMILIES[n // 10],
            "kind": "appeal" if FAMILIES[n // 10] in _APPEALS else "event",
        }
        for n in range(ITEMS)
    ]
    return {"units": units, "divisions": places, "items": items}
