# SPDX-License-Identifier: Apache-2.0
"""Volumes forecast by kind and area every day, kept beside what came: the record of past accuracy (F98)."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

import numpy as np
from django.db.models import Avg, Count, F, Q
from django.db.models.functions import Abs

from tongguan.analysis import exploring
from tongguan.analysis.contracts import Accuracy, Foretold, Outlook, Question
from tongguan.analysis.labels import UNKNOWN
from tongguan.analysis.models import Said
from tongguan.casebook.queries import Book
from tongguan.forecasts.api import Counts, Daily, Panel
from tongguan.runtime.transactions import atomic
from tongguan.tables import api as tables

VERSION: Final = "counts-1"
HORIZONS: Final = tuple(range(1, 15))
WANTED: Final = 0.9
#: Days of history that are learned from, and days before that are forecast afterwards when it begins.
HISTORY: Final = 3 * 365
REPLAYED: Final = 60
_FEWEST_DAYS: Final = 56
_DAY_MS: Final = 86_400_000
_EPOCH: Final = date(1970, 1, 1)
_PAST_SHOWN: Final = 42
#: Kinds of fewer cases a week are forecast as part of all kinds only.
_LEAST_A_WEEK: Final = 2
_AT_ONCE: Final = 5000

What = tuple[str, str]


def volumes(book: Book, until: date) -> tuple[Panel, list[What]]:
    """Give the daily counts of city and districts, of all kinds and each, up to the day before ``until``."""
    question = Question(since=until - timedelta(days=HISTORY), until=until, by=("district", "family", "day"))
    sums = exploring.sums(book, question, most=exploring.LOOKED_AT)
    begun = min((key[2] for key in sums), default=until.isoformat())
    first = date.fromisoformat(begun)
    days = (until - first).days
    series: dict[What, np.ndarray] = {}
    for (district, family, day), (n, _, _) in sums.items():
        row = (date.fromisoformat(day) - first).days
        city = district[:4]
        for what in {(city, ""), (city, family), (district, ""), (district, family)}:
            if what[0]:
                series.setdefault(what, np.zeros(days))[row] += n
    kept = sorted(
        what for what, counts in series.items() if not what[1] or counts.sum() >= _LEAST_A_WEEK * days / 7
    )
    at = np.array([((first - _EPOCH).days + n) * _DAY_MS for n in range(days)], dtype=np.int64)
    table = np.stack([series[what] for what in kept], axis=1) if kept else np.zeros((days, 0))
    return Panel(at, table), kept


def foretell(book: Book, today: date) -> int:
    """Forecast the days from today on from what came until yesterday; give how many forecasts were kept.

    The first time the last weeks are forecast afterwards, each from what was known by then, and marked so.
    Nothing happens when today's stand already, or where there is too little history.
    """
    if Said.objects.filter(made_on=today - timedelta(days=1)).exists():
        return 0
    panel, kept = volumes(book, today)
    begun = Said.objects.exists()
    replayed = 0 if begun else min(REPLAYED, len(panel) - _FEWEST_DAYS)
    if not kept or len(panel) < _FEWEST_DAYS:
        return 0
    split = len(panel) - max(replayed, 1)
    forecaster = Counts(Daily(horizons=HORIZONS, coverage=WANTED))
    forecaster.fit(panel.between(0, split))
    made = forecaster.hindcast(panel.between(split, len(panel)))
    rows: list[Said] = []
    for n in range(len(panel) - split):
        origin = split + n
        day = _EPOCH + timedelta(days=int(panel.at[origin] // _DAY_MS))
        for h, horizon in enumerate(HORIZONS):
            come = panel.values[origin + horizon] if origin + horizon < len(panel) else None
            back = origin + horizon - 7 * -(-horizon // 7)
            rows += [
                tables.fresh(
                    Said, division=what[0], family=what[1], made_on=day, day=day + timedelta(days=horizon),
                    horizon=horizon, value=float(made.value[n, h, s]), low=float(made.low[n, h, s]),
                    high=float(made.high[n, h, s]), usual=float(panel.values[back, s]),
                    came=None if come is None else int(come[s]), replayed=n < len(panel) - split - 1,
                    version=VERSION,
                )
                for s, what in enumerate(kept)
            ]  # fmt: skip
    with atomic():
        for begin in range(0, len(rows), _AT_ONCE):
            tables.insert(rows[begin : begin + _AT_ONCE], ignore=True)
    return len(rows)


def settle(book: Book, today: date) -> int:
    """Write what came beside forecasts whose day is over; give how many were settled."""
    due = Said.objects.filter(came__isnull=True, day__lt=today)
    first = due.order_by("day").values_list("day", flat=True).first()
    if first is None:
        return 0
    question = Question(since=first, until=today, by=("district", "family", "day"))
    came: dict[tuple[str, str, str], int] = {}
    for (district, family, day), (n, _, _) in exploring.sums(
        book, question, most=exploring.LOOKED_AT
    ).items():
        for what in {(district[:4], ""), (district[:4], family), (district, ""), (district, family)}:
            came[(*what, day)] = came.get((*what, day), 0) + int(n)
    rows = list(due.order_by("id")[: 20 * _AT_ONCE])
    for row in rows:
        row.came = came.get((row.division, row.family, row.day.isoformat()), 0)
    with atomic():
        for begin in range(0, len(rows), _AT_ONCE):
            tables.update(rows[begin : begin + _AT_ONCE], ["came"])
    return len(rows)


def outlook(book: Book, visible: Q, division: str, family: str) -> Outlook | None:
    """Give the newest forecast of a kind in an area with the weeks before it; None where there is none."""
    rows = Said.objects.filter(visible, division=division, family=family)
    newest = rows.order_by("-made_on").values_list("made_on", flat=True).first()
    if newest is None:
        return None
    said = list(rows.filter(made_on=newest).order_by("horizon"))
    ahead = tuple(Foretold(one.day, one.value, one.low, one.high, one.came) for one in said)
    where = {("city" if len(division) <= 4 else "district"): (division,)}  # noqa: PLR2004 - digits of a city
    where |= {"family": (family,)} if family else {}
    since = newest - timedelta(days=_PAST_SHOWN - 1)
    question = Question(since=since, until=newest + timedelta(days=1), by=("day",), where=where)
    counts = exploring.sums(book, question, most=exploring.LOOKED_AT)
    days = [since + timedelta(days=n) for n in range(_PAST_SHOWN)]
    past = tuple((day, int(counts.get((day.isoformat(),), (0.0,))[0])) for day in days)
    name = exploring.named(book, ("city" if len(division) <= 4 else "district",), [(division,)])[0][0]  # noqa: PLR2004
    week = sum(one.value for one in ahead[:7])
    words = (
        f"{name}{family or '全部类别'}：今后 7 天预计共 {week:.0f} 件；"
        f"每日区间应有 {WANTED:.0%} 的日子落在其中（{said[0].version}，依据截至 {newest:%m-%d} 的案件）"
    )
    return Outlook(division, name, family, newest, said[0].version, ahead, past, words)


def accuracy(visible: Q, division: str, family: str) -> list[Accuracy]:
    """Give per horizon how right the settled forecasts of a kind in an area were."""
    found = (
        Said.objects.filter(visible, division=division, family=family, came__isnull=False)
        .order_by()
        .values("horizon")
        .annotate(
            days=Count("id"),
            mae=Avg(Abs(F("came") - F("value"))),
            usual=Avg(Abs(F("came") - F("usual"))),
            held=Count("id", filter=Q(came__gte=F("low"), came__lte=F("high"))),
        )
        .order_by("horizon")
    )
    return [
        Accuracy(
            division, family, one["horizon"], one["days"], float(one["mae"]), float(one["usual"]),
            1 - float(one["mae"]) / float(one["usual"]) if one["usual"] else None,
            one["held"] / one["days"], WANTED,
        )
        for one in found
    ]  # fmt: skip


def known(visible: Q) -> list[What]:
    """Give what is forecast within the viewer's scope: area and kind ("" all)."""
    found: Iterable[What] = (
        Said.objects.filter(visible)
        .order_by("division", "family")
        .values_list("division", "family")
        .distinct()
    )
    return [(division, family or "") for division, family in found if division != UNKNOWN]
