# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of foresight: what is chosen, what is said of the next hours, how right it was."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tongguan.people.contracts import Post

#: Who looks at what is chosen: everybody but citizens.
READERS = tuple(post for post in Post if post is not Post.CITIZEN)
#: Who switches forecasts on and off: the analysts of the house.
ANALYSTS = (Post.EVALUATOR, Post.LEADER, Post.SUPERVISOR, Post.DUTY_CHIEF)


@dataclass(frozen=True, slots=True)
class ForecastChoice:
    """What somebody had forecast. ``stream`` 0: all streams of the property within the division.

    ``yours``: whether whoever asks may end it.
    """

    id: UUID
    observed: str
    observed_name: str
    division: str
    division_name: str
    stream: int
    stream_name: str
    streams: int
    by_name: str
    at: datetime
    yours: bool


@dataclass(frozen=True, slots=True)
class ForecastChoices:
    """The choices that concern a scope; ``taken`` of ``most`` streams are forecast in the whole city."""

    rows: tuple[ForecastChoice, ...]
    taken: int
    most: int


@dataclass(frozen=True, slots=True)
class ForeseenStream:
    """A stream that is chosen. ``made_at`` None: nothing could be said of it yet."""

    stream: int
    name: str
    thing_name: str
    kind: str
    observed: str
    observed_name: str
    unit: str
    division: str
    division_name: str
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class ForeseenHour:
    """What is expected of the hour that begins ``at``: its mean reading, between low and high nine in ten."""

    at: datetime
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class PastHour:
    """The mean reading of the hour that began ``at``; None: nothing was read."""

    at: datetime
    value: float | None


@dataclass(frozen=True, slots=True)
class HourRecord:
    """How right forecasts so many hours ahead were, in the stream's unit; None: nothing to compare.

    ``usual_mae``: of saying what was a week before; ``still_mae``: of saying that all stays. ``held``: share
    of hours inside the interval, ``wanted``: of it that was promised.
    """

    horizon: int
    hours: int
    mae: float
    usual_mae: float | None
    still_mae: float | None
    held: float
    wanted: float


@dataclass(frozen=True, slots=True)
class ReadingOutlook:
    """The newest forecast of a stream with the days before it, in words, and the record of earlier ones."""

    about: ForeseenStream
    version: str
    ahead: tuple[ForeseenHour, ...]
    past: tuple[PastHour, ...]
    record: tuple[HourRecord, ...]
    text_zh: str
    warnings_zh: tuple[str, ...]
    record_zh: str
