# SPDX-License-Identifier: Apache-2.0
"""Shapes of what a citizen follows."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """One step in a citizen's words."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What a citizen learns with tracking code and secret: no names, no departments' quarrels."""

    tracking: str
    told_at: datetime
    status: str
    words: str
    case_number: str
    lines: tuple[ProgressLine, ...]
    reply: str = ""
