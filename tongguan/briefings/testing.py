# SPDX-License-Identifier: Apache-2.0
"""A small city's book for tests: nine quiet weeks and one in which water covers break in 江北区."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tongguan.casebook.testing import write_book

#: The Monday (local midnight) on which the loud week begins; the book reads up to its end.
LOUD = datetime(2026, 9, 6, 16, tzinfo=UTC)
END = LOUD + timedelta(days=7)
_HOUR = timedelta(hours=1)


def rows(item_name: str = "上水井盖") -> Iterator[dict[str, Any]]:
    """Give the cases: 3 a day in each of two districts, 9 more a day of one item in the loud week."""
    for day in range(-63, 7):
        begin = LOUD + timedelta(days=day)
        for no in range(3):
            for district in ("990101001001", "990102001001"):
                yield case(begin + _HOUR * (2 + no), district, "010102", "雨水箅子", hours=10)
        if day >= 0:
            for no in range(9):
                yield case(begin + _HOUR * (3 + no / 4), "990101001001", "010101", item_name, hours=60)


def case(at: datetime, division: str, item: str, name: str, hours: float) -> dict[str, Any]:
    """Give one case that is due after 48 hours and closed after so many, if that lies before the end."""
    closed = at + _HOUR * hours
    lasts = closed < END
    return {
        "id": f"{at.isoformat()}{division}{item}", "division": division, "item": item, "item_name": name,
        "family": "公用设施", "opened_at": at, "due_at": at + 48 * _HOUR,
        "closed_at": closed if lasts else None, "final": lasts, "state": "closed" if lasts else "handling",
        "lead_unit": 1, "lon": 121.005, "lat": 30.805, "cell": 622236750694711295,
    }  # fmt: skip


def write_city(home: Path, item_name: str = "上水井盖", **more: Any) -> None:
    """Write the book under a home."""
    found = list(rows(item_name))
    answers: list[Mapping[str, Any]] = [
        {"case_id": one["id"], "at": one["closed_at"] + _HOUR, "responded": True, "solved": n % 5 != 0,
         "satisfied": "unsatisfied" if n % 4 == 0 else "satisfied"}
        for n, one in enumerate(found) if one["closed_at"]
    ]  # fmt: skip
    tellings = [
        {"received_at": one["opened_at"], "division": one["division"], "item": one["item"]} for one in found
    ]
    divisions = [
        {"code": "9901", "name": "江州市", "level": "city", "parent": "99"},
        {"code": "990101", "name": "江北区", "level": "district", "parent": "9901"},
        {"code": "990102", "name": "江南区", "level": "district", "parent": "9901"},
    ]
    units = [{"id": 1, "name": "江北区市政所", "path": "0001", "kind": "department"}]
    registers: dict[str, Any] = {"divisions": divisions, "units": units, **more}
    write_book(home, found, tellings=tellings, answers=answers, read_at=END, **registers)
