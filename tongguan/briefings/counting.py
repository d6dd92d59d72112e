# SPDX-License-Identifier: Apache-2.0
"""Needs become as few scans of the casebook as there are splits, each scan counting all its figures at once.

A figure's rows are told apart by their number and the exclusive-or of their ids as 128-bit numbers: cheap,
the same in any order and on any machine. The SQL holds only declared text, times and numbers of ours; what
people wrote is bound.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from tongguan.briefings import sources
from tongguan.briefings.naming import Names
from tongguan.briefings.sources import Stretch
from tongguan.casebook.queries import LOCAL, Book
from tongguan.documents.contracts import Counted, Group, Measure, Need, Period, Span, Tally

LAGS: Final = 8
#: How far back a line looks: a quarter, and the four weeks that say what is ordinary.
RECENT: Final = timedelta(days=120)
_CELLS: Final = 100
_UNITS: Final = timedelta(days=1)
_BY_TIME: Final = frozenset({"day", "hour", "weekday_hour"})
_COLUMNS: Final = {
    "item": "item", "family": "family", "source": "source",
    "kind": "kind", "urgency": "urgency", "unit": "lead_unit::VARCHAR", "hub": "hub", "stage": "stage",
    "cell": "cell::VARCHAR",
}  # fmt: skip


def sql_time(at: datetime) -> str:
    """Give an aware time as the book's SQL writes it."""
    return f"TIMESTAMP '{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"


def stretch(period: Period, span: Span) -> Stretch:
    """Give the stretch of time that a span of a period means."""
    return {
        Span.NOW: (period.since, period.until),
        Span.BEFORE: period.before,
        Span.YEAR: period.year,
        Span.RECENT: (period.until - RECENT, period.until),
        Span.LAGS: (period.since - LAGS * (period.until - period.since), period.since),
    }[span]


def digits(by: str, division: str) -> int:
    """Give how many digits of a division's code ``district`` or ``street`` mean in a division's briefing.

    A district's briefing splits by streets where the city's splits by districts, a street's by communities.
    """
    level = {4: 6, 6: 9}.get(len(division), 12 if len(division) > 6 else 6)  # noqa: PLR2004 - code lengths
    return level if by == "district" else max(level, 9)


def key_of(by: str, at: str, division: str) -> str:
    """Give a dimension's SQL; times are the city's own."""
    if by in {"district", "street"}:
        return f"left(division, {digits(by, division)})"
    local = f"({at} + {LOCAL})"
    if by == "day":
        return f"strftime({local}, '%Y-%m-%d')"
    if by == "hour":
        return f"lpad(hour({local})::VARCHAR, 2, '0')"
    if by == "weekday_hour":
        return f"(isodow({local}) - 1) || '-' || hour({local})"
    return f"coalesce({_COLUMNS[by]}, '')" if by else "''"


def within(measure: Measure, when: Stretch) -> str:
    """Give the condition under which a row counts for a measure in a stretch."""
    since, until = sql_time(when[0]), sql_time(when[1])
    where = measure.where.replace("{until}", until)
    if measure.level:
        return (
            f"{measure.at} < {until} AND (closed_at >= {until} OR (closed_at IS NULL AND NOT final)) "
            f"AND ({where})"
        )
    return f"{measure.at} >= {since} AND {measure.at} < {until} AND ({where})"


class Bound:
    """Values bound to a statement by name."""

    def __init__(self) -> None:
        """Begin with none."""
        self.values: dict[str, str] = {}

    def filters(self, need: Need) -> str:
        """Give the condition of a need's filters, "" without."""
        terms = []
        for name, value in need.filters:
            key = f"p{len(self.values)}"
            self.values[key] = value
            if name in {"division", "district", "street"}:
                terms.append(f"starts_with(division, ${key})")
            elif name == "item":
                terms.append(f"starts_with(item, ${key})")
            else:
                terms.append(f"{_COLUMNS[name]} = ${key}")
        return "".join(f" AND {term}" for term in terms)

    def key(self, by: str, at: str, division: str, value: str) -> str:
        """Give the condition that a row has one value of a split."""
        key = f"p{len(self.values)}"
        self.values[key] = value.partition("@")[0] if by == "cell" else value
        return f" AND {key_of(by, at, division)} = ${key}"


Scan = tuple[str, str, str, tuple[Need, ...]]


def scans(needs: Iterable[Need], measures: Mapping[str, Measure]) -> list[Scan]:
    """Give the scans: table, split, dating column (of splits by time), and what each counts."""
    found: dict[tuple[str, str, str], list[Need]] = {}
    for need in needs:
        measure = measures[need.measure]
        at = measure.at if need.by in _BY_TIME else ""
        extra = f"{need}" if need.by == "cell" else at
        found.setdefault((measure.table, need.by, extra), []).append(need)
    return [
        (table, by, measures[some[0].measure].at, tuple(some))
        for (table, by, _), some in sorted(found.items(), key=lambda one: one[0])
    ]


def count(
    book: Book,
    needs: Sequence[Need],
    period: Period,
    division: str,
    measures: Mapping[str, Measure],
    names: Names,
    step: Callable[[], None] = lambda: None,
) -> Counted:
    """Count everything; ``step`` is called after every scan."""
    begun = _begun(book)
    tables = {measures[need.measure].table for need in needs}
    sources.prepare(book, tables, division, (period.since, period.until))
    counted: dict[Need, tuple[Group, ...]] = {}
    for scan in scans(needs, measures):
        counted |= _one(book, scan, period, division, measures, names, begun)
        step()
    return counted


def _begun(book: Book) -> datetime | None:
    (first,) = book.rows("SELECT min(opened_at) FROM cases")
    return first[0].replace(tzinfo=UTC) if first[0] else None


def _one(
    book: Book,
    scan: Scan,
    period: Period,
    division: str,
    measures: Mapping[str, Measure],
    names: Names,
    begun: datetime | None,
) -> dict[Need, tuple[Group, ...]]:
    _, by, at, needs = scan
    bound, columns, times = Bound(), [], []
    plan: list[tuple[Need, int]] = []
    for need in needs:
        measure = measures[need.measure]
        filters = bound.filters(need)
        lags = _lags(period, begun, measure) if need.span is Span.LAGS else [stretch(period, need.span)]
        for lag, when in enumerate(lags):
            test = within(measure, when)
            times.append(f"({test})")
            columns += _columns(measure, test + filters)
            plan.append((need, lag))
    cells = ", avg(lon) AS lon, avg(lat) AS lat, min(left(division, 9)) AS near" if by == "cell" else ""
    if not columns:
        return dict.fromkeys(needs, ())
    text = (
        f"SELECT {key_of(by, at, division)} AS key, {', '.join(columns)}{cells} "
        f"FROM ({sources.rows_of(scan[0])}) WHERE {' OR '.join(dict.fromkeys(times))} GROUP BY ALL"
    )
    if by == "cell":
        text += f" HAVING count(lon) > 0 ORDER BY 2 DESC, key LIMIT {_CELLS}"
    rows = book.rows(text, bound.values) if bound.values else book.rows(text)
    found: dict[Need, list[Group]] = {need: [] for need in needs}
    for row in rows:
        for number, (need, lag) in enumerate(plan):
            tally = _tally(measures[need.measure], row[1 + 4 * number : 5 + 4 * number])
            key = row[0]
            if by == "cell":
                key = f"{row[0]}@{row[-3]:.4f},{row[-2]:.4f}"
            if need.span is Span.LAGS:
                found[need].append(Group(f"{key}|{lag}", "", tally))
            elif tally.n or not by:
                near = row[-1] if by == "cell" else row[0]
                found[need].append(Group(key, names.of("street" if by == "cell" else by, near or ""), tally))
    return {need: _ordered(need, groups, period, begun, names) for need, groups in found.items()}


def _lags(period: Period, begun: datetime | None, measure: Measure) -> list[Stretch]:
    """Give the stretches before this one that the book knows of whole."""
    long = period.until - period.since
    every = [(period.since - n * long, period.since - (n - 1) * long) for n in range(1, LAGS + 1)]
    return [one for one in every if begun is not None and (measure.level or one[0] >= begun)]


def _columns(measure: Measure, test: str) -> list[str]:
    test = f"FILTER (WHERE {test})"
    mark = f"bit_xor(mark) {test}"
    if measure.sort == "rate":
        hits = test[:-1] + f" AND ({measure.hit}))"
        return [f"count(*) {test}", f"count(*) {hits}", "NULL", mark]
    if measure.sort in {"mean", "median"}:
        made = "avg" if measure.sort == "mean" else "median"
        return [
            f"count({measure.value}) {test}",
            f"{made}({measure.value}) {test}",
            f"var_samp({measure.value}) {test}",
            mark,
        ]
    return [f"count(*) {test}", "0", "NULL", mark]


def _tally(measure: Measure, found: Sequence[Any]) -> Tally:
    n, second, spread, mark = found
    digest = f"{int(mark):032x}" if mark is not None else ""
    if measure.sort == "rate":
        return Tally(second / n if n else None, n, second, None, digest)
    if measure.sort in {"mean", "median"}:
        # Sums of many threads differ in the last bits; what is shown and compared does not.
        value = None if second is None else round(float(second), 6)
        return Tally(value, n, 0, None if spread is None else round(float(spread), 6), digest)
    return Tally(float(n), n, n, None, digest)


def _ordered(
    need: Need, groups: list[Group], period: Period, begun: datetime | None, names: Names
) -> tuple[Group, ...]:
    if need.by == "day":
        return _days(groups, stretch(period, need.span), begun, names)
    if need.by in _BY_TIME or need.span is Span.LAGS:
        return tuple(sorted(groups, key=lambda one: one.key))
    return tuple(
        sorted(groups, key=lambda one: (one.tally.value is None, -(one.tally.value or 0.0), one.key))
    )


def _days(groups: list[Group], when: Stretch, begun: datetime | None, names: Names) -> tuple[Group, ...]:
    """Give every day of a stretch that the book knows, also those with nothing."""
    known = {one.key: one for one in groups}
    first = max(when[0], begun) if begun else when[1]
    day, found = first.astimezone(when[0].tzinfo).date(), []
    while day < when[1].date() or (day == when[1].date() and when[1].time() > when[1].min.time()):
        key = day.isoformat()
        found.append(known.get(key) or Group(key, names.of("day", key), Tally(0.0, 0)))
        day += _UNITS
    return tuple(found)
