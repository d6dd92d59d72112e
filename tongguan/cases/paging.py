# SPDX-License-Identifier: Apache-2.0
"""Key-set pages and counts that stay cheap at a million rows."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
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


def page(rows: QuerySet[Case], after: str, limit: int, order: str) -> Page:
    """Give the page after a cursor. Raises Invalid for an unknown order or a broken cursor."""
    column = _ORDERS.get(order)
    if column is None:
        raise Invalid("page.order", "排序方式不正确", "unknown order", field="order")
    if order == "due":
        rows = rows.filter(closed_at__isnull=True, due_at__isnull=False)
    total, estimated = (None, False) if after else count(rows)
    if after:
        at, pk = _read(after)
        # The first condition is what the index is entered by; the second leaves out the page's own edge.
        if order == "newest":
            rows = rows.filter(Q(opened_at__lte=at) & ~Q(opened_at=at, id__gte=pk))
        else:
            rows = rows.filter(Q(**{f"{column}__gte": at}) & ~Q(**{column: at, "id__lte": pk}))
    sign = "-" if order == "newest" else ""
    found = list(rows.order_by(f"{sign}{column}", f"{sign}id").values(*BRIEF)[: limit + 1])
    infos = tuple(CaseBrief(**row) for row in found[:limit])
    more = len(found) > limit
    cursor = _cursor(getattr(infos[-1], column), infos[-1].id) if more else ""
    return Page(rows=infos, after=cursor, total=total, estimated=estimated)


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


def _cursor(at: datetime, pk: UUID) -> str:
    return urlsafe_b64encode(f"{at.isoformat()}|{pk}".encode()).decode()


def _read(after: str) -> tuple[datetime, UUID]:
    try:
        at, _, pk = urlsafe_b64decode(after.encode()).decode().partition("|")
        return datetime.fromisoformat(at).astimezone(UTC), UUID(pk)
    except (ValueError, OverflowError) as error:
        raise Invalid("page.after", "翻页位置不正确", "not a cursor of this list", field="after") from error
