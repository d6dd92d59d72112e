# SPDX-License-Identifier: Apache-2.0
"""What stands out in a question's cases: hot spots, clusters, changes, drivers, what follows what."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import h3.api.basic_int as h3
import numpy as np

from tongguan.analysis import asking, exploring
from tongguan.analysis.contracts import (
    ClusterShown,
    Course,
    Driver,
    Drivers,
    Form,
    HotCell,
    HotMap,
    LevelChange,
    LinkShown,
    Question,
    Step,
)
from tongguan.analysis.measures import COUNTED
from tongguan.casebook.queries import Book
from tongguan.kernel.errors import Invalid
from tongguan.patterns import api as patterns
from tongguan.patterns.contracts import RATE, Floats

YEAR: Final = timedelta(days=365)
_RINGS: Final = 3
_LONGEST_CLUSTER: Final = 28
_MOST_CELLS: Final = 1500
_MOST_CASES: Final = 300_000
_CELLS: Final = {6: "cell6", 7: "cell7", 8: "cell8", 9: "cell9"}


def real(cell: str) -> bool:
    """Tell whether a key is an H3 cell: a case without a place, or with a damaged one, is on no map."""
    return bool(cell) and h3.is_valid_cell(int(cell, 16))


def counted_only(question: Question) -> None:
    """Raise Invalid for a measure that is no count."""
    if COUNTED[question.measure].measure.form is not Form.COUNT:
        raise Invalid("analysis.count_only", "这里只能用计数的量", "only for counts", field="measure")


def hot_spots(book: Book, question: Question, resolution: int) -> HotMap:
    """Give hot and cold spots over all cells that had any case within the year up to the period's end."""
    code = _CELLS[resolution]
    asked = replace(question, by=(code,))
    known = exploring.sums(book, replace(asked, since=min(question.since, question.until - YEAR)))
    now = exploring.sums(book, asked)
    names = {int(key[0], 16): key for key in known if real(key[0])}
    cells = np.array(sorted(names), dtype=np.int64)
    values = np.array([now.get(names[cell], (0.0,))[0] for cell in cells.tolist()])
    near = patterns.around(cells)
    found = patterns.spots(values, near)
    hot, cold = found.hot(), found.cold()
    shown = sorted(range(len(cells)), key=lambda n: (not (hot[n] or cold[n]), -values[n]))[:_MOST_CELLS]
    made = []
    for n in shown:
        if not (values[n] or hot[n] or cold[n]):
            continue
        lat, lon = h3.cell_to_latlng(int(cells[n]))
        verdict = "hot" if hot[n] else "cold" if cold[n] else ""
        key = names[int(cells[n])]
        query = asking.query_of(asked, key)
        made.append(
            HotCell(key[0], lon, lat, int(values[n]), float(found.z[n]), float(found.q[n]), verdict, query)
        )
    words = (
        f"在近一年有过案件的 {len(cells)} 个六边形上比较（连同相邻一圈，Gi*），"
        f"全部一起控制误报在 {RATE:.0%} 以内："
        f"热点 {int(hot.sum())} 个，冷点 {int(cold.sum())} 个"
    )
    return HotMap(tuple(made), len(cells), resolution, words, book.read_at)


def clusters(book: Book, question: Question, resolution: int, *, present: bool) -> list[ClusterShown]:
    """Give clusters in space and time that chance seldom gives; ``present``: still lasting at the end."""
    code = _CELLS[resolution]
    sums = exploring.sums(book, replace(question, by=(code, "day")), most=exploring.LOOKED_AT)
    rows = [
        (int(key[0], 16), date.fromisoformat(key[1]), int(n))
        for key, (n, _, _) in sums.items()
        if real(key[0])
    ]
    total = sum(n for _, _, n in rows)
    if total > _MOST_CASES:
        raise Invalid(
            "analysis.too_many", f"聚集分析最多 {_MOST_CASES} 件，请缩短时段或加条件", "too many cases",
            field="since",
        )  # fmt: skip
    if not rows:
        return []
    cells = np.array(sorted({cell for cell, _, _ in rows}), dtype=np.int64)
    place = np.searchsorted(cells, np.array([cell for cell, _, _ in rows], dtype=np.int64))
    days = np.array([day.toordinal() for _, day, _ in rows], dtype=np.int64)
    weight = np.array([n for _, _, n in rows], dtype=np.int64)
    zones = [patterns.around(cells, ring) for ring in range(_RINGS + 1)]
    longest = min(_LONGEST_CLUSTER, question.days // 2)
    found = patterns.clusters(
        np.repeat(place, weight), np.repeat(days, weight), zones, longest=longest, present=present
    )
    made = []
    for one in found:
        if one.p > RATE:
            continue
        inside = tuple(h3.int_to_str(int(cells[n])) for n in one.places)
        lat, lon = h3.cell_to_latlng(int(cells[one.centre]))
        since, until = date.fromordinal(one.begin), date.fromordinal(one.end)
        span = replace(question, by=(), since=since, until=until + timedelta(days=1))
        span = replace(span, where={**question.where, code: inside})
        words = (
            f"{since:%m-%d} 至 {until:%m-%d}，{len(inside)} 个相邻六边形里 {one.cases} 件，"
            f"按地点和时间各自的多少应有 {one.expected:.1f} 件；打乱时间 {_shuffles()} 次，p = {one.p:.3f}"
        )
        made.append(
            ClusterShown(
                lon, lat, inside, since, until, one.cases, one.expected, one.p, words, asking.query_of(span)
            )
        )  # fmt: skip
    return made


def _shuffles() -> int:
    return patterns.SHUFFLES


def course(book: Book, question: Question) -> Course:
    """Give the counts by day taken apart, with odd days and changes of level."""
    counted_only(question)
    days, counts = by_day(book, question)
    parts = patterns.taken_apart(counts)
    usual = np.maximum(parts.trend + parts.season, 0.0)
    scatter = patterns.scatter(counts, np.ones(len(counts)))
    odd = patterns.discovery(patterns.odds(counts, usual, scatter)) <= RATE
    steps = tuple(
        Step(
            day, float(counts[n]), float(parts.trend[n]), float(usual[n]), bool(odd[n]),
            asking.query_of(replace(question, by=("day",)), (day.isoformat(),)),
        )
        for n, day in enumerate(days)
    )  # fmt: skip
    moved = [
        LevelChange(
            days[one.at], one.before, one.after,
            f"{days[one.at]:%Y-%m-%d} 起，每日由约 {one.before:.1f} 变为约 {one.after:.1f}",
        )
        for one in patterns.changes(counts, patterns.by_weekday(counts))
    ]  # fmt: skip
    words = f"{len(days)} 天共 {int(counts.sum())}；异常日 {int(odd.sum())} 天，水平变化 {len(moved)} 次"
    return Course(steps, tuple(moved), words, book.read_at)


def by_day(book: Book, question: Question) -> tuple[list[date], Floats]:
    """Give every local day of the period with its count, none left out."""
    sums = exploring.sums(book, replace(question, by=("day",)))
    days = [question.since + timedelta(days=n) for n in range(question.days)]
    return days, np.array([sums.get((day.isoformat(),), (0.0,))[0] for day in days])


def drivers(book: Book, question: Question) -> Drivers:
    """Give which slices drive the change against the period before, over the dimensions of ``by``."""
    counted_only(question)
    asked = replace(question, by=question.by or ("district", "family", "source"))
    now = exploring.sums(book, asked)
    before = exploring.sums(book, asking.moved(asked, asked.before))
    keys = sorted({*now, *before})
    if not keys:
        return Drivers(0, 0, (), 0, "两个时段都没有案件")
    values = [sorted({key[n] for key in keys}) for n in range(len(asked.by))]
    codes = np.array(
        [[values[n].index(key[n]) for n in range(len(asked.by))] for key in keys], dtype=np.int64
    )
    table = [np.array([sums.get(key, (0.0,))[0] for key in keys]) for sums in (before, now)]
    weekly = exploring.weekly(book, replace(question, by=()))
    found = patterns.contributions(codes, *table, dispersion=float(patterns.dispersion(weekly)[0]))
    whole = found.now - found.before
    made = []
    for share in found.shares:
        dims = tuple(asked.by[n] for n, _ in share.slice)
        key = tuple(values[n][v] for n, v in share.slice)
        names = exploring.named(book, dims, [key])[0]
        part = share.change / whole if whole else None
        words = f"{'、'.join(names)}：{share.before:.0f} → {share.now:.0f}，{share.change:+.0f}"
        query = asking.query_of(replace(asked, by=dims), key)
        made.append(Driver(dims, names, share.before, share.now, share.change, part, words, query))
    words = f"合计 {found.before:.0f} → {found.now:.0f}（{whole:+.0f}）；"
    words += f"以上各项不重复计算，其余 {found.rest:+.0f}"
    return Drivers(found.before, found.now, tuple(made), found.rest, words)


def links(
    book: Book, question: Question, by: str, lags: int, beside: Sequence[tuple[str, Floats]] = ()
) -> list[LinkShown]:
    """Give which values of a dimension go before which, over the days of the period.

    ``beside``: further series of the same days by name (readings by day).
    """
    counted_only(question)
    sums = exploring.sums(book, replace(question, by=(by, "day")), most=exploring.LOOKED_AT)
    totals: dict[str, float] = {}
    for key, (n, _, _) in sums.items():
        totals[key[0]] = totals.get(key[0], 0.0) + n
    chosen = sorted(
        (key for key in totals if key and totals[key] >= question.days / 7), key=lambda k: -totals[k]
    )
    chosen = chosen[:_MOST_SERIES]
    days = [(question.since + timedelta(days=n)).isoformat() for n in range(question.days)]
    table = [[sums.get((key, day), (0.0,))[0] for day in days] for key in chosen]
    counts = np.array([*table, *(series for _, series in beside)]).T.reshape(len(days), -1)
    words = [name[0] for name in exploring.named(book, (by,), [(key,) for key in chosen])]
    words += [name for name, _ in beside]
    keys = [*chosen, *(name for name, _ in beside)]
    made = []
    for one in patterns.links(counts, lags=lags)[:_MOST_LINKS]:
        first, second = words[one.leads], words[one.follows]
        way = "同日" if one.lag == 0 else f"{one.lag} 天后"
        told = f"「{first}」多，{way}「{second}」{'多' if one.r > 0 else '少'}"
        told += f"（去除趋势和星期后相关 {one.r:+.2f}）"
        made.append(
            LinkShown(
                keys[one.leads], first, keys[one.follows], second, one.lag, one.r, one.q, one.q <= RATE, told
            )
        )  # fmt: skip
    return made


_MOST_SERIES: Final = 20
_MOST_LINKS: Final = 40
