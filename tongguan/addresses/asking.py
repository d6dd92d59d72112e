# SPDX-License-Identifier: Apache-2.0
"""What a read text asks of the gazetteer: which names, which roads, which divisions. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from tongguan.addresses.contracts import Kind, Part
from tongguan.addresses.grammar import place_ends, plain, read, spellings

#: Parts further apart than this many letters speak of different places.
_GAP: Final = 3
_STOPS: Final = frozenset("，。；！？,.;!?\n\r：:")
DIVISIONS: Final = (Kind.PROVINCE, Kind.CITY, Kind.DISTRICT, Kind.ZONE, Kind.TOWN, Kind.COMMUNITY)
_ROADS: Final = frozenset({Kind.ROAD, Kind.SUBROAD})
_NUMBERS: Final = frozenset({Kind.NUMBER, Kind.SUBNUMBER, Kind.LANE})
_PLACES: Final = frozenset({Kind.PLACE, Kind.SUBPLACE, Kind.COMMUNITY})
_BUILDING_WORDS: Final = ("幢", "栋", "号楼", "座")
_SHORT: Final = 2
_LANE_ONLY: Final = 0.92
#: A letter before a name that makes another name of it: 新长安路 is not 长安路.
_RENAMING: Final = frozenset("新老旧小大南北东西上下中前后外内")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A name to look up, what the text calls it, how likely this cut is (1, or less).

    ``whole``: letters that were read as part of the name were cut away, so that only a place of exactly
    this name is meant.
    """

    key: str
    said: str
    trust: float = 1.0
    whole: bool = False


@dataclass(slots=True)
class Mention:
    """Parts that stand together and speak of one place, and what they ask for."""

    parts: list[Part]
    addresses: list[Spelling] = field(default_factory=list)
    places: list[Spelling] = field(default_factory=list)
    buildings: list[Spelling] = field(default_factory=list)
    roads: list[Spelling] = field(default_factory=list)
    numbers: tuple[int, ...] = ()
    crossing: tuple[list[Spelling], list[Spelling]] | None = None
    crossing_said: bool = False

    @property
    def offset(self) -> Part | None:
        """Give the last offset with a bearing and metres."""
        found = [p for p in self.parts if p.kind is Kind.OFFSET and p.bearing is not None and p.value]
        return found[-1] if found else None

    @property
    def relation(self) -> str:
        """Give the last relation (对面, 旁 …), ``""`` without one."""
        return next((p.text for p in reversed(self.parts) if p.kind is Kind.RELATION), "")

    @property
    def said(self) -> str:
        """Give the parts as they were written."""
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text, its parts, and its mentions of places in order."""

    text: str
    parts: tuple[Part, ...]
    mentions: tuple[Mention, ...]

    @property
    def divisions(self) -> list[str]:
        """Give the names that may be divisions, as read and with the usual endings cut or added."""
        return [plain(p.text) for p in self.parts if p.kind in DIVISIONS]


def reading(text: str, parts: list[Part] | None = None) -> Reading:
    """Read a text (by grammar, unless its parts are given) and ask."""
    told = plain(text)
    found = read(text) if parts is None else parts
    mentions = tuple(_asked(Mention(group), told) for group in _groups(found, text))
    return Reading(text, tuple(found), mentions)


def _groups(parts: list[Part], text: str) -> Iterator[list[Part]]:
    group: list[Part] = []
    for part in parts:
        between = text[group[-1].end : part.start] if group else ""
        if group and (len(between) > _GAP or any(ch in _STOPS for ch in between)):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _asked(mention: Mention, told: str) -> Mention:
    parts = mention.parts
    for place, part in enumerate(parts):
        after = parts[place + 1 :]
        if part.kind in _ROADS:
            _ask_road(mention, part, after, told)
        elif part.kind in _PLACES:
            cut = [s for whole in (part, *_inner(part)) for s in _spelled(whole, told)]
            mention.places.extend(cut)
            if after and after[0].kind is Kind.BUILDING and after[0].value is not None:
                mention.buildings.extend(
                    replace(s, key=f"{s.key}{after[0].value}{word}", said=s.said + plain(after[0].text))
                    for s in cut
                    for word in _BUILDING_WORDS
                )
            if after and after[0].kind in _NUMBERS and after[0].value is not None:
                mention.addresses.extend(
                    Spelling(f"{s.key}{after[0].value}号", s.said + plain(after[0].text), s.trust)
                    for s in cut
                )
    _ask_crossing(mention, told)
    return mention


def _inner(part: Part) -> list[Part]:
    """Give the place that a longer name begins with: 清湖公寓 of 清湖公寓幼儿园, for want of the longer."""
    return [Part(part.start, part.start + end, part.kind, part.text[:end]) for end in place_ends(part.text)]


def _ask_road(mention: Mention, part: Part, after: list[Part], told: str) -> None:
    cut = _spelled(part, told)
    mention.roads.extend(cut)
    numbers = []
    for follower in after:
        if follower.kind not in _NUMBERS or follower.value is None:
            break
        numbers.append(follower)
    if not numbers:
        return
    said = "".join(plain(n.text) for n in numbers)
    shown = "".join(f"{n.value}{'弄' if n.kind is Kind.LANE else '号'}" for n in numbers)
    mention.addresses.extend(replace(s, key=s.key + shown, said=s.said + said) for s in cut)
    if len(numbers) > 1:  # the lane stands for the house when the house is not registered
        lane = f"{numbers[0].value}{'弄' if numbers[0].kind is Kind.LANE else '号'}"
        mention.addresses.extend(
            replace(s, key=s.key + lane, said=s.said + plain(numbers[0].text), trust=s.trust * _LANE_ONLY)
            for s in cut
        )
    mention.numbers = tuple(n.value for n in numbers if n.value is not None)


def _ask_crossing(mention: Mention, told: str) -> None:
    """Two roads one after the other cross, with 路口 behind them for certain."""
    parts = mention.parts
    for place, part in enumerate(parts[:-1]):
        other = parts[place + 1]
        if part.kind in _ROADS and other.kind in _ROADS and other.start - part.end <= 1:
            mention.crossing = (_spelled(part, told), _spelled(other, told))
            mention.crossing_said = place + 2 < len(parts) and parts[place + 2].kind is Kind.CROSSING
            if mention.crossing_said:
                return


def _spelled(part: Part, whole: str) -> list[Spelling]:
    told = whole[part.start : part.end]
    found: dict[str, Spelling] = {}
    for name in spellings(part, whole):
        cut = told.removesuffix(name) if len(name) < len(told) else ""
        trust = 0.75 if cut and (cut[-1] in _RENAMING or len(name) <= _SHORT) else 1.0
        found.setdefault(name, Spelling(name, name, trust, bool(cut)))
    found.setdefault(part.text, Spelling(part.text, part.text))  # a register kept in traditional letters
    return list(found.values())
