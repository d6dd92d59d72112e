# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of briefings: what a template may ask for, what was counted, what a run is told to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

#: Filters as sorted pairs (dimension, value), so that they can be keys.
Filters = tuple[tuple[str, str], ...]


class Span(StrEnum):
    """Which stretch of time a figure is about, seen from the briefing's own period."""

    NOW = "now"
    BEFORE = "before"
    YEAR = "year"
    #: The days up to the period's end, for lines (``by`` is then ``day``).
    RECENT = "recent"
    #: The stretches of the same length before this period, one value each: how much is ordinary.
    LAGS = "lags"


class Cadence(StrEnum):
    """How long a briefing's period is; ``range`` is given by the person who asks."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    RANGE = "range"


class State(StrEnum):
    """How far a briefing is."""

    WRITING = "writing"
    FAILED = "failed"
    DRAFT = "draft"
    REVIEWED = "reviewed"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"


STATES_ZH: Final = {
    State.WRITING: "编制中",
    State.FAILED: "编制失败",
    State.DRAFT: "待审核",
    State.REVIEWED: "待签发",
    State.SIGNED: "已签发",
    State.WITHDRAWN: "已作废",
}

#: What figures can be split by, with the words of tables and the number of digits of divisions.
DIMENSIONS: Final = {
    "district": "区",
    "street": "街镇",
    "item": "事项",
    "family": "大类",
    "source": "来源",
    "kind": "诉求类型",
    "urgency": "紧急程度",
    "unit": "主办单位",
    "hub": "片区",
    "day": "日期",
    "hour": "时段",
    "weekday_hour": "星期与时段",
    "cell": "点位",
}
#: The dimensions that a filter may name.
FILTERS: Final = (
    "district",
    "street",
    "item",
    "family",
    "source",
    "kind",
    "urgency",
    "unit",
    "hub",
    "division",
)
#: What "each area" is called in a briefing of a city, a district, a street.
AREAS: Final = {4: "各区", 6: "各街镇", 9: "各社区"}


class Need(NamedTuple):
    """One thing to count: a measure under filters, over a span, split by a dimension ("" for one value)."""

    measure: str
    filters: Filters
    span: Span
    by: str = ""


class Tally(NamedTuple):
    """What was counted: ``value`` as shown (a rate is a fraction), ``n`` rows, ``hits`` those of a rate.

    ``spread`` is the variance of a mean's rows; ``digest`` tells the rows apart from any others, in hex.
    """

    value: float | None
    n: int
    hits: int = 0
    spread: float | None = None
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One value of a dimension: its key, its name, and the tally."""

    key: str
    name: str
    tally: Tally


#: Everything counted for one template: per need its groups, the largest first (one group for ``by`` "").
Counted = Mapping[Need, tuple[Group, ...]]


@dataclass(frozen=True, slots=True)
class Measure:
    """What can be counted. ``sort``: count, rate, mean or median; ``at``: the column that dates a row.

    ``level``: how many there are at the period's end instead of within it. ``where`` narrows the rows,
    ``hit`` is a rate's numerator, ``value`` what is averaged: SQL over the casebook's view ``table``.
    ``better``: low, high or "".
    """

    code: str
    zh: str
    en: str
    unit: str
    table: str
    at: str
    sort: str = "count"
    where: str = "TRUE"
    hit: str = ""
    value: str = ""
    level: bool = False
    decimals: int = 0
    better: str = ""


@dataclass(frozen=True, slots=True)
class Period:
    """A briefing's stretch of time, local aware datetimes; ``before``, ``year``: what it is compared with."""

    cadence: Cadence
    since: datetime
    until: datetime
    before: tuple[datetime, datetime]
    year: tuple[datetime, datetime]
    zh: str
    before_zh: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A division's outline: rings of (lon, lat) in WGS-84 degrees, already coarsened for a page."""

    code: str
    name: str
    rings: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Stage:
    """Where and when a briefing plays: names for the text, outlines for its maps."""

    division: str
    place: str
    period: Period
    data_until: datetime
    issuer: str = ""
    areas: str = "各区"
    focus: Filters = ()
    focus_zh: str = ""
    shapes: Mapping[str, tuple[Shape, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBriefing:
    """What is asked for: a template over a division and a period.

    ``day``: any day within the wanted day, week or month (ISO text); ``since``/``until`` for a range.
    """

    template: str
    division: str
    day: str = ""
    since: datetime | None = None
    until: datetime | None = None
    focus: Filters = ()
    version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateInfo:
    """One version of a template as people see it. ``division``: whose it is; "" is everybody's."""

    code: str
    version: int
    name: str
    kind: str
    cadence: str
    division: str
    text: str
    note: str
    by_name: str
    at: datetime | None
    shipped: bool
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefingInfo:
    """A briefing in lists. ``percent``: how far its writing is; ``job_id``: what writes it."""

    id: UUID
    title: str
    template: str
    template_version: int
    kind: str
    division: str
    place: str
    since: datetime
    until: datetime
    period: str
    state: str
    state_name: str
    version: int
    digest: str
    percent: int
    job_id: UUID | None
    made_by: str
    made_at: datetime
    signed_by: str
    signed_at: datetime | None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One line of a briefing's course: a step, a remark, or a changed wording with what was there before."""

    no: int
    kind: str
    key: str
    before: str
    after: str
    reason: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleInfo:
    """What is written by itself. ``minute``: local minute of the day from which the finished period is due.

    ``workdays``: only on the city's working days; then a day's briefing covers all days since the last one.
    ``posts``: who is told when one is ready, ``signed_posts`` when it is signed.
    """

    id: int
    template: str
    name: str
    division: str
    place: str
    cadence: str
    minute: int
    workdays: bool
    active: bool
    posts: tuple[str, ...]
    signed_posts: tuple[str, ...]
    last_until: datetime | None
    by_name: str


@dataclass(frozen=True, slots=True)
class Behind:
    """The rows behind a figure: cases now counted by the same query, and whether they are those of then."""

    figure: Mapping[str, Any]
    then: int
    now: int
    same: bool
    listed: tuple[str, ...]
