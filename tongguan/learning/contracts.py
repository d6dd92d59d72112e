# SPDX-License-Identifier: Apache-2.0
"""Shapes of the algorithm warehouse: examples in, suggestions and versions out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class State(StrEnum):
    """Where a version stands. One version per task is active, one at most runs in the shadow."""

    CANDIDATE = "candidate"
    SHADOW = "shadow"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Example:
    """A text and the class that people gave it; ``subject`` names where it comes from (``report:0198…``)."""

    subject: str
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the active version says of one text.

    ``shares`` are the three likeliest classes, as the model ranks them: not how often it is right. That is
    ``confidence``, and ``alone`` tells that it reaches the threshold from which the promised precision
    holds; otherwise a person is to be asked. A ``threshold`` above 1 is reached by nothing; 0: not kept.
    """

    best: str
    confidence: float
    shares: tuple[tuple[str, float], ...]
    version: str
    alone: bool
    threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One trained version. ``asked`` and ``agreed`` count what it said in the shadow of the active one.

    ``words``: why it was trained by itself and what the policy made of it; empty for one a person asked for.
    """

    id: UUID
    task: str
    number: int
    name: str
    state: State
    recipe: str
    rows: int
    inputs_sha256: str
    artefact_sha256: str
    size: int
    threshold: float
    figures: Mapping[str, Any]
    asked: int
    agreed: int
    made_at: datetime
    made_by: str
    words: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions measured on the same frozen texts: the active one (None: there is none) and another."""

    active: Mapping[str, Any] | None
    other: Mapping[str, Any]
    rows: int
    same: float | None
