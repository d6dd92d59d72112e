# SPDX-License-Identifier: Apache-2.0
"""What triage knows of a telling while it works on it."""

from dataclasses import dataclass, field

from tongguan.handover.contracts import Danger, Weighed
from tongguan.intake.models import Report
from tongguan.learning.contracts import Suggestion
from tongguan.linking.contracts import Choice
from tongguan.tellings.wants import Want


@dataclass(slots=True)
class Told:
    """A report as triage reads it: the telling with its corrections laid over, and what was made of it.

    ``item_how``: who says what it is about (``told``, ``person``, ``model``); ``place_how`` likewise
    (``point``, ``address``, ``division``, ``person``). Confidences are 0 to 1.
    """

    row: Report
    item_code: str
    lon: float | None
    lat: float | None
    system: str
    address: str
    division: str
    grid: str
    item_how: str = "told"
    item_confidence: float = 1.0
    said: Suggestion | None = None
    place_how: str = "division"
    place_confidence: float = 1.0
    place_words: str = ""
    want: Want = field(default_factory=lambda: Want("", 0.0, ()))
    danger: Danger | None = None
    urgency: Weighed | None = None
    component: Choice | None = None
    reach: str = ""
    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Give title and text as they are read."""
        return f"{self.row.title}。{self.row.text}" if self.row.title else self.row.text
