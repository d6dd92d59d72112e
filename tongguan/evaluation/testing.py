# SPDX-License-Identifier: Apache-2.0
"""A small book of May 2026 whose figures can be told by heart, for stories of this room and of the doors."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tongguan.casebook.testing import case_id, change_book, write_book
from tongguan.people.testing import (
    CITY,
    COMMUNITY,
    DISTRICT,
    OTHER_COMMUNITY,
    OTHER_DISTRICT,
    OTHER_STREET,
    STREET,
    Cast,
)

#: Noon of the first of May in Shanghai.
FIRST = datetime(2026, 5, 1, 4, tzinfo=UTC)
MAY_READ = datetime(2026, 6, 2, tzinfo=UTC)
PLACES = (
    (CITY, "江州市"),
    (DISTRICT, "江北区"),
    (OTHER_DISTRICT, "江南区"),
    (STREET, "一街道"),
    (OTHER_STREET, "南一街道"),
)
LEVELS = {4: "city", 6: "district", 9: "street"}


def may_goes_on(home: Path, people: Cast) -> None:
    """Take into the book that 江北's fifth case was closed a day later than known, and late."""
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("cases", "clocks", "orders", "lines", "answers", "tellings")
    }
    _closed(rows, "north4", COMMUNITY, people.unit("N-SZ"), 4, late=True, content=True, number="JB4")
    rows.pop("tellings")  # it was told before, and nothing about that changed
    change_book(home, rows.pop("cases"), read_at=MAY_READ + timedelta(hours=1), compact=False, **rows)


def write_may(home: Path, people: Cast, *, late_fact: bool = False) -> None:
    """Write ten closed cases of May: six of 江北区市政所, four of 江南区市政所, and one that is open.

    江北: five handled in time, one late; the last also extended and reworked. 江南: all four late, of which
    one was excused on appeal and one is a mere question. Everybody answered; in 江北 five of six are content.
    ``late_fact``: afterwards one of 江北's turned out to have been closed a day later and late.
    """
    north, south = people.unit("N-SZ"), people.unit("S-SZ")
    rows: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("cases", "clocks", "orders", "lines", "answers", "tellings")
    }
    for n in range(6):
        late = n == 5 or (late_fact and n == 4)
        _closed(rows, f"north{n}", COMMUNITY, north, n, late=late, content=n != 5, number=f"JB{n}")
    rows["lines"] += [
        {
            "case_id": "north5",
            "no": 8,
            "at": FIRST + timedelta(days=6),
            "move": "extend",
            "counts": ["extensions"],
        },
        {
            "case_id": "north5",
            "no": 9,
            "at": FIRST + timedelta(days=7),
            "move": "check_fail",
            "counts": ["reworks"],
        },
    ]
    for n in range(4):
        more = {"excused": n == 0, "kind": "consult" if n == 1 else "complaint"}
        _closed(
            rows, f"south{n}", OTHER_COMMUNITY, south, n, late=True, content=False, number=f"JN{n}", **more
        )
    rows["cases"].append(
        _case("open", COMMUNITY, north, 20, number="JB9") | {"state": "handling", "final": False}
    )
    units = [{"id": one.id, "name": one.name, "path": one.path, "kind": one.kind} for one in (north, south)]
    divisions = [
        {"code": code, "name": name, "level": LEVELS[len(code)], "parent": code[:-3]} for code, name in PLACES
    ]
    cases = rows.pop("cases")
    write_book(home, cases, **rows, units=units, divisions=divisions, read_at=MAY_READ)


def _case(word: str, division: str, unit: Any, day: int, *, number: str, **more: Any) -> dict[str, Any]:
    opened = FIRST + timedelta(days=day)
    return {
        "id": word, "number": number, "division": division, "lead_unit": unit.id, "lead_path": unit.path,
        "opened_at": opened, "filed_at": opened + timedelta(hours=1), "due_at": opened + timedelta(days=3),
        **more,
    }  # fmt: skip


def _closed(
    rows: dict[str, list[dict[str, Any]]], word: str, division: str, unit: Any, day: int, *, late: bool,
    content: bool, number: str, **more: Any,
) -> None:  # fmt: skip
    case = _case(word, division, unit, day, number=number, **more)
    opened, filed, due = case["opened_at"], case["filed_at"], case["due_at"]
    done = filed + timedelta(days=4 if late else 1)
    closed = done + timedelta(hours=2)
    rows["cases"].append(case | {"closed_at": closed, "reworks": 1 if word == "north5" else 0})
    rows["tellings"].append(
        {"case_id": word, "received_at": opened, "division": division, "kind": case.get("kind", "complaint")}
    )
    for stage, begin, end, limit in (
        ("accept", opened, filed, filed + timedelta(hours=1)), ("register", opened, filed, None),
        ("dispatch", filed, filed, None), ("handle", filed, done, due), ("check", done, closed, None),
    ):  # fmt: skip
        clock = {"case_id": word, "stage": stage, "started_at": begin, "stopped_at": end, "due_at": limit}
        rows["clocks"].append(clock | {"worked_minutes": 480.0 if stage == "handle" else None})
    rows["orders"].append(
        {
            "case_id": word, "unit": unit.id, "unit_path": unit.path, "role": "lead", "state": "confirmed",
            "dispatched_at": filed, "confirmed_at": done, "ended_at": done, "due_at": due,
        }
    )  # fmt: skip
    for no, (at, move) in enumerate(
        ((opened, "open"), (filed, "accept"), (filed, "dispatch"), (closed, "close")), 1
    ):
        rows["lines"].append(
            {"case_id": word, "no": no, "at": at, "move": move, "actor_key": "system", "post": "system"}
        )
    rows["answers"].append(
        {
            "case_id": word, "at": closed + timedelta(hours=3), "responded": True, "solved": not late,
            "satisfied": "satisfied" if content else "unsatisfied",
        }
    )  # fmt: skip


NORTH5 = case_id("north5")
