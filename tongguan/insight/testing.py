# SPDX-License-Identifier: Apache-2.0
"""A history for tests: clocks of one item whose durations are given, as a real case book."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tongguan.casebook.testing import write_book

#: When the history was read; a Wednesday.
READ_AT = datetime(2026, 9, 2, 4, tzinfo=UTC)
ITEM, ITEM_NAME = "01001", "供水井盖"


def clocks(
    hours: Iterable[float],
    *,
    unit: int,
    limit: tuple[float, str] = (4, "work_hour"),
    running: int = 0,
    item: str = ITEM,
    division: str = "990101001001",
    every: timedelta = timedelta(hours=6),
    word: str = "c",
    until: datetime = READ_AT,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give cases and their handling clocks: so many counted hours each, then some that still run.

    Cases begin one after the other, ``every`` apart, up to shortly before ``until``.
    """
    cases, rows = [], []
    durations: list[float | None] = [*hours, *[None] * running]
    for no, taken in enumerate(durations):
        began = until - every * (len(durations) - no)
        ended = None if taken is None else began + timedelta(hours=taken)
        due = began + timedelta(hours=limit[0])
        case = {
            "id": f"{word}{no}", "number": f"{word}{no}", "item": item, "item_name": ITEM_NAME,
            "division": division, "opened_at": began, "closed_at": ended, "lead_unit": unit,
            "state": "handling" if ended is None else "closed", "final": ended is not None,
        }  # fmt: skip
        cases.append(case)
        rows.append(
            {
                "case_id": f"{word}{no}", "stage": "handle", "started_at": began, "stopped_at": ended,
                "due_at": due, "limit_value": limit[0], "limit_unit": limit[1], "paused_minutes": 0.0,
                "worked_minutes": None if taken is None else 60.0 * taken,
            }
        )  # fmt: skip
    return cases, rows


def write_clocks(
    home: Path,
    *told: tuple[list[dict[str, Any]], list[dict[str, Any]]],
    units: Mapping[int, str],
    **more: Any,
) -> None:
    """Write a book of such cases; ``units`` are kinds by id."""
    write_book(
        home,
        [case for cases, _ in told for case in cases],
        clocks=[row for _, rows in told for row in rows],
        units=[{"id": key, "name": f"单位{key}", "path": "", "kind": kind} for key, kind in units.items()],
        items=[{"code": ITEM, "name": ITEM_NAME, "family": "公用设施", "kind": "component"}],
        **{"read_at": READ_AT} | more,
    )
