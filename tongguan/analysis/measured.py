# SPDX-License-Identifier: Apache-2.0
"""The explorer over what is measured: vital signs by centre, readings by stream or division, by day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final, Literal

import numpy as np

from tongguan.analysis import asking, readings
from tongguan.analysis.contracts import Question, Verdict
from tongguan.indicators import queries as indicators
from tongguan.kernel.codes import next_prefix
from tongguan.kernel.errors import Invalid, NotFound
from tongguan.patterns import api as patterns
from tongguan.patterns.contracts import Floats
from tongguan.people.contracts import Actor
from tongguan.places import queries as places
from tongguan.sensors import queries as sensors

#: So many lines are drawn at most, and so many streams are read for the means of divisions.
MOST: Final = 24
MOST_STREAMS: Final = 64
LONGEST: Final = 366
_RATE: Final = 0.05
_BELOW: Final = {4: 6, 6: 9, 9: 12}
_SPANS: Final = 3
#: How readings are told apart.
Split = Literal["stream", "division"]
Lines = list[tuple[str, str, list[Floats]]]
_ABOUT: Final = (
    "每日取一个值；上期为往前推整周、星期相同的同样天数，去年同期为 364 天前；“显著”按同一星期几成对比较，"
    "计入前后几日的相关，并按本表全部行控制误报（5%）；成对不足 14 天的不作判断"
)


class Source(StrEnum):
    """What the explorer measures beside cases, tellings and answers."""

    SIGNS = "signs"
    READINGS = "readings"


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """One centre, stream or division: means of the days now, before and a year ago, and every day's value.

    ``q`` None: too few days in common to judge.
    """

    key: str
    name: str
    value: float | None
    before: float | None
    last_year: float | None
    q: float | None
    verdict: Verdict
    q_year: float | None
    verdict_year: Verdict
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """A vital sign or an observed property over days."""

    source: Source
    code: str
    name: str
    unit: str
    since: date
    until: date
    days: tuple[date, ...]
    rows: tuple[MeasuredRow, ...]
    about_zh: str


def measured(
    viewer: Actor, source: Source, code: str, question: Question, division: str, by: Split
) -> Measured:
    """Give a sign by centre, or readings of a property by stream or division, compared and day by day.

    ``division``: within which ("": the viewer's whole scope); ``by``: of readings.
    Raises Invalid (the field), NotFound (code, centre), Forbidden.
    """
    asking.checked(replace(question, measure="cases", by=(), where={}))
    if question.days > LONGEST:
        raise Invalid("analysis.period", f"时段最长 {LONGEST} 天", f"{LONGEST} days at most", field="until")
    if division and not (division.isascii() and division.isdigit()):
        raise Invalid("analysis.division", "区划代码有误", "no such division", field="division")
    if source is Source.SIGNS:
        name, unit, lines = _signs(viewer, code, question, division)
    else:
        name, unit, lines = _readings(viewer, code, question, division, by)
    return Measured(
        source, code, name, unit, question.since, question.until,
        tuple(question.since + timedelta(days=n) for n in range(question.days)), _compared(lines), _ABOUT,
    )  # fmt: skip


def _spans(question: Question) -> tuple[Question, ...]:
    back = (0, question.before, asking.YEAR)
    return tuple(
        replace(question, since=question.since - timedelta(days=n), until=question.until - timedelta(days=n))
        for n in back
    )


def _signs(viewer: Actor, code: str, question: Question, division: str) -> tuple[str, str, Lines]:
    sign = indicators.indicator(code)
    place = indicators.centre_of(viewer, division or None)
    below = places.within(place, _BELOW[len(place)]) if len(place) in _BELOW else []
    named = {place: places.division_names([place]).get(place, place)} | {d.code: d.name for d in below}
    spans = _spans(question)
    courses = indicators.histories(viewer, code, list(named)[:MOST], asking.begin_of(spans[2].since), "day")
    lines: Lines = []
    for centre, points in courses.items():
        known = {one.at.astimezone(asking.LOCAL).date(): one.value for one in points}
        lines.append((centre, named[centre], [_values(known, span) for span in spans]))
    return sign.zh, sign.unit, lines


def _values(known: Mapping[date, float | None], span: Question) -> Floats:
    days = (span.since + timedelta(days=n) for n in range(span.days))
    return np.array([np.nan if (value := known.get(day)) is None else value for day in days])


def _readings(
    viewer: Actor, code: str, question: Question, division: str, by: Split
) -> tuple[str, str, Lines]:
    told = sensors.properties(viewer).filter(code=code).first()
    if told is None:
        raise NotFound("analysis.property", "没有这个观测项", "no such property", field="code")
    rows = sensors.datastreams(viewer).filter(observed=told, active=True)
    if division:
        rows = rows.filter(division__gte=division, division__lt=next_prefix(division) or "~")
    most = MOST if by == "stream" else MOST_STREAMS
    found = list(rows.order_by("division", "key").values_list("id", "name", "division")[:most])
    read = [_read(viewer, span, [number for number, _, _ in found]) for span in _spans(question)]
    if by == "stream":
        lines = [(str(number), name, [span[n] for span in read]) for n, (number, name, _) in enumerate(found)]
        return told.name, told.unit, lines
    digits = _BELOW.get(len(division), 6)
    codes = sorted({place[:digits] for _, _, place in found})
    names = places.division_names(codes)
    lines = []
    for one in codes[:MOST]:
        mine = [n for n, (_, _, place) in enumerate(found) if place[:digits] == one]
        lines.append((one, names.get(one, one), [_mean([span[n] for n in mine]) for span in read]))
    return told.name, told.unit, lines


def _read(viewer: Actor, span: Question, streams: Sequence[int]) -> list[Floats]:
    found: list[Floats] = []
    for begin in range(0, len(streams), readings.MOST):
        some = streams[begin : begin + readings.MOST]
        found += [values for _, values in readings.by_day(viewer, span, some, gaps=True)]
    return found


def _mean(lines: Sequence[Floats]) -> Floats:
    """Give each day's mean of the streams that were read on it."""
    stacked = np.array(lines)
    count = np.isfinite(stacked).sum(0)
    total = np.nan_to_num(stacked).sum(0)
    return np.divide(total, count, out=np.full(stacked.shape[1], np.nan), where=count > 0)


def _compared(lines: Lines) -> tuple[MeasuredRow, ...]:
    told = []
    for then in range(1, _SPANS):
        p = np.array([patterns.courses_differ(spans[0], spans[then]) for _, _, spans in lines])
        q = np.full(len(p), np.nan)
        known = np.isfinite(p)
        q[known] = patterns.discovery(p[known])
        told.append(q)
    return tuple(_row(line, [q[n] for q in told]) for n, line in enumerate(lines))


def _row(line: tuple[str, str, list[Floats]], q: Sequence[float]) -> MeasuredRow:
    key, name, spans = line
    now, before, year = (_middle(one) for one in spans)
    values = tuple(float(one) if np.isfinite(one) else None for one in spans[0])
    return MeasuredRow(
        key, name, now, before, year, _number(q[0]), _verdict(now, before, q[0]), _number(q[1]),
        _verdict(now, year, q[1]), values,
    )  # fmt: skip


def _middle(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _verdict(now: float | None, then: float | None, q: float) -> Verdict:
    if now is None or then is None or not q <= _RATE or now == then:
        return Verdict.CALM
    return Verdict.UP if now > then else Verdict.DOWN
