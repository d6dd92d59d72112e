# SPDX-License-Identifier: Apache-2.0
"""Shapes of rules over readings over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from tongguan.doors.common.shapes import Told, example
from tongguan.watch.contracts import Confidence, Draft, Group, Part, Scope, Setting, State

_Text = Annotated[str, Field(max_length=160)]
_Code = Annotated[str, Field(min_length=1, max_length=64)]


class SettingTold(Told):
    """The value of a parameter, its source and how sure that is; a value of null is to be set."""

    value: (
        Annotated[float, Field(strict=True, allow_inf_nan=False)]
        | Annotated[str, Field(max_length=1000)]
        | None
    ) = None
    source: str = Field("", max_length=300)
    confidence: Confidence = Confidence.UNKNOWN


class PartTold(Told):
    """One quantity of a thing."""

    name: str = Field(max_length=40)
    observed: str = Field(max_length=64)
    role: int = Field(0, ge=-1, le=1)


class GroupTold(Told):
    """Streams judged together, by their keys."""

    name: str = Field(max_length=100)
    streams: list[_Text] = Field(max_length=64)
    roles: list[Annotated[int, Field(ge=-1, le=1)]] = Field([], max_length=64)


class ScopeTold(Told):
    """Which streams a rule watches."""

    by: str = Field("stream", pattern="^(stream|thing|group|near)$")
    observed: list[_Code] = Field([], max_length=100)
    kinds: list[_Code] = Field([], max_length=100)
    tags: dict[Annotated[str, Field(pattern=r"^[a-zA-Z][a-zA-Z0-9]{0,39}$")], _Text] = Field(
        {}, max_length=10
    )
    things: list[_Code] = Field([], max_length=1000)
    parts: list[PartTold] = Field([], max_length=64)
    groups: list[GroupTold] = Field([], max_length=2000)
    metres: float = Field(0, ge=0, le=50_000, allow_inf_nan=False)
    most: int = Field(0, ge=0, le=50)

    def scope(self) -> Scope:
        """Give it as rules keep it."""
        return Scope(
            by=self.by, observed=tuple(self.observed), kinds=tuple(self.kinds), tags=dict(self.tags),
            things=tuple(self.things), parts=tuple(Part(**one.model_dump()) for one in self.parts),
            groups=tuple(Group(one.name, tuple(one.streams), tuple(one.roles)) for one in self.groups),
            metres=self.metres, most=self.most,
        )  # fmt: skip


class RuleTold(Told):
    """How an official writes a version of a rule."""

    model_config = example(
        zh="井室甲烷超限", detector="threshold", division="990101", family="gas",
        settings={"orange": {"value": 20, "source": "GB 50838", "confidence": "medium"}},
        scope={"observed": ["gas.ch4_conc_lel"], "kinds": ["well"]}, reason="初次设定",
    )  # fmt: skip

    zh: str = Field(min_length=1, max_length=100)
    en: str = Field("", max_length=100)
    detector: str = Field(min_length=1, max_length=40)
    settings: dict[Annotated[str, Field(max_length=40)], SettingTold] = Field(max_length=60)
    scope: ScopeTold
    division: str = Field("", max_length=12, pattern=r"^[0-9]*$")
    owners: list[_Code] = Field([], max_length=20)
    family: str = Field("", max_length=40)
    item_code: str = Field("", max_length=20)
    tells_from: int = Field(3, ge=1, le=5, description="自该级起上报；5 为不上报")
    source: str = Field("", max_length=300)
    reason: str = Field("", max_length=500)

    def draft(self, code: str) -> Draft:
        """Give it as the verbs take it."""
        plain = self.model_dump(exclude={"settings", "scope", "owners", "code"})
        settings = {
            name: Setting(one.value, one.source, one.confidence) for name, one in self.settings.items()
        }
        return Draft(
            code=code, settings=settings, scope=self.scope.scope(), owners=tuple(self.owners), **plain
        )


class NewRuleTold(RuleTold):
    """A new rule."""

    model_config = example(
        code="gas.methane", zh="井室甲烷超限", detector="threshold", division="990101",
        settings={"orange": {"value": 20, "source": "GB 50838", "confidence": "medium"}},
        scope={"observed": ["gas.ch4_conc_lel"], "kinds": ["well"]}, reason="初次设定",
    )  # fmt: skip

    code: str = Field(min_length=1, max_length=60, pattern=r"^[a-z][a-z0-9_.-]*$")


class RehearsalTold(Told):
    """Over how many of the last days."""

    model_config = example(days=30)

    days: int = Field(30, ge=1, le=92)


class ReasonTold(Told):
    """Why a rule comes into force or goes out of it."""

    model_config = example(reason="会议纪要 12 号")

    reason: str = Field(min_length=1, max_length=500)


class RehearsalJobShown(Schema):
    """The job that rehearses; its result is kept with the version."""

    job: str


class ParameterShown(Schema):
    """One parameter of a detector."""

    name: str
    zh: str
    en: str
    unit: str
    kind: str
    low: float
    high: float
    default: float | str | None
    needed: bool
    choices: dict[str, str]


class DetectorShown(Schema):
    """One detector with the schema of its parameters; grouped: it judges several streams together."""

    code: str
    zh: str
    en: str
    grouped: bool
    parameters: list[ParameterShown]


class WatchRuleShown(Schema):
    """One version of a rule; ``unset``: what must still be set before it can be switched on."""

    code: str
    version: int
    state: State
    zh: str
    en: str
    detector: str
    settings: dict[str, Any]
    scope: dict[str, Any]
    division: str
    owners: list[str]
    family: str
    item_code: str
    tells_from: int
    source: str
    reason: str
    unset: list[str]
    by_name: str
    at: datetime | None
    since: datetime | None
    until: datetime | None
    rehearsal: dict[str, Any] | None
