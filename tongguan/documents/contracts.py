# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of documents: what a template may ask for, what was counted, where and when it plays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

#: Filters as sorted pairs (dimension, value), so that they can be keys.
Filters = tuple[tuple[str, str], ...]


class Span(StrEnum):
    """Which stretch of time a figure is about, seen from the document's own period."""

    NOW = "now"
    BEFORE = "before"
    YEAR = "year"
    #: The days up to the period's end, for lines (``by`` is then ``day``).
    RECENT = "recent"
    #: The stretches of the same length before this period, one value each: how much is ordinary.
    LAGS = "lags"


class Cadence(StrEnum):
    """How long a document's period is; ``range`` is given by the person who asks."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    RANGE = "range"


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
    "stage": "环节",
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
#: What "each area" is called in a document of a city, a district, a street.
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
    ``better``: low, high or "". ``plain``: it is known of the period only and compared with nothing.
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
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """A document's stretch of time, local aware datetimes; ``before``, ``year``: what it is compared with."""

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
    """Where and when a document plays: names for the text, outlines for its maps."""

    division: str
    place: str
    period: Period
    data_until: datetime
    issuer: str = ""
    areas: str = "各区"
    focus: Filters = ()
    focus_zh: str = ""
    shapes: Mapping[str, tuple[Shape, ...]] = field(default_factory=dict)
