# SPDX-License-Identifier: Apache-2.0
"""未诉先办: matters that come back, found in the casebook, kept as projects, taught by what was rejected."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import h3.api.basic_int as h3
import numpy as np
from django.db.models import Count, Q

from tongguan.analysis.contracts import Decision, Project, ProjectState
from tongguan.analysis.findings import YEAR
from tongguan.analysis.measures import cell_at
from tongguan.analysis.models import Decided
from tongguan.analysis.models import Project as Row
from tongguan.casebook.queries import Book
from tongguan.kernel import clock
from tongguan.patterns import api as patterns
from tongguan.patterns.contracts import Recurrence
from tongguan.runtime.transactions import atomic
from tongguan.tables import api as tables

RESOLUTION: Final = 9
RULE: Final = "comes-back-1"
_HISTORY: Final = timedelta(days=3 * 365)
_MOST: Final = 300
#: A kind whose projects are rejected more than accepted needs more spells: at most so many more.
_MOST_EXTRA: Final = 6
_BASE: Final = patterns.Coming()
_OPEN_QUESTION: Final = 0.5


def _columns(book: Book, today: date) -> dict[str, Any]:
    """Give the cases of the last years by place and item: numbered columns, and what the numbers mean."""
    since = datetime.combine(today - _HISTORY, datetime.min.time())
    sql = (
        f"SELECT id, {cell_at(RESOLUTION)} AS place, item, item_name, division, lon, lat,"  # noqa: S608
        " date_diff('day', DATE '1970-01-01', CAST(opened_at + INTERVAL 8 HOUR AS DATE)) AS day,"
        " month(opened_at + INTERVAL 8 HOUR) AS month FROM cases"
        " WHERE opened_at >= ? AND cell IS NOT NULL AND item <> '' AND coalesce(kind, '') <> 'praise'"
        " ORDER BY opened_at, id"
    )
    return book.fetch(sql, [since])


def find(book: Book, today: date) -> int:
    """Look for what comes back, propose it, refresh what stands; give how many projects were touched."""
    told = _columns(book, today)
    if not len(told["place"]):
        return 0
    cells, place = np.unique(np.ma.filled(told["place"], 0).astype(np.int64), return_inverse=True)
    items, kind = np.unique(np.ma.filled(told["item"], "").astype(str), return_inverse=True)
    days = np.asarray(told["day"], dtype=np.int64)
    months = np.asarray(told["month"], dtype=np.int64)
    refused = _refused(cells, items)
    extra = _extra()
    found = patterns.recurrences(place, kind, days, months, refused=refused)
    held = _held_up(place, kind, days, months, today)
    chosen = []
    for one in found:
        item = str(items[one.kind])
        if one.spells >= _BASE.spells + extra.get(item, 0) and h3.is_valid_cell(int(cells[one.place])):
            chosen.append((one, item))
    return _keep(chosen[:_MOST], told, cells, held, extra)


def _refused(cells: np.ndarray, items: np.ndarray) -> dict[tuple[int, int], int]:
    """Give what was rejected and when: cases up to then speak for it no more."""
    place = {int(cell): n for n, cell in enumerate(cells.tolist())}
    kinds = {str(item): n for n, item in enumerate(items.tolist())}
    found: dict[tuple[int, int], int] = {}
    rows = Decided.objects.filter(state=ProjectState.REJECTED).values_list(
        "project__cell", "project__item", "at"
    )
    for cell, item, at in rows:
        if cell in place and item in kinds:
            found[place[cell], kinds[item]] = (at.date() - date(1970, 1, 1)).days
    return found


def _extra() -> dict[str, int]:
    """Give by item how many spells more are asked for, taught by the last year's decisions."""
    rows = (
        Decided.objects.filter(at__gte=clock.now() - YEAR)
        .order_by()
        .values("project__item")
        .annotate(
            no=Count("id", filter=Q(state=ProjectState.REJECTED)),
            yes=Count("id", filter=Q(state=ProjectState.ACCEPTED)),
        )
    )
    return {one["project__item"]: min(max(one["no"] - one["yes"], 0), _MOST_EXTRA) for one in rows}


def _held_up(
    place: np.ndarray, kind: np.ndarray, days: np.ndarray, months: np.ndarray, today: date
) -> tuple[float | None, int]:
    """Give which share of what the rule would have named a year ago came back since, and of how many."""
    cut = (today - YEAR - date(1970, 1, 1)).days
    old = days <= cut
    named = patterns.recurrences(place[old], kind[old], days[old], months[old]) if old.any() else []
    if not named:
        return None, 0
    width = int(kind.max()) + 1
    later = set((place[~old] * width + kind[~old]).tolist())
    return sum(one.place * width + one.kind in later for one in named) / len(named), len(named)


def _keep(
    chosen: Sequence[tuple[Recurrence, str]],
    told: Mapping[str, Any],
    cells: np.ndarray,
    held: tuple[float | None, int],
    extra: Mapping[str, int],
) -> int:
    keys = [(int(cells[one.place]), item) for one, item in chosen]
    with atomic():
        standing = {
            (row.cell, row.item): row for row in Row.objects.filter(cell__in=[cell for cell, _ in keys])
        }
        fresh, changed = [], []
        for (one, item), key in zip(chosen, keys, strict=True):
            values = _values(one, told, held, extra.get(item, 0))
            row = standing.get(key)
            if row is None:
                fresh.append(
                    tables.fresh(
                        Row, cell=key[0], item=item, state=ProjectState.PROPOSED, rule=RULE,
                        found_at=clock.now(), **values,
                    )
                )  # fmt: skip
                continue
            again = row.state == ProjectState.REJECTED
            if again or any(getattr(row, name) != value for name, value in values.items()):
                # What was rejected is found again only from what came since: it is a proposal once more.
                row.state = ProjectState.PROPOSED if again else row.state
                row.version += 1
                for name, value in values.items():
                    setattr(row, name, value)
                changed.append(row)
        tables.insert(fresh)
        tables.update(changed, tables.names(Row))
    return len(fresh) + len(changed)


def _values(
    one: Recurrence, told: Mapping[str, Any], held: tuple[float | None, int], extra: int
) -> dict[str, Any]:
    rows = np.array(one.rows)
    last = int(rows[-1])
    day = [date(1970, 1, 1) + timedelta(days=n) for n in (one.known_day, int(told["day"][last]))]
    figures = {
        "months": list(one.months), "cases": len(rows), "spells": one.spells, "known_on": day[0].isoformat(),
        "last_on": day[1].isoformat(), "expected": round(one.expected, 2), "q": one.q, "held_up": held[0],
        "held_of": held[1], "extra": extra,
    }  # fmt: skip
    return {
        "item_name": str(told["item_name"][last])[:200],
        "division": str(told["division"][last]),
        "lon": float(np.mean(told["lon"][rows])),
        "lat": float(np.mean(told["lat"][rows])),
        "after": one.after,
        "figures": figures,
        "case_ids": [str(case) for case in np.asarray(told["id"])[rows]],
    }


def shown(row: Row, decided: Sequence[Decided], name: str, since: int | None) -> Project:
    """Give a project as it is shown; ``since``: cases since it was accepted."""
    told = row.figures
    known_on, last_on = date.fromisoformat(told["known_on"]), date.fromisoformat(told["last_on"])
    return Project(
        id=row.id, state=ProjectState(row.state), division=row.division, division_name=name,
        cell=h3.int_to_str(row.cell), lon=row.lon, lat=row.lat, item=row.item, item_name=row.item_name,
        months=tuple(told["months"]), cases=told["cases"], spells=told["spells"], after=row.after,
        known_on=known_on, last_on=last_on, confidence=round(confidence(told), 2), held_up=told["held_up"],
        why_zh=why(told, row.after), version=row.version, rule=row.rule, since_accepted=since,
        decisions=tuple(_decision(one) for one in decided),
        query=f"project={row.id}",
    )  # fmt: skip


def _decision(row: Decided) -> Decision:
    return Decision(ProjectState(row.state), row.reason, row.by_name, row.at)


def confidence(told: Mapping[str, Any]) -> float:
    """Give how sure it is that it comes back: how often the rule was right a year ago, less chance."""
    held = told["held_up"] if told["held_up"] is not None else _OPEN_QUESTION
    return float(held * (1 - told["q"]))


def why(told: Mapping[str, Any], after: int) -> str:
    """Give in words how it was found and what it could have spared."""
    months = "、".join(str(month) for month in told["months"])
    words = [
        (
            f"三年内此处（约 0.1 平方公里）同一事项 {told['cases']} 件，分 {told['spells']} 次出现，"
            f"按此处和此事项各自的多少只应有 {told['expected']:.1f} 件（q = {told['q']:.2g}）"
        ),
        f"集中在 {months} 月" if months else "全年都有",
        f"到 {told['known_on']} 已可看出会复发，此后又来 {after} 件：这是事先办好最多能省下的",
    ]
    if told["held_up"] is not None:
        words.append(f"同一规则一年前会指出 {told['held_of']} 处，其中 {told['held_up']:.0%} 后来确实又来")
    if told["extra"]:
        words.append(f"此类项目被退回较多，要求多出现 {told['extra']} 次才提出")
    return "；".join(words)


def came_since(book: Book, rows: Sequence[Row], accepted: Mapping[UUID, datetime]) -> dict[UUID, int]:
    """Give how many cases of its item came at each accepted project's place since then, in one statement."""
    wanted = [row for row in rows if row.id in accepted]
    if not wanted:
        return {}
    marks = ", ".join("(?, ?, ?, ?)" for _ in wanted)
    params: list[Any] = []
    for row in wanted:
        at = accepted[row.id].astimezone(UTC).replace(tzinfo=None)
        params += [str(row.id), row.cell, row.item, at]
    sql = (
        f"SELECT p.id, count(c.id) FROM (VALUES {marks}) p(id, cell, item, since)"  # noqa: S608
        f" LEFT JOIN (SELECT id, {cell_at(RESOLUTION)} AS place, item, opened_at FROM cases) c"
        " ON c.place = CAST(p.cell AS BIGINT) AND c.item = p.item"
        " AND c.opened_at > CAST(p.since AS TIMESTAMP)"
        " GROUP BY p.id"
    )
    return {UUID(str(key)): int(n) for key, n in book.rows(sql, params)}
