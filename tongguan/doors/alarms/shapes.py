# SPDX-License-Identifier: Apache-2.0
"""Shapes of alarms in and out."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, StrictBool

from tongguan.doors.common.shapes import Moment, Told, example

GradeNo = Annotated[int, Field(ge=1, le=4)]
_Stream = Annotated[int, Field(ge=1, le=2**62)]


class AlarmShown(Schema):
    """One alarm as lists show it; grades are 1 蓝 to 4 红. ``worst``: of it and what it stands for."""

    id: UUID
    rule: str
    rule_version: int
    name: str
    matter: str
    place: str
    state: Literal["raised", "confirmed", "rejected", "notified", "handled", "evaluated"]
    grade: int
    peak: int
    raised_at: datetime
    graded_at: datetime
    cleared_at: datetime | None
    heard_at: datetime
    words: str
    division: str
    lon: float | None
    lat: float | None
    head_id: UUID
    members: int
    worst: int
    quiet: bool
    snoozed_until: datetime | None
    due_at: datetime | None
    level: int
    case_id: UUID | None
    outcome: str
    version: int


class WhichAlarms(Schema):
    """What a list is narrowed to; ``heads``: a storm once."""

    grade: list[int] = Field(default_factory=list, max_length=4)
    state: list[str] = Field(default_factory=list, max_length=6)
    rule: str = Field("", max_length=80)
    division: str = Field("", max_length=12, pattern=r"^[0-9]*$")
    text: str = Field("", max_length=60)
    active: bool | None = None
    open: bool | None = None
    heads: bool = True
    quiet: bool | None = None
    after: str = Field("", max_length=600)
    limit: int = Field(50, ge=1, le=200)


class AlarmPage(Schema):
    """Alarms, the newest first, and how many there are by grade and by state under the same filter."""

    rows: list[AlarmShown]
    next: str | None
    by_grade: dict[str, int]
    by_state: dict[str, int]


class AlarmLineShown(Schema):
    """One line of an alarm's history."""

    no: int
    move: str
    frm: str
    to: str
    grade: int
    at: datetime
    written_at: datetime
    actor_name: str
    post: str
    words: str
    inputs: dict[str, Any]


class AlarmInputShown(Schema):
    """One thing a move asks for; ``choices`` are the words it may be."""

    name: str
    kind: str
    zh: str
    en: str
    required: bool
    choices: list[str]


class AlarmMoveShown(Schema):
    """A move this person may make now."""

    id: str
    zh: str
    en: str
    inputs: list[AlarmInputShown]


class AlarmCaseShown(Schema):
    """The case that an alarm became; its clock is the case's."""

    id: UUID
    number: str
    title: str
    state: str
    state_name: str
    due_at: datetime | None


class AlarmUnitShown(Schema):
    """A unit that was told."""

    id: int
    name: str


class AlarmWhole(AlarmShown):
    """One alarm whole; ``minutes``: from hearing of it to each step."""

    item_code: str
    tells_from: int
    streams: list[int]
    things: list[str]
    evidence: dict[str, Any]
    confirmed_at: datetime | None
    notified_at: datetime | None
    handled_at: datetime | None
    evaluated_at: datetime | None
    report_id: UUID | None
    minutes: dict[str, float | None]
    calm_reason: str
    lines: list[AlarmLineShown]
    storm: list[AlarmShown]
    moves: list[AlarmMoveShown]
    units: list[AlarmUnitShown]
    case: AlarmCaseShown | None


class AlarmMoveTold(Told):
    """A move of the table with its inputs."""

    model_config = example(move="reject", inputs={"reason": "清洗水管", "cause": "operation"})

    move: str = Field(min_length=1, max_length=20)
    inputs: dict[str, Any] = Field(default_factory=dict, max_length=10)


class CalmTold(Told):
    """A time in which alarms are kept quiet."""

    model_config = example(
        kind="maintenance",
        begins_at="2026-05-01T09:00:00+08:00",
        ends_at="2026-05-01T12:00:00+08:00",
        reason="泵站检修",
        division="990101",
        things=["PUMP-1"],
    )

    kind: Literal["maintenance", "suppression"]
    begins_at: Moment
    ends_at: Moment
    reason: str = Field(min_length=1, max_length=300)
    division: str = Field("", max_length=12, pattern=r"^[0-9]*$")
    rule: str = Field("", max_length=80)
    matter: str = Field("", max_length=200)
    things: list[Annotated[str, Field(max_length=40)]] = Field(default_factory=list, max_length=50)
    streams: list[_Stream] = Field(default_factory=list, max_length=200)


class CalmShown(Schema):
    """A kept time of quiet and how many alarms it held back."""

    id: UUID
    kind: str
    begins_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    reason: str
    division: str
    rule: str
    matter: str
    things: list[str]
    streams: list[int]
    by_name: str
    at: datetime
    held: int


class BookLineShown(Schema):
    """How right a rule or a datastream was, by people's judgement."""

    key: str
    name: str
    raised: int
    true: int
    false: int
    missed: int
    unjudged: int
    precision: float | None
    recall: float | None


class SpanShown(Schema):
    """Minutes from hearing of an alarm to a step."""

    step: str
    count: int
    mean: float | None
    median: float | None
    ninety: float | None


class AlarmBookShown(Schema):
    """The book of a period: false and missed alarms, and how quickly people answered."""

    lines: list[BookLineShown]
    spans: list[SpanShown]


class MissTold(Told):
    """A case of which there should have been a warning."""

    model_config = example(
        case_id="0198a1c2-7b00-7000-8000-0000000000a1", words="爆管前压力已降而无预警", rule="water.burst"
    )

    case_id: UUID
    words: str = Field(min_length=1, max_length=500)
    rule: str = Field("", max_length=80)
    stream: _Stream | None = None


class MissJudged(Told):
    """Whether there should have been a warning."""

    model_config = example(missed=True)

    missed: StrictBool


class TermsTold(Told):
    """What a rule's alarms are to people; ``minutes`` by grade, ``source`` says by which document."""

    model_config = example(tells_from=3, minutes={"4": 10}, source="江州市应急〔2026〕3 号")

    tells_from: int = Field(ge=1, le=5, description="自哪一级起转为上报；5 为不转")
    minutes: dict[Literal["1", "2", "3", "4"], Annotated[int, Field(ge=1, le=10_080)]]
    source: str = Field(min_length=1, max_length=200)
    item_code: str = Field("", max_length=20)


class TermsShown(Schema):
    """The terms of a rule's alarms."""

    rule: str
    name: str
    family: str
    item_code: str
    tells_from: int
    minutes: dict[str, int]
    source: str
