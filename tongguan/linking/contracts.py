# SPDX-License-Identifier: Apache-2.0
"""Shapes of component links."""

from dataclasses import dataclass
from datetime import datetime

from tongguan.linking.judging import Choice, LinkState, Nearby

__all__ = ["Choice", "KindCount", "LinkInfo", "LinkState", "Nearby", "Sought"]


@dataclass(frozen=True, slots=True)
class Sought:
    """A telling whose component is sought: its kind, its words, where it is and how that was found.

    ``how`` is ``address`` for a place read from words. A place may be None where the words give a code.
    """

    class_code: str
    kind: str
    text: str
    lon: float | None
    lat: float | None
    how: str
    place_confidence: float


@dataclass(frozen=True, slots=True)
class LinkInfo:
    """One choice as officials read it. ``by_person``: an official's word, which ends the strategy's."""

    at: datetime
    class_code: str
    state: str
    component_code: str
    near: tuple[Nearby, ...]
    count: int
    confidence: float
    strategy: str
    words: str
    by_person: bool
    actor_name: str


@dataclass(frozen=True, slots=True)
class KindCount:
    """How the links of a kind turned out: made by the strategy, offered, judged by people, found right."""

    class_code: str
    name: str
    linked: int
    suggested: int
    judged: int
    right: int
    stopped: bool
