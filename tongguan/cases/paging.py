# SPDX-License-Identifier: Apache-2.0
"""Key-set pages and counts that stay cheap at a million rows."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from tongguan.cases.contracts import CaseBrief, Page
from tongguan.cases.models import Case
from tongguan.cases.visibility import BRIEF
from tongguan.kernel.errors import Invalid

#: Up to here totals are counted; above, the planner's estimate (PostgreSQL) or "at least" (SQLite).
COUNT_BOUND: Final = 1000
#: An estimate so far above the bound is believed without counting up to it.
_SURELY_ABOVE: Final = 10 * COUNT_BOUND
_ORDERS: Final = {"newest": "opened_at", "oldest": "opened_at", "due": "due_at"}
_UNDATED: Final = "~"


def page(rows: QuerySet[Case], after: str, limit: int, order: str) -> Page:
    """Give the page after a cursor. Raises Invalid for an unknown order or a broken cursor.

    ``due`` is two lists behind each other: open cases by due time, then those without one, the longest
    waiting first.
    """
    if order not in _ORDERS:
        raise Invalid("page.order", "排序方式不正确", "unknown order", field="order")
    if order == "due":
        rows = rows.filter(closed_at__isnull=True)
    total, estimated = (None, False) if after else count(rows)
    edge = _read(after, undated_too=order == "due") if after else None
    if order != "due":
        found = _part(rows, _ORDERS[order], edge, limit + 1, down=order == "newest")
    else:
        undated = edge is not None and edge.undated
        dated = rows.filter(due_at__isnull=False)
        found = [] if undated else _part(dated, "due_at", edge, limit + 1)
        if len(found) <= limit:
            rest = rows.filter(due_at__isnull=True)
            found += _part(rest, "opened_at", edge if undated else None, limit + 1 - len(found))
    infos = tuple(CaseBrief(**row) for row in found[:limit])
    cursor = _cursor(infos[-1], order) if len(found) > limit else ""
    return Page(rows=infos, after=cursor, total=total, estimated=estimated)


def _part(
    rows: QuerySet[Case], column: str, edge: "_Edge | None", most: int, *, down: bool = False
) -> list[dict[str, Any]]:
    """Give at most so many rows behind an edge, by a column and then by id."""
    if edge is not None:
        # The first condition is what the index is entered by; the second leaves out the page's own edge.
        way, on_edge = ("lte", "gte") if down else ("gte", "lte")
        rows = rows.filter(
            Q(**{f"{column}__{way}": edge.at}) & ~Q(**{column: edge.at, f"id__{on_edge}": edge.pk})
        )
    sign = "-" if down else ""
    return list(rows.order_by(f"{sign}{column}", f"{sign}id").values(*BRIEF)[:most])


def count(rows: QuerySet[Any]) -> tuple[int, bool]:
    """Give (number, estimated); one statement for what is many, two at most."""
    guess = 0
    if connection.vendor == "postgresql":
        plan = rows.order_by().values("pk").explain(format="json")
        # A query that can find nothing is not even asked, and has no plan.
        guess = int(json.loads(plan)[0]["Plan"]["Plan Rows"]) if plan else 0
        if guess > _SURELY_ABOVE:
            return guess, True
    exact = rows.order_by()[: COUNT_BOUND + 1].count()
    return (exact, False) if exact <= COUNT_BOUND else (max(exact, guess), True)


@dataclass(frozen=True, slots=True)
class _Edge:
    """The last row of a page: its moment and id; ``undated``: of the due list's part without due times."""

    at: datetime
    pk: UUID
    undated: bool


def _cursor(last: CaseBrief, order: str) -> str:
    undated = order == "due" and last.due_at is None
    at = last.opened_at if undated else getattr(last, _ORDERS[order])
    return urlsafe_b64encode(f"{_UNDATED if undated else ''}{at.isoformat()}|{last.id}".encode()).decode()


def _read(after: str, *, undated_too: bool) -> _Edge:
    try:
        text = urlsafe_b64decode(after.encode()).decode()
        undated = undated_too and text.startswith(_UNDATED)
        at, _, pk = text[undated:].partition("|")
        return _Edge(datetime.fromisoformat(at).astimezone(UTC), UUID(pk), undated)
    except (ValueError, OverflowError) as error:
        raise Invalid("page.after", "翻页位置不正确", "not a cursor of this list", field="after") from error
