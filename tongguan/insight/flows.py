# SPDX-License-Identifier: Apache-2.0
"""Where matters get stuck, read from an open case book (F50). Scope is the book's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from tongguan.casebook.queries import Book
from tongguan.insight import asking
from tongguan.insight.contracts import (
    Basis,
    HandOver,
    HandOvers,
    Heat,
    HeatCell,
    PingPong,
    Rows,
    Slice,
    SlowCase,
    Spans,
    StateLink,
    StateMap,
    StateNode,
    UnitTime,
    Variant,
    Variants,
)

_NONE: Final = Spans(0, None, None, None)


@dataclass(frozen=True, slots=True)
class Names:
    """What states and stages are called; stages in the order of the process. A code stands for itself."""

    states: Mapping[str, str]
    stages: Mapping[str, str]

    def place(self, stage: str) -> tuple[int, str]:
        """Give where a stage stands among the others, to sort by."""
        order = list(self.stages)
        return (order.index(stage) if stage in self.stages else len(order), stage)


def basis_of(book: Book, wanted: Slice) -> tuple[Basis, dict[str, Any]]:
    """Give what the figures are made of, and the parameters that narrow every question to it."""
    told = asking.narrowed(wanted)
    count = int(_table(book, asking.COUNT, told)[0]["n"])
    parts = max(1, count // asking.SAMPLE)
    told = asking.narrowed(wanted, parts)
    drawn = count if parts == 1 else int(_table(book, asking.COUNT, told)[0]["s"])
    return Basis(wanted.since, wanted.until, count, drawn, book.read_at), told


def state_map(book: Book, wanted: Slice, names: Names) -> StateMap:
    """Give the process as it ran: states with visits and stays, and the ways between them."""
    basis, told = basis_of(book, wanted)
    links = _table(book, asking.LINKS, told)
    standing = {row["state"]: row for row in _table(book, asking.STANDING, told)}
    stays = {row["state"]: row for row in _table(book, asking.STAYS, told)}
    about: dict[str, tuple[str, bool]] = {}
    entered: dict[str, int] = {}
    for row in links:
        about.setdefault(row["to"], (row["stage"] or "", bool(row["final"])))
        entered[row["to"]] = entered.get(row["to"], 0) + row["n"]
        if row["frm"]:
            about.setdefault(row["frm"], ("", False))
    for state, row in standing.items():
        about[state] = (row["stage"] or "", bool(row["final"]))
    nodes = [
        StateNode(
            state, names.states.get(state, state), stage, final, entered.get(state, 0),
            0 if state not in standing or final else standing[state]["n"], _spans(stays.get(state), "q"),
        )
        for state, (stage, final) in about.items()
    ]  # fmt: skip
    nodes.sort(key=lambda one: (one.final, names.place(one.stage), -one.entered, one.state))
    ways = [StateLink(row["frm"], row["to"], row["n"], bool(row["back"])) for row in links if row["frm"]]
    return StateMap(basis, tuple(nodes), tuple(ways))


def heat(book: Book, wanted: Slice, by: Rows, names: Names, rows: Mapping[str, str], most: int = 40) -> Heat:
    """Give durations of stages × rows; ``rows`` are the rows' names by key, the key where there is none."""
    basis, told = basis_of(book, wanted)
    found = _table(book, asking.heat(by), told | {"now": now_of(book, wanted), "most": most})
    weight: dict[str, float] = {}
    cells = []
    for row in found:
        times = _spans(row, "open_q", row["n"] - row["running"])
        cell = HeatCell(
            row["stage"], row["key"], row["n"], row["running"], row["limited"],
            row["late"] / row["limited"] if row["limited"] else None,
            times, _spans(row, "worked_q", row["n"] - row["running"]),
        )  # fmt: skip
        cells.append(cell)
        weight[cell.key] = weight.get(cell.key, 0.0) + (times.p50 or 0.0) * cell.count
    stages = sorted({cell.stage for cell in cells}, key=names.place)
    keys = sorted(weight, key=lambda key: (-weight[key], key))
    return Heat(
        basis, by, tuple((one, names.stages.get(one, one)) for one in stages),
        tuple((key, rows.get(key) or key) for key in keys), tuple(cells),
    )  # fmt: skip


def unit_times(book: Book, wanted: Slice, names: Mapping[int, str], most: int = 40) -> tuple[UnitTime, ...]:
    """Give where the time of units' work orders went, those that hold the most time first."""
    _, told = basis_of(book, wanted)
    rows = _table(book, asking.UNIT_TIMES, told | {"now": now_of(book, wanted), "most": most})
    return tuple(
        UnitTime(
            row["unit"], names.get(row["unit"]) or str(row["unit"]), row["n"], row["returned"],
            int(row["reworked"]), **{part: float(row[part] or 0.0) for part in _PARTS},
            worked=None if row["worked"] is None else float(row["worked"]),
        )
        for row in rows if row["unit"] is not None
    )  # fmt: skip


_PARTS: Final = ("sign", "assign", "work", "confirm", "rest", "whole")


def variants(book: Book, wanted: Slice, names: Names, most: int = 15) -> Variants:
    """Give the commonest sequences of states of closed cases and what came of them."""
    basis, told = basis_of(book, wanted)
    rows = _table(book, asking.VARIANTS, told | {"most": most})
    if not rows:
        return Variants(basis, 0, 0.0, ())
    whole, kinds = int(rows[0]["whole"]), int(rows[0]["kinds"])
    found = [
        Variant(
            tuple(row["path"]), tuple(names.states.get(one, one) for one in row["path"]),
            row["n"], row["n"] / whole, _spans(row, "q"),
            _share(row["limited"] - row["late"], row["limited"]),
            float(row["reworked"]), float(row["reopened"]),
            _share(row["satisfied"], row["answers"]), row["answers"],
        )
        for row in rows
    ]  # fmt: skip
    return Variants(basis, kinds, sum(one.cases for one in found) / whole, tuple(found))


def hand_overs(book: Book, wanted: Slice, names: Mapping[int, str], most: int = 40) -> HandOvers:
    """Give which leading unit gave cases to which, and which pairs played them to and fro."""
    basis, told = basis_of(book, wanted)
    told |= {"most": most}
    links = tuple(
        HandOver(
            row["frm"], names.get(row["frm"]) or str(row["frm"]), row["to"],
            names.get(row["to"]) or str(row["to"]), row["n"], row["returned"],
            None if row["held"] is None else float(row["held"]),
        )
        for row in _table(book, asking.HAND_OVERS, told)
    )  # fmt: skip
    pairs = tuple(
        PingPong(
            row["one"], names.get(row["one"]) or str(row["one"]), row["other"],
            names.get(row["other"]) or str(row["other"]), row["n"],
        )
        for row in _table(book, asking.PING_PONG, told)
    )  # fmt: skip
    return HandOvers(basis, links, pairs)


def slow_cases(
    book: Book, wanted: Slice, by: Rows, stage: str, key: str, most: int = 50
) -> tuple[SlowCase, ...]:
    """Give the cases behind one cell of the heat table, the slowest first."""
    told = asking.narrowed(wanted) | {"now": now_of(book, wanted), "stage": stage, "key": key, "most": most}
    return tuple(
        SlowCase(
            row["id"], row["number"], row["item_name"], row["division"], row["state"], float(row["minutes"]),
            None if row["worked"] is None else float(row["worked"]), row["running"], bool(row["late"]),
        )
        for row in _table(book, asking.slow(by), told)
    )  # fmt: skip


def now_of(book: Book, wanted: Slice) -> datetime:
    """Give up to when running matters are reckoned: the book's time, naive UTC."""
    at = book.read_at or wanted.until
    return at.astimezone(UTC).replace(tzinfo=None)


def names_of(book: Book, table: str, column: str, keys: Iterable[str] | None = None) -> dict[str, str]:
    """Give a register's names by its key as text; of all, or of some keys."""
    rows = _table(book, f"SELECT CAST({column} AS VARCHAR) AS key, name FROM {table}", {})  # noqa: S608
    wanted = None if keys is None else set(keys)
    return {row["key"]: row["name"] for row in rows if wanted is None or row["key"] in wanted}


def _table(book: Book, text: str, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give a question's rows; of the parameters only those it speaks of are handed on."""
    spoken = {name: value for name, value in told.items() if f"${name}" in text}
    relation = book.sql(asking.of_all(text, told), spoken)
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def _spans(row: Mapping[str, Any] | None, name: str, count: int | None = None) -> Spans:
    if row is None:
        return _NONE
    values: Sequence[float] | None = row[name]
    quantiles = [None if one is None or np.isnan(one) else float(one) for one in values or (None,) * 3]
    return Spans(row["n"] if count is None else count, *quantiles)


def _share(hits: int, tries: int) -> float | None:
    return hits / tries if tries else None
