# SPDX-License-Identifier: Apache-2.0
"""Shapes of briefings over HTTP."""

from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StrictBool

from tongguan.briefings.contracts import BriefingInfo, NewBriefing, Note
from tongguan.documents.contracts import FILTERS
from tongguan.doors.common.casework import CaseRow
from tongguan.doors.common.shapes import Moment, Told, example
from tongguan.kernel.errors import Invalid

_Division = Annotated[str, Field(max_length=12, pattern=r"^[0-9]*$")]
_Posts = Annotated[list[Annotated[str, Field(max_length=20)]], Field(max_length=12)]


class BriefingWhole(Schema):
    """A briefing with its document, drawings as SVG in their order, wordings by sentence."""

    info: BriefingInfo
    document: dict[str, Any] | None
    drawings: list[str]
    wordings: dict[str, list[Any]]
    sources: dict[str, str]
    notes: list[Note]
    may: list[str]
    assistant: bool


class FigureShown(Schema):
    """A figure, the cases its query counts now, and whether they are those of then."""

    figure: dict[str, Any]
    then: int
    now: int
    same: bool
    listed: int
    cases: list[CaseRow]


class DriftShown(Schema):
    """A figure that would be another number today."""

    key: str
    zh: str
    then: str
    now: str


class AskedFor(Told):
    """Which division and period; ``focus`` is what a topic is about."""

    division: _Division = Field(min_length=2)
    day: str = Field("", max_length=10, description="所在日、周、月中的任意一天；缺省为最近结束的一期")
    since: Moment | None = None
    until: Moment | None = None
    focus: dict[Annotated[str, Field(max_length=20)], Annotated[str, Field(max_length=20)]] = {}

    def asked(self, template: str, version: int | None = None) -> NewBriefing:
        """Give it as the room takes it. Raises Invalid for an unknown filter."""
        if not set(self.focus) <= set(FILTERS):
            raise Invalid("briefing.focus", "不能按此限定", "no such filter", field="focus")
        return NewBriefing(
            template=template, version=version, division=self.division, day=self.day, since=self.since,
            until=self.until, focus=tuple(sorted(self.focus.items())),
        )  # fmt: skip


class BriefingTold(AskedFor):
    """A briefing to be written."""

    model_config = example(template="daily", division="990101", day="2026-05-01")

    template: str = Field(min_length=1, max_length=40)


class TrialPageTold(AskedFor):
    """A template's text to try."""

    model_config = example(text="code: daily\n", division="990101", day="2026-05-01")

    text: str = Field(min_length=1, max_length=40_000)


class TrialPageShown(Schema):
    """What the text would make now."""

    document: dict[str, Any]
    drawings: list[str]


class WordingTold(Told):
    """A sentence worded otherwise: ``⟦f3⟧`` stands for a figure."""

    model_config = example(key="s1", text="本周共受理诉求⟦f1⟧。", reason="更简洁")

    key: str = Field(min_length=1, max_length=12)
    text: str = Field(min_length=1, max_length=1000)
    reason: str = Field("", max_length=500)


class RemarkTold(Told):
    """A remark, on the whole or on a sentence."""

    model_config = example(text="请补充超期原因", key="s3")

    text: str = Field(min_length=1, max_length=500)
    key: str = Field("", max_length=12)


class BriefingWhyTold(Told):
    """Why."""

    model_config = example(reason="数据口径有误")

    reason: str = Field(min_length=1, max_length=500)


class ReadersTold(Told):
    """To the holders of which posts it goes."""

    model_config = example(posts=["leader", "dispatcher"])

    posts: _Posts


class ReachedShown(Schema):
    """How many people were told."""

    people: int


class TemplateTold(Told):
    """A template's text; ``division``: whose a new one is, empty: everybody's."""

    model_config = example(text="code: daily\n", note="增加一节")

    text: str = Field(min_length=1, max_length=40_000)
    note: str = Field(min_length=1, max_length=200)
    division: _Division = ""


class ChangesShown(Schema):
    """Lines of a unified diff."""

    lines: list[str]


class MeasureWord(Schema):
    """A measure that templates may name."""

    code: str
    zh: str
    en: str
    unit: str
    sort: str


class ScheduleTold(Told):
    """A template to be written by itself; ``minute`` of the local day."""

    model_config = example(template="daily", division="990101", minute=480, posts=["duty_chief"])

    template: str = Field(min_length=1, max_length=40)
    division: _Division = Field(min_length=2)
    minute: int = Field(480, ge=0, le=1439)
    workdays: StrictBool = False
    posts: _Posts = []
    signed_posts: _Posts = []


class ScheduleSwitchTold(Told):
    """On or off."""

    model_config = example(active=False)

    active: StrictBool


Form = Literal["html", "docx", "pdf"]
