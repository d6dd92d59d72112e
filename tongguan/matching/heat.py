# SPDX-License-Identifier: Apache-2.0
"""How hot a matter is: people, votes, speed and recency in one figure with its reasons. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Voice:
    """One telling as heat counts it: who (any key of the person), when (days), agreeing votes."""

    person: str
    day: float
    votes: int = 0


@dataclass(frozen=True, slots=True)
class HeatRule:
    """What heat is made of; frozen with each ranking.

    A person counts one, every further telling of theirs ``repeat``, but no more than ``most_repeats`` of
    them: one who writes every week is a reminder, not a crowd. Votes count by their root, since a click is
    cheap. ``rush``: weight of the tellings of the busiest ``rush_days``. Old heat halves every
    ``half_life`` days after the last telling; an archive is ranked with an endless one.
    """

    repeat: float = 0.5
    most_repeats: int = 5
    vote: float = 0.5
    rush: float = 1.0
    rush_days: float = 7.0
    half_life: float = 60.0


@dataclass(frozen=True, slots=True)
class Heat:
    """The figure and what it came from."""

    heat: float
    people: int
    tellings: int
    votes: int
    busiest: int
    first_day: float
    last_day: float

    def words(self) -> str:
        """Say why it is hot."""
        votes = f"，{self.votes} 票支持" if self.votes else ""
        return f"{self.people} 人 {self.tellings} 次反映{votes}，最集中时一周 {self.busiest} 次"


def heat_of(voices: Sequence[Voice], now: float, rule: HeatRule, cohesion: float = 1.0) -> Heat:
    """Weigh the tellings of one matter at ``now`` (days). Raises ValueError for none.

    ``cohesion``: the mean likeness (0..1) of its tellings, so that loose talk is not a hot matter.
    """
    if not voices:
        message = "a matter has tellings"
        raise ValueError(message)
    days = np.sort([voice.day for voice in voices])
    told = Counter(voice.person for voice in voices)
    people = len(told)
    repeats = sum(min(times - 1, rule.most_repeats) for times in told.values())
    votes = sum(max(voice.votes, 0) for voice in voices)
    busiest = int((np.searchsorted(days, days + rule.rush_days, "right") - np.arange(days.size)).max())
    standing = people + rule.repeat * repeats + rule.vote * votes**0.5 + rule.rush * busiest
    age = max(0.0, now - float(days[-1]))
    return Heat(
        heat=round(cohesion * standing * 0.5 ** (age / rule.half_life), 3),
        people=people,
        tellings=days.size,
        votes=votes,
        busiest=busiest,
        first_day=float(days[0]),
        last_day=float(days[-1]),
    )
