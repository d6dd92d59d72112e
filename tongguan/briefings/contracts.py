# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of briefings: what is asked for, how far it is, and what is read of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from tongguan.documents.contracts import Filters


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
