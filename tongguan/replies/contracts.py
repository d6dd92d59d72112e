# SPDX-License-Identifier: Apache-2.0
"""Shapes of replies and surveys."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Satisfied(StrEnum):
    """How content a reporter is."""

    YES = "satisfied"
    MOSTLY = "mostly"
    NO = "unsatisfied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """The three rates (响应、解决、满意) and what a reporter adds."""

    responded: bool
    solved: bool
    satisfied: Satisfied
    comment: str = ""

    @property
    def discontent(self) -> bool:
        """Tell whether taking the case up again may be asked for."""
        return not self.solved or self.satisfied is Satisfied.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyShown:
    """One thing a reporter was told."""

    at: datetime
    kind: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyShown:
    """A survey as its reporter sees it: ``may_answer`` (or change the answer), ``may_ask`` for reopening."""

    tracking: str
    case_number: str
    expires_at: datetime
    rates: Rates | None
    may_answer: bool
    may_ask: bool
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInfo:
    """The newest answer to one report's survey, as officials see it."""

    report_id: UUID
    round: int
    at: datetime
    responded: bool
    solved: bool
    satisfied: str
    comment: str
    reopen_asked: bool


@dataclass(frozen=True, slots=True)
class RoundAnswer:
    """What one reporter answered in one round of a case's survey; a changed answer counts as changed."""

    case_id: UUID
    report_id: UUID
    round: int
    at: datetime
    responded: bool
    solved: bool
    satisfied: str


@dataclass(frozen=True, slots=True)
class Opener:
    """What opens a survey: the token of its link, or tracking code and secret."""

    token: str = ""
    tracking: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyShares:
    """How many surveys were answered, and how many of these answers say 解决 and 满意 (without 基本满意)."""

    answered: int
    solved: int
    satisfied: int
