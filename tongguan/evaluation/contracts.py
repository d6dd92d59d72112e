# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of evaluation (考核): periods, sets, scores, and what a score was counted from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Subject(StrEnum):
    """What a set scores: divisions, units, or persons in a post."""

    REGION = "region"
    UNIT = "unit"
    PERSON = "person"


class Visible(StrEnum):
    """What those who are scored see of the others: nothing, their class without names, or everything."""

    OWN = "own"
    CLASS = "class"
    ALL = "all"


class SetState(StrEnum):
    """A version is a draft until a second person approves it; the next approved one replaces it."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    REPLACED = "replaced"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of whole local days. ``code``: 2026-05, 2026-Q2, 2026, or 2026-05-01..2026-05-20.

    ``since`` and ``until`` are aware; ``until`` is the first moment that no longer belongs to it.
    """

    code: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One rate of a set: a formula over counts, parameters and inputs, 0–1 unless its unit says else.

    ``good`` is ``high`` or ``low``. ``source`` and ``confidence`` as the standards' file has them.
    """

    code: str
    zh: str
    en: str = ""
    formula: str = ""
    good: str = "high"
    unit: str = "share"
    source: str = ""
    confidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of the total: ``formula`` gives its points, ``weight`` multiplies them.

    ``weight`` None is to be set by the city (待设定). ``bands`` turn the count named ``of`` into points:
    (least count, points), the largest first; None where the bands are not known.
    """

    code: str
    zh: str
    en: str = ""
    formula: str = ""
    of: str = ""
    bands: tuple[tuple[float, float], ...] | None = None
    weight: float | None = None
    source: str = ""
    confidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorSet:
    """One version of a set as it is computed. ``digest`` names exactly this wording.

    ``grades``: (letter, least total), the best first. ``exclude``: reasons that keep a case out of the
    numbers. ``classes``: code → members (division or unit codes); a subject in none is classed by its level
    or kind. ``parameters``: numbers that formulas name, None while they are to be set. ``inputs``: numbers
    that people enter per subject and period, code → words.
    ``shown``: counts shown beside those that rates are made of.
    """

    code: str
    version: int
    zh: str
    en: str
    subject: Subject
    digest: str
    post: str = ""
    source: str = ""
    confidence: str = ""
    note: str = ""
    rates: tuple[Rate, ...] = ()
    parts: tuple[Part, ...] = ()
    grades: tuple[tuple[str, float], ...] = ()
    exclude: tuple[str, ...] = ()
    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    visible: Visible = Visible.OWN
    parameters: Mapping[str, float | None] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One subject's line. A value None has no figure, ``reasons`` say why (in Chinese and English).

    ``key``: division code, unit id or person key. ``counts``, ``rates`` and ``points`` by code; ``points``
    are weighted. ``rank`` counts from 1 within ``kin`` (the class, of ``among`` ranked members). ``own``:
    the viewer's own line; an unnamed peer has ``key`` and ``name`` empty.
    """

    key: str
    name: str
    kin: str
    counts: Mapping[str, int | None]
    rates: Mapping[str, float | None]
    points: Mapping[str, float | None]
    total: float | None
    grade: str
    rank: int | None
    among: int
    reasons: tuple[tuple[str, str], ...] = ()
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTable:
    """All lines that the viewer may see, the best first within each class.

    ``closed``: frozen at the period's closing, ``inputs_digest`` then names the frozen marks; otherwise
    counted from the casebook as it was at ``read_at``. ``missing``: counts without a source, code → why.
    """

    set_code: str
    set_version: int
    set_digest: str
    subject: Subject
    period: Period
    read_at: datetime | None
    closed: bool
    inputs_digest: str
    rows: tuple[Score, ...]
    missing: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One thing that a count counted, or left out (``excluded`` names why).

    ``amount`` may be negative (作废 taken from 立案). ``case_id`` None: counted without a case. ``number`` is
    the case's, ``why`` and ``why_en`` say in words what made it count.
    """

    count: str
    case_id: UUID | None
    number: str
    item: str
    division: str
    unit: int | None
    person: str
    at: datetime
    amount: int
    excluded: str
    why: str
    why_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """The marks behind one count of one subject, by pages. ``counted`` and ``left_out`` are of all pages."""

    count: str
    zh: str
    counted: int
    left_out: int
    rows: tuple[Mark, ...]
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What became known after a period was closed: a mark that would be added (+1) or taken away (−1)."""

    change: int
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One subject's total in two periods."""

    key: str
    name: str
    kin: str
    before: float | None
    now: float | None
    rank_before: int | None
    rank_now: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVersionInfo:
    """One version of a set with its state and who wrote and approved it."""

    set: IndicatorSet
    state: SetState
    body: Mapping[str, object]
    reason: str
    by_name: str
    at: datetime | None
    approved_by_name: str
    approved_at: datetime | None
    shipped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingInfo:
    """A closed period of a set: with what it was computed, by whom and when."""

    id: UUID
    set_code: str
    set_version: int
    set_digest: str
    period: Period
    inputs_digest: str
    result_digest: str
    marks: int
    read_at: datetime | None
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExemptionInfo:
    """A case kept out of numbers by an official's decision, with its reason; taken back ones are kept."""

    id: UUID
    case_id: UUID
    number: str
    kind: str
    reason: str
    by_name: str
    at: datetime
    revoked_by_name: str
    revoked_at: datetime | None
    revoked_reason: str
