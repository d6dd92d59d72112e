# SPDX-License-Identifier: Apache-2.0
"""Shapes of evaluation over HTTP."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from tongguan.doors.common.shapes import Told, example
from tongguan.evaluation.contracts import Period, Rate, SetState, Subject, Visible

_PERIOD = "2026-05、2026-Q2、2026 或 2026-05-01..2026-05-20"
_BODY: dict[str, Any] = {
    "code": "street_rates", "zh": "街道三率", "subject": "region",
    "rates": ["response_rate", "resolution_rate", "content_rate"],
    "parts": [{"code": "solved", "zh": "解决率", "formula": "100 * resolution_rate", "weight": 1.0}],
    "grades": [["A", 90], ["B", 0]], "exclude": ["excused", "consult"],
}  # fmt: skip


class WhichTable(Schema):
    """A set and a period; ``version``: another wording than the one in force or closed with."""

    set: str = Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")
    period: str = Field(min_length=4, max_length=30, description=_PERIOD)
    version: int | None = Field(None, ge=1, le=1_000_000)


class WhichMarks(WhichTable):
    """The marks behind one count of one subject."""

    key: str = Field(min_length=1, max_length=80)
    count: str = Field(min_length=1, max_length=40)
    left_out: bool = False
    after: str = Field("", max_length=12)
    limit: int = Field(50, ge=1, le=200)


class PartOfTotal(Schema):
    """One part of the total; a weight or bands that are null are to be set."""

    code: str
    zh: str
    en: str
    formula: str
    of: str
    bands: list[list[float]] | None
    weight: float | None
    source: str
    confidence: str
    note: str


class SetShown(Schema):
    """One wording of an indicator set."""

    code: str
    version: int
    zh: str
    en: str
    subject: Subject
    digest: str
    post: str
    source: str
    confidence: str
    note: str
    rates: list[Rate]
    parts: list[PartOfTotal]
    grades: list[list[str | float]]
    exclude: list[str]
    classes: dict[str, list[str]]
    visible: Visible
    parameters: dict[str, float | None]
    inputs: dict[str, str]
    shown: list[str]


class SetVersionShown(Schema):
    """A wording with its state, who wrote and who approved it; ``body`` is what an editor starts from."""

    set: SetShown
    state: SetState
    body: dict[str, Any]
    reason: str
    by_name: str
    at: datetime | None
    approved_by_name: str
    approved_at: datetime | None
    shipped: bool


class WordChange(Schema):
    """One field that a version words otherwise than the one before."""

    field: str
    was: str
    would: str


class SetHistory(Schema):
    """Every version of a set, the newest first, and what each changed of the one before it."""

    versions: list[SetVersionShown]
    changes: dict[str, list[WordChange]]


class CountShown(Schema):
    """What a count counts; ``missing`` says why it has no figure."""

    code: str
    zh: str
    en: str
    words: str
    source: str
    confidence: str
    missing: str
    note: str


class SetsShown(Schema):
    """All sets as they are in force, all counts, all rates, and whether the person keeps them."""

    sets: list[SetVersionShown]
    counts: list[CountShown]
    rates: list[Rate]
    keeps: bool
    approves: bool


class ScoreShown(Schema):
    """One line; of an unnamed peer only class, total, grade and rank. ``reasons``: why there is no total."""

    key: str
    name: str
    kin: str
    counts: dict[str, int | None]
    rates: dict[str, float | None]
    points: dict[str, float | None]
    total: float | None
    grade: str
    rank: int | None
    among: int
    reasons: list[list[str]]
    own: bool


class ScoreTableShown(Schema):
    """The lines the person may see. ``closed``: as frozen; ``inputs_digest`` names what it was made of."""

    set_code: str
    set_version: int
    set_digest: str
    subject: Subject
    period: Period
    read_at: datetime | None
    closed: bool
    inputs_digest: str
    rows: list[ScoreShown]
    missing: dict[str, str]


class ScoresCompared(Schema):
    """One subject in this period and the one before."""

    key: str
    name: str
    kin: str
    before: float | None
    now: float | None
    rank_before: int | None
    rank_now: int | None


class HoldsShown(Schema):
    """Whether a closed period computed anew gives what was kept."""

    holds: bool


class SetTold(Told):
    """A wording and why."""

    model_config = example(body=_BODY, reason="办公会确定权重")

    body: dict[str, Any] = Field(min_length=1, max_length=40)
    reason: str = Field(min_length=1, max_length=500)


class ScoreRehearsal(Told):
    """A wording and the period it is tried on."""

    model_config = example(body=_BODY, period="2026-05")

    body: dict[str, Any] = Field(min_length=1, max_length=40)
    period: str = Field(min_length=4, max_length=30, description=_PERIOD)


class ScoreReason(Told):
    """Why."""

    model_config = example(reason="已并入新的办法")

    reason: str = Field(min_length=1, max_length=500)


class ClosingTold(Told):
    """Which period of which set is closed."""

    model_config = example(set="three_rates", period="2026-05")

    set: str = Field(min_length=1, max_length=40)
    period: str = Field(min_length=4, max_length=30, description=_PERIOD)


class ExemptionTold(Told):
    """Which case is kept out of scores and why: impossible, force_majeure or other."""

    model_config = example(
        case_id="00000000-0000-7000-8000-000000000000", kind="impossible", reason="联席会议认定无法办理"
    )

    case_id: UUID
    kind: str = Field(min_length=1, max_length=20)
    reason: str = Field(min_length=1, max_length=500)


class ScoreEntry(Told):
    """A number given to a subject for a period."""

    model_config = example(
        set="yuncheng_team_final", period="2026-05", key="12", name="team", value=99.8, reason="大队月评"
    )

    set: str = Field(min_length=1, max_length=40)
    period: str = Field(min_length=4, max_length=30, description=_PERIOD)
    key: str = Field(min_length=1, max_length=80)
    name: str = Field(min_length=1, max_length=40)
    value: Annotated[float, Field(allow_inf_nan=False)]
    reason: str = Field("", max_length=300)
