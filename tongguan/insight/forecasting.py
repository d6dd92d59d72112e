# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 - texts are put together from constants of this file alone; values are parameters
"""Forecasts of the coming week's late matters, kept, and met by what came. Callers hold rights.

Everything is read as it stood at a moment: a clock stopped later ran then. So past weeks are forecast from
what was known before them (``hindcast``), and the record of accuracy is there from the first day.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from django.conf import settings

from tongguan.casebook.queries import LOCAL, Book, open_book
from tongguan.insight import outlook
from tongguan.insight.facts import OverloadForeseen
from tongguan.insight.models import Overload
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM
from tongguan.runtime import outbox
from tongguan.runtime.transactions import atomic

SPAN: Final = timedelta(days=365)
#: Weeks forecast afterwards when nothing has been forecast yet.
HINDCAST: Final = 8
_USUAL: Final = 8
_MOST_PAST: Final = 300_000
_WEEK: Final = timedelta(days=7)
#: From so many times the usual number on, a unit is called overloaded.
OVERLOADED: Final = 1.5

_CLOCKS: Final = f"""
WITH timed AS (
  SELECT coalesce(k.unit, c.lead_unit) AS unit, c.item, c.item_name, k.started_at, k.due_at,
         CASE WHEN k.stopped_at <= $at THEN k.stopped_at END AS stopped_at, k.stopped_at AS ends,
         k.worked_minutes, k.limit_value, k.limit_unit, k.extensions, k.id,
         CAST(date_trunc('week', k.started_at + {LOCAL}) AS DATE) AS began_week,
         CAST(date_trunc('week', k.due_at + {LOCAL}) AS DATE) AS due_week
  FROM clocks k JOIN cases c ON c.id = k.case_id
  WHERE k.order_id IS NULL AND k.stage = 'handle' AND k.limit_value IS NOT NULL AND k.due_at IS NOT NULL
    AND k.started_at < $at AND coalesce(k.unit, c.lead_unit) IS NOT NULL
)"""
RUNNING: Final = _CLOCKS + " SELECT * FROM timed WHERE stopped_at IS NULL AND due_at > $at AND due_at < $end"
LOADS: Final = _CLOCKS + " SELECT unit, count(*) AS n FROM timed WHERE stopped_at IS NULL GROUP BY 1"
PAST: Final = (
    _CLOCKS
    + """
SELECT unit, item, stopped_at IS NOT NULL AS ended,
       date_diff('second', started_at, coalesce(stopped_at, $at)) / 60.0 AS open_minutes,
       date_diff('second', started_at, due_at) / 60.0 AS allowed
FROM timed WHERE started_at >= $since AND hash(id) % $parts = 0 AND due_at > started_at"""
)
DAILY: Final = (
    _CLOCKS
    + f"""
SELECT unit, CAST(started_at + {LOCAL} AS DATE) AS day, count(*) AS n FROM timed
WHERE started_at >= $since GROUP BY ALL"""
)
WEEKLY: Final = (
    _CLOCKS
    + """
SELECT unit, began_week, due_week, count(*) AS n,
       count(*) FILTER ((stopped_at IS NULL OR stopped_at > due_at) AND due_at <= $at) AS late
FROM timed WHERE started_at >= $since GROUP BY ALL"""
)
CAME: Final = (
    _CLOCKS
    + """
SELECT unit, count(*) FILTER (due_week = $week AND (ends IS NULL OR ends > due_at)) AS late,
       count(*) FILTER (began_week = $week) AS inflow
FROM timed WHERE due_week = $week OR began_week = $week GROUP BY 1"""
)


def local_zone() -> ZoneInfo:
    """Give the city's time zone."""
    return ZoneInfo(settings.TIME_ZONE)


def next_week(now: datetime) -> date:
    """Give the Monday that begins the coming local week."""
    today = now.astimezone(local_zone()).date()
    return today + timedelta(days=7 - today.weekday())


def forecast(now: datetime) -> int:
    """Forecast the coming week of every unit; past weeks too when there are none. Give how many units."""
    week = next_week(now)
    first = not Overload.objects.exists()
    with open_book(PLATFORM) as book:
        if first:
            for back in range(HINDCAST + 1, 1, -1):  # whole weeks: this one is not over
                monday = week - back * _WEEK
                _keep(_said(book, _begin(monday), monday, hindcast=True))
        meet(book, now)
        rows = _said(book, min(now, book.read_at or now), week, hindcast=False)
    with atomic():
        _keep(rows)
        heavy = sum(1 for one in rows if one.usual_late >= 1 and one.late >= OVERLOADED * one.usual_late)
        if heavy:
            outbox.publish(OverloadForeseen(week=week.isoformat(), units=heavy))
    return len(rows)


def meet(book: Book, now: datetime) -> int:
    """Write what came beside the forecasts of weeks that are over and read. Give how many were met."""
    read = book.read_at or now
    weeks = Overload.objects.filter(came=None).values_list("week", flat=True).distinct()
    met = 0
    for week in [one for one in weeks if _begin(one) + _WEEK <= read]:
        at = _naive(_begin(week) + _WEEK)
        came = {row[0]: row[1:] for row in _rows(book, CAME, {"at": at, "week": week})}
        for row in Overload.objects.filter(week=week, came=None):
            row.came, row.came_inflow = came.get(row.unit, (0, 0))
            row.save(update_fields=["came", "came_inflow"])
            met += 1
    return met


#: What a forecast made again replaces; what came is written by ``meet`` alone.
_RENEWED: Final = (
    "unit_name", "unit_path", "division", "made_at", "open_load", "open_late", "inflow", "inflow_low",
    "inflow_high", "new_late", "late", "low", "high", "usual_late", "naive_late", "drivers", "hindcast",
)  # fmt: skip


def _keep(rows: list[Overload]) -> None:
    Overload.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["unit", "week"], batch_size=500,
        update_fields=list(_RENEWED),
    )  # fmt: skip


def _said(book: Book, at: datetime, week: date, *, hindcast: bool) -> list[Overload]:
    """Forecast one week from what stood at a moment before it."""
    told: dict[str, Any] = {"at": _naive(at), "since": _naive(at - SPAN), "end": _naive(_begin(week) + _WEEK)}
    units = sorted({int(row[0]) for row in _rows(book, LOADS, told)} | _recent(book, told))
    if not units:
        return []
    items: dict[str, int] = {}
    odds = _learned(book, told, items)
    running = _running(book, told, week, odds, items)
    daily = _daily(book, told, units, at)
    coming = outlook.inflow(daily, (week - at.astimezone(local_zone()).date()).days + 6)
    weekly = _weekly(book, told, units, at)
    loads = {int(row[0]): int(row[1]) for row in _rows(book, LOADS, told)}
    names = people.units(units)
    scale = outlook.widening(_errors(week))
    recent = daily[-_USUAL * 7 :]
    usual_coming = recent.sum(axis=0) / max(len(recent) / 7, 1.0)
    rows = []
    for place, unit in enumerate(units):
        known = names.get(unit)
        mine = running.get(unit, [])
        chances = np.array([one[1] for one in mine], dtype=np.float64)
        flow = (float(coming.value[place]), float(coming.low[place]), float(coming.high[place]))
        late = outlook.late_sum(chances, flow, weekly.share[place], scale)
        rows.append(
            Overload(
                unit=unit, unit_name=known.name if known else str(unit),
                unit_path=known.path if known else "",
                division=known.division if known else "", week=week, made_at=at, hindcast=hindcast,
                open_load=loads.get(unit, 0), open_late=late.open_late, inflow=flow[0], inflow_low=flow[1],
                inflow_high=flow[2], new_late=late.new_late, late=late.late, low=late.low, high=late.high,
                usual_late=weekly.usual[place], naive_late=weekly.last[place],
                drivers=[
                    list(one) for one in outlook.drivers(
                        _by_item(mine), flow[0], float(usual_coming[place]), open_load=loads.get(unit, 0)
                    )
                ],
            )
        )  # fmt: skip
    return rows


def _recent(book: Book, told: dict[str, Any]) -> set[int]:
    since = told["at"] - _USUAL * _WEEK
    return {int(row[0]) for row in _rows(book, DAILY, {**told, "since": since})}


def _learned(book: Book, told: dict[str, Any], items: dict[str, int]) -> outlook.Odds:
    count = int(_rows(book, _CLOCKS + " SELECT count(*) FROM timed WHERE started_at >= $since", told)[0][0])
    found = book.fetch(PAST, _spoken(PAST, told | {"parts": max(1, count // _MOST_PAST)}))
    ratio = np.asarray(found["open_minutes"], dtype=np.float64) / np.asarray(found["allowed"])
    codes = [items.setdefault(str(one), len(items)) for one in found["item"].tolist()]
    past = outlook.Past(
        np.maximum(ratio, 0.0), np.asarray(found["ended"], dtype=np.bool_),
        np.array(codes, dtype=np.int64), np.asarray(found["unit"], dtype=np.int64),
    )  # fmt: skip
    return outlook.odds_of(past)


def _running(
    book: Book, told: dict[str, Any], week: date, odds: outlook.Odds,
    items: dict[str, int],
) -> dict[int, list[tuple[str, float]]]:  # fmt: skip
    """Give each unit's open matters that come due in the week: item's name and chance to be late then."""
    relation = book.sql(RUNNING, _spoken(RUNNING, told))
    rows = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    begin = _naive(_begin(week))
    rows = [row for row in rows if row["due_at"] >= begin]
    if not rows:
        return {}
    now = told["at"]
    age = np.array([(now - row["started_at"]) / (row["due_at"] - row["started_at"]) for row in rows])
    item = np.array([items.get(row["item"], -1) for row in rows], dtype=np.int64)
    unit = np.array([row["unit"] for row in rows], dtype=np.int64)
    chance = odds.late(np.clip(age, 0.0, 0.999), item, unit)
    found: dict[int, list[tuple[str, float]]] = {}
    for row, one in zip(rows, chance.tolist(), strict=True):
        found.setdefault(int(row["unit"]), []).append((row["item_name"], one))
    return found


def _by_item(mine: list[tuple[str, float]]) -> list[tuple[str, int, float]]:
    sums: dict[str, tuple[int, float]] = {}
    for name, chance in mine:
        count, late = sums.get(name, (0, 0.0))
        sums[name] = (count + 1, late + chance)
    return [(name, count, late) for name, (count, late) in sums.items()]


def _daily(book: Book, told: dict[str, Any], units: list[int], at: datetime) -> outlook.Floats:
    """Give clocks begun by local day (whole days up to yesterday) and unit."""
    rows = _rows(book, DAILY, told)
    last = at.astimezone(local_zone()).date()
    days = [row[1] for row in rows if row[1] < last]
    if not days:
        return np.zeros((0, len(units)))
    first = min(days)
    table = np.zeros(((last - first).days, len(units)))
    place = {unit: n for n, unit in enumerate(units)}
    for unit, day, count in rows:
        if day < last and int(unit) in place:
            table[(day - first).days, place[int(unit)]] = count
    return table


class _Weekly:
    """Late matters by week: usual and last of each unit, and the share of new ones late in their own week."""

    def __init__(self, units: int) -> None:
        self.usual, self.last, self.share = ([0.0] * units for _ in range(3))


def _weekly(book: Book, told: dict[str, Any], units: list[int], at: datetime) -> _Weekly:
    monday = at.astimezone(local_zone()).date()
    monday -= timedelta(days=monday.weekday())
    since = monday - _USUAL * _WEEK
    found, place = _Weekly(len(units)), {unit: n for n, unit in enumerate(units)}
    begun, quick = np.zeros(len(units)), np.zeros(len(units))
    for unit, began, due, count, late in _rows(book, WEEKLY, told):
        spot = place.get(int(unit))
        if spot is None:
            continue
        if since <= due < monday:
            found.usual[spot] += late / _USUAL
            found.last[spot] += late if due == monday - _WEEK else 0
        if began < monday:
            begun[spot] += count
            quick[spot] += late if due == began else 0
    whole = quick.sum() / max(begun.sum(), 1.0)
    found.share = ((quick + 20 * whole) / (begun + 20)).tolist()
    return found


def _errors(week: date) -> list[tuple[float, float]]:
    rows = Overload.objects.filter(week__lt=week, came__isnull=False).order_by("-week")[:2000]
    return [(one.came - one.late, (one.high - one.low) / 2) for one in rows if one.came is not None]


def _begin(week: date) -> datetime:
    return datetime(week.year, week.month, week.day, tzinfo=local_zone())


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)


def _spoken(text: str, told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if f"${name}" in text}


def _rows(book: Book, text: str, told: dict[str, Any]) -> list[tuple[Any, ...]]:
    return book.rows(text, _spoken(text, told))
