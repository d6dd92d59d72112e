# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes that addresses hand to others."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a part of an address is; the words are those of the public data on address parsing."""

    COUNTRY = "country"
    PROVINCE = "prov"
    CITY = "city"
    DISTRICT = "district"
    ZONE = "devzone"
    TOWN = "town"
    COMMUNITY = "community"
    ROAD = "road"
    SUBROAD = "subroad"
    NUMBER = "roadno"
    SUBNUMBER = "subroadno"
    LANE = "lane"
    PLACE = "poi"
    SUBPLACE = "subpoi"
    BUILDING = "houseno"
    UNIT = "cellno"
    FLOOR = "floorno"
    ROOM = "roomno"
    PERSON = "person"
    CROSSING = "crossing"
    OFFSET = "offset"
    RELATION = "assist"


class Precision(StrEnum):
    """How exactly a candidate says where, from the finest down."""

    ADDRESS = "address"
    CROSSING = "crossing"
    BETWEEN = "between"
    PLACE = "place"
    ROAD = "road"
    DIVISION = "division"


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text: ``text[start:end]`` as it was written, and what it is.

    ``value`` is the number (house, lane, building) or the metres of an offset, ``bearing`` its degrees
    from north; None where there is none.
    """

    start: int
    end: int
    kind: Kind
    text: str
    value: int | None = None
    bearing: float | None = None


@dataclass(frozen=True, slots=True)
class Learned:
    """What a training used: marked texts, texts left out because their marks do not fit, the model's file."""

    texts: int
    left_out: int
    sha256: str
    path: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a text may mean: point in WGS-84, division code, score from 0 to 1, why."""

    name: str
    precision: Precision
    score: float
    lon: float | None
    lat: float | None
    division: str
    why: str
    place_id: int | None = None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a text says something is.

    ``candidates`` come best first. ``sure`` tells that the first may be taken without asking a person
    (see ``locating.SURE``). ``division`` is the code of the smallest division that the text names or the
    sure candidate lies in, else the hint. ``explanation`` says all of it in Chinese.
    """

    text: str
    parts: tuple[Part, ...]
    candidates: tuple[Candidate, ...]
    sure: bool
    division: str
    explanation: str

    @property
    def best(self) -> Candidate | None:
        """Give the first candidate, None when there is none."""
        return self.candidates[0] if self.candidates else None
