# SPDX-License-Identifier: Apache-2.0
"""Books for tests and benches: written from rows given by hand, or drawn by the million."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

from tongguan.casebook import checking, files, keeping, queries
from tongguan.casebook.contracts import Rows
from tongguan.casebook.schema import CASE, DIMENSIONS, TABLES, TELLING, tables_of
from tongguan.casebook.store import Store
from tongguan.casebook.synthetic import write_synthetic
from tongguan.casebook.values import plain
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.testing import settle

__all__ = [
    "assert_same_as_rebuilt", "case_id", "change_book", "contents", "taken", "write_again", "write_book",
    "write_synthetic",
]  # fmt: skip

_SPACE: Final = UUID("6f1b4a52-9d0e-5a41-8a53-7b1c0f0f2a11")
_CASE: Final[dict[str, Any]] = {
    "number": "",
    "item": "010101",
    "item_name": "上水井盖",
    "family": "公用设施",
    "kind": "complaint",
    "division": "990101001001",
    "grid": "",
    "component": "",
    "source": "hotline",
    "urgency": "normal",
    "state": "closed",
    "stage": "",
    "final": True,
    "process": "standard",
    "opened_at": datetime(2026, 9, 1, 1, tzinfo=UTC),
    "lead_path": "",
    "voices": 1,
    "excused": False,
} | dict.fromkeys(("returns", "reworks", "extensions", "suspensions", "urges", "reopens"), 0)


def case_id(word: str) -> UUID:
    """Give the id of a case that a test calls by a word."""
    return uuid5(_SPACE, word)


def write_book(
    home: Path,
    cases: Iterable[Mapping[str, Any]] = (),
    *,
    tellings: Iterable[Mapping[str, Any]] = (),
    read_at: datetime | None = None,
    **tables: Iterable[Mapping[str, Any]],
) -> None:
    """Write a whole book under ``home`` from rows by column name; what a row leaves out has a default.

    A row's ``case_id`` (a case's ``id``) may be a word: the test's name for the case. ``tables``: lines,
    orders, clocks, answers, parts (``case_id``, ``unit_path``: units with a part in a case), and the
    registers units, divisions, items. Times are aware.
    """
    folder = home / "casebook"
    store = Store.begun(folder)
    store.add(_batches(cases, tellings, tables))
    registers = {name: list(tables.get(name, ())) for name in ("units", "divisions", "items")}
    store.set_dimensions(registers)
    store.compact()
    store.finish(read_at or datetime.now(UTC))
    assert files.manifest(folder) is not None


def change_book(
    home: Path,
    cases: Iterable[Mapping[str, Any]] = (),
    *,
    tellings: Iterable[Mapping[str, Any]] = (),
    read_at: datetime | None = None,
    compact: bool = False,
    **tables: Iterable[Mapping[str, Any]],
) -> None:
    """Take cases and tellings in, in place of what the book knew of them, as the engine does.

    A telling is known by its ``id``. ``compact``: afterwards every month's increments go into its base.
    """
    folder = home / "casebook"
    state = files.manifest(folder)
    assert state is not None
    store = Store(folder, files.MANIFEST, state)
    store.add(_batches(cases, tellings, tables))
    if compact:
        store.compact()
    store.finish(read_at or datetime.now(UTC))


def write_again(ids: Collection[UUID], *, compact: bool = False) -> None:
    """Write cases again as they are, as if something about them had changed; those of one book at home."""
    folder = queries.folder()
    state = files.manifest(folder)
    assert state is not None
    listed = ", ".join(f"'{one}'" for one in ids)
    told: dict[str, list[dict[str, Any]]] = {}
    with files.connected(folder) as connection:
        for table in tables_of(CASE):
            source = (
                f'SELECT * FROM ({checking.kept(folder, state, table)}) WHERE "{table.key}" IN ({listed})'
            )
            rows = connection.execute(source).fetchall()
            told[table.name] = [dict(zip(table.names, row, strict=True)) for row in rows]
    store = Store(folder, files.MANIFEST, state)
    store.add([Rows(CASE, told)])
    if compact:
        store.compact()


def _batches(
    cases: Iterable[Mapping[str, Any]],
    tellings: Iterable[Mapping[str, Any]],
    tables: Mapping[str, Iterable[Mapping[str, Any]]],
) -> list[Rows]:
    heads = [_case(one) for one in cases]
    known = {one["id"]: one for one in heads}
    told: dict[str, list[dict[str, Any]]] = {"cases": heads}
    for name in ("lines", "orders", "clocks", "answers", "parts"):
        told[name] = [_hung(name, no, row, known) for no, row in enumerate(tables.get(name, ()), 1)]
    tellers = [_telling(no, row) for no, row in enumerate(tellings, 1)]
    return [Rows(CASE, told), Rows(TELLING, {"tellings": tellers})]


def taken() -> None:
    """Deliver all facts, and take into the book what they tell of."""
    settle(jobs=False)
    while keeping.take_in(queries.folder(), seconds=60):
        pass


def contents() -> dict[str, list[tuple[Any, ...]]]:
    """Give every row of every view, in an order of its own."""
    with queries.open_book(PLATFORM) as book:
        names = [name for name in (*TABLES, *DIMENSIONS) if name != "parts"]
        return {name: sorted(book.rows(f"SELECT * FROM {name}"), key=repr) for name in names}


def assert_same_as_rebuilt() -> dict[str, list[tuple[Any, ...]]]:
    """Fail unless the book, taken in bit by bit, is what it is when built from nothing; give its rows."""
    taken()
    found = checking.check(queries.folder())
    assert found is not None
    assert found.sound, found
    before = contents()
    assert keeping.build(queries.folder()) is not None
    assert contents() == before
    return before


def _id(word: Any) -> UUID:
    return word if isinstance(word, UUID) else case_id(str(word))


def _case(given: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = _CASE | {"id": case_id(str(sorted(given.items(), key=str)))} | dict(given)
    row["id"] = _id(row["id"])
    row["number"] = row["number"] or row["id"].hex[:16]
    place = str(row["division"])
    row = {"district": place[:6], "street": place[:9], "hub": place[:6]} | _limits(row) | row
    if isinstance(row.get("recurs_of"), str):
        row["recurs_of"] = _id(row["recurs_of"])
    row |= {"_division": place, "_opened": row["opened_at"]}
    return plain(row, TABLES["cases"].names)


def _limits(row: Mapping[str, Any]) -> dict[str, Any]:
    """A case that a test gives a due time was late when it was closed after it."""
    due, closed = row.get("due_at"), row.get("closed_at")
    return {"limited": due is not None, "overdue_at": due if due and closed and closed > due else None}


def _hung(table: str, no: int, given: Mapping[str, Any], known: Mapping[UUID, Any]) -> dict[str, Any]:
    of = _id(given["case_id"])
    case = known[of]
    row: dict[str, Any] = {"counts": [], "final": False, "extensions": 0, "reworks": 0, "excluded": False}
    row |= {"id": no if table == "clocks" else uuid5(of, f"{table}{no}"), "no": no, "round": 1}
    row |= {"division": case["division"], "report_id": uuid5(of, f"report{no}"), "how": "survey"}
    row |= {**given, "case_id": of, "_division": case["_division"], "_opened": case["_opened"]}
    return plain(row, TABLES[table].names)


def _telling(no: int, given: Mapping[str, Any]) -> dict[str, Any]:
    row = {"id": uuid5(_SPACE, f"telling{no}"), "outcome": "opened", "voice": "first", "source": "hotline"}
    row |= {"received_at": _CASE["opened_at"], "division": _CASE["division"]} | dict(given)
    row["case_id"] = _id(row["case_id"]) if row.get("case_id") else None
    row |= {"_division": row["division"], "_opened": row["received_at"]}
    return plain(row, TABLES["tellings"].names)
