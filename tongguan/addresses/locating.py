# SPDX-License-Identifier: Apache-2.0
"""From what a text says and what the gazetteer knows to candidates with scores, points and reasons. Pure.

A score is how exactly a find says where (``_BASE``), less for a doubtful cut of the name, for a name that
only ends so, for a division that the text or the hint contradicts, and for several places that fit alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pyproj import Geod

from tongguan.addresses.asking import Mention, Reading, Spelling
from tongguan.addresses.contracts import Candidate, Precision, Whereabouts
from tongguan.addresses.roads import Road, crossing
from tongguan.kernel.certainty import percent, short_of
from tongguan.kernel.geometry import distance_m
from tongguan.places.contracts import DivisionInfo, NamedPlace

#: From this score on, and with this lead over any other place, nobody needs to be asked.
SURE: Final = 0.8
LEAD: Final = 0.1
#: Candidates nearer than this to each other mean the same place, in metres.
SAME_M: Final = 200.0
_NEAR_MENTION_M: Final = 1_000.0
#: A number between two houses further apart than this is asked about, in metres.
_FAR_NEIGHBOURS_M: Final = 600.0
_MOST: Final = 5
_LONG_NAME: Final = 4
_BASE: Final = {
    Precision.ADDRESS: 0.96,
    Precision.CROSSING: 0.92,
    Precision.BETWEEN: 0.86,
    Precision.PLACE: 0.9,
    Precision.ROAD: 0.5,
    Precision.DIVISION: 0.35,
}
_ENDS_SO: Final = 0.78
_OUTSIDE: Final = 0.4
_UNSAID_CROSSING: Final = 0.85
_SHORT_NAME: Final = 0.85
#: Letters that end a division's name: behind one a name is whole (望江街道|长安路12号).
_DIVISION_ENDS: Final = frozenset("省市区县旗镇乡道村社")
_GEOD: Final = Geod(ellps="WGS84")
_WAYS: Final = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")


@dataclass(frozen=True, slots=True)
class Known:
    """What the gazetteer knows of the names that a batch asks for."""

    names: Mapping[str, Sequence[NamedPlace]] = field(default_factory=dict)
    roads: Mapping[str, Road] = field(default_factory=dict)
    divisions: Mapping[str, Sequence[DivisionInfo]] = field(default_factory=dict)


def locate(reading: Reading, known: Known, hint: str) -> Whereabouts:
    """Give where a text says something is; ``hint`` is the division it must be in, ``""`` for none."""
    named = _divisions(reading, known, hint)
    within = named[0].code if named else hint
    found: list[tuple[int, Candidate]] = []
    for number, mention in enumerate(reading.mentions):
        one = [_weighed(c, named, hint) for c in _of_mention(mention, known, within)]
        found.extend((number, _moved(c, mention)) for c in _distinct(one))
    found.sort(key=lambda pair: (-pair[1].score, pair[1].place_id or 0, pair[1].name))
    kept = found[:_MOST]
    candidates = [c for _, c in kept] or [_of_division(d) for d in named[:1]]
    doubt = _doubt(kept)
    sure = not doubt
    division = candidates[0].division if sure else (named[0].code if named else hint)
    said = _explained(reading, candidates, hint, doubt)
    return Whereabouts(reading.text, reading.parts, tuple(candidates), sure, division, said)


def _divisions(reading: Reading, known: Known, hint: str) -> list[DivisionInfo]:
    """Give the divisions that the text names within the hint, the smallest first, in one line of descent."""
    line: list[DivisionInfo] = []
    above = ""
    for name in reading.divisions:
        fits = [
            d for d in known.divisions.get(name, ()) if _together(d.code, hint) and _together(d.code, above)
        ]
        deeper = [d for d in fits if len(d.code) > len(above)]
        if len(deeper) == 1:
            line.append(deeper[0])
            above = deeper[0].code
    return line[::-1]


def _together(code: str, other: str) -> bool:
    """Tell whether one code lies in the other, either way round."""
    return code.startswith(other) or other.startswith(code)


def _of_mention(mention: Mention, known: Known, within: str) -> Iterator[Candidate]:
    precise = [
        *_hits(mention.addresses, known, Precision.ADDRESS),
        *_hits(mention.buildings, known, Precision.ADDRESS),
    ]
    yield from precise
    if mention.crossing is not None:
        yield from _crossings(mention, known, within)
    elif mention.numbers and not any(c.score >= SURE for c in precise):
        yield from _interpolated(mention, known, within)
    yield from _hits(mention.places, known, Precision.PLACE)
    yield from _hits(mention.roads, known, Precision.ROAD)


def _hits(asked: Sequence[Spelling], known: Known, precision: Precision) -> Iterator[Candidate]:
    """Give the places of the longest spelling that meets any; shorter cuts are then no longer meant."""
    for spelling in asked:
        hits = [m for m in known.names.get(spelling.key, ()) if _fits(m, precision)]
        if not hits:
            continue
        whole = [m for m in hits if not m.before or m.before[-1] in _DIVISION_ENDS]
        if not whole and spelling.whole:
            continue
        for met in whole or hits:
            yield _candidate(met, spelling, precision, whole=bool(whole), among=len(whole or hits))
        return


def _fits(met: NamedPlace, precision: Precision) -> bool:
    road = met.place.kind == "road"
    if precision is Precision.PLACE:
        return not road
    # The end of another road's name is no such road: 安路 is not 长安路.
    whole = not met.before or met.before[-1] in _DIVISION_ENDS
    return whole and road == (precision is Precision.ROAD)


def _candidate(
    met: NamedPlace, spelling: Spelling, precision: Precision, *, whole: bool, among: int
) -> Candidate:
    score = _BASE[precision] * spelling.trust
    if not whole:
        score *= _ENDS_SO
    if precision is Precision.PLACE and len(spelling.key) < _LONG_NAME:
        score *= _SHORT_NAME
    place = met.place
    how = "名称一致" if whole else f"名称以“{spelling.said}”结尾"
    many = f"，同名 {among} 处" if among > 1 else ""
    why = f"“{spelling.said}”与地名地址“{place.name}”{how}{many}"
    return Candidate(place.name, precision, score, place.lon, place.lat, place.division, why, place.id)


def _crossings(mention: Mention, known: Known, within: str) -> Iterator[Candidate]:
    first, second = mention.crossing or ([], [])
    one, other = _road_of(first, known, within), _road_of(second, known, within)
    if one is None or other is None:
        return
    met = crossing(one[1], other[1])
    if met is None:
        return
    score = _BASE[Precision.CROSSING] * (1.0 if met.exact else 0.9) * min(one[0].trust, other[0].trust)
    if not mention.crossing_said:
        score *= _UNSAID_CROSSING
    name = f"{one[0].key}与{other[0].key}交叉口"
    how = "由两路的门牌点连线相交得出" if met.exact else "由两路门牌点连线的最近处得出"
    yield Candidate(name, Precision.CROSSING, score, met.lon, met.lat, met.near.division, f"“{name}”{how}")


def _interpolated(mention: Mention, known: Known, within: str) -> Iterator[Candidate]:
    road = _road_of(mention.roads, known, within)
    met = road[1].between(mention.numbers[0]) if road else None
    if road is None or met is None:
        return
    score = _BASE[Precision.BETWEEN] * road[0].trust * (1.0 if met.metres <= _FAR_NEIGHBOURS_M else 0.7)
    name = f"{road[0].key}{mention.numbers[0]}号"
    how = f"由“{met.low.name}”与“{met.high.name}”（相距约 {met.metres:.0f} 米）推算"
    if met.low is met.high:
        how = f"取最近的“{met.low.name}”"
    why = f"地名库中没有“{name}”，{how}"
    yield Candidate(name, Precision.BETWEEN, score, met.lon, met.lat, met.low.division, why)


def _road_of(asked: Sequence[Spelling], known: Known, within: str) -> tuple[Spelling, Road] | None:
    """Give the road of the longest spelling that has houses, those within the division if there are any."""
    found = next(((s, known.roads[s.key]) for s in asked if s.key in known.roads), None)
    return None if found is None else (found[0], found[1].within(within) or found[1])


def _weighed(candidate: Candidate, named: Sequence[DivisionInfo], hint: str) -> Candidate:
    """Lower the score of what lies outside the hint or the smallest division that the text names."""
    if hint and not _together(candidate.division, hint):
        why = f"{candidate.why}；不在提示的区划 {hint} 内"
        return replace(candidate, score=candidate.score * _OUTSIDE, why=why)
    if named and not _together(candidate.division, named[0].code):
        why = f"{candidate.why}；不在文中所说的{named[0].name}内"
        return replace(candidate, score=candidate.score * _OUTSIDE, why=why)
    if named:
        why = f"{candidate.why}；位于{named[0].name}，与文中一致"
        return replace(candidate, score=min(0.99, candidate.score + 0.02), why=why)
    return candidate


def _distinct(found: list[Candidate]) -> list[Candidate]:
    """Keep the best of each place (an entry may be met by two names)."""
    best: dict[object, Candidate] = {}
    for candidate in found:
        key: object = candidate.place_id or (candidate.precision, candidate.name)
        if key not in best or candidate.score > best[key].score:
            best[key] = candidate
    return list(best.values())


def _moved(candidate: Candidate, mention: Mention) -> Candidate:
    """Move the point by the mention's offset, on the ellipsoid; say what stands between them otherwise."""
    offset = mention.offset
    if offset is None or candidate.lon is None or candidate.lat is None:
        if not mention.relation:
            return candidate
        return replace(candidate, why=f"{candidate.why}；文中说在其“{mention.relation}”，取该点")
    lon, lat, _ = _GEOD.fwd(candidate.lon, candidate.lat, offset.bearing or 0.0, offset.value or 0)
    way = _WAYS[round((offset.bearing or 0.0) / 45.0) % len(_WAYS)]
    name = f"{candidate.name}{way}{offset.value}米"
    why = f"{candidate.why}；再向{way}移 {offset.value} 米"
    return replace(
        candidate, name=name, lon=float(lon), lat=float(lat), score=candidate.score * 0.97, why=why
    )


def _doubt(kept: Sequence[tuple[int, Candidate]]) -> str:
    """Say why a person must look: not good enough, no point, or another place close to it; "" when sure."""
    if not kept:
        return "没有认出更具体的地点"
    number, best = kept[0]
    if best.score < SURE:
        told, least = short_of(best.score, SURE)
        return f"得分 {told}，未到自行认定所需的 {least}"
    if best.lon is None or best.lat is None:
        return "地名库中没有它的坐标"
    for other_number, other in kept[1:]:
        if other.score < best.score - LEAD:
            break
        if other.lon is None or other.lat is None:
            return f"“{other.name}”同样可能，而地名库中没有它的坐标"
        apart = float(distance_m(best.lon, best.lat, other.lon, other.lat))
        # 长安路12号 and the estate behind it are one telling; two estates of one name are not.
        same_telling = other_number == number and other.precision is not best.precision
        if apart > (_NEAR_MENTION_M if same_telling else SAME_M):
            return f"另有“{other.name}”同样可能，相距 {apart:.0f} 米"
    return ""


def _of_division(division: DivisionInfo) -> Candidate:
    why = f"文中只认出区划“{division.name}”"
    score = _BASE[Precision.DIVISION]
    return Candidate(division.name, Precision.DIVISION, score, division.lon, division.lat, division.code, why)


def _explained(reading: Reading, candidates: Sequence[Candidate], hint: str, doubt: str) -> str:
    read = "、".join(mention.said for mention in reading.mentions)
    if not read:
        return "文中没有读出地址"
    if not candidates:
        return f"读出“{read}”，{f'区划 {hint} 的' if hint else ''}地名库中没有找到"
    best = candidates[0]
    crossed = any(c.precision is Precision.CROSSING for c in candidates)
    if not crossed and any(mention.crossing_said for mention in reading.mentions):
        read = f"{read}（两路在地名库中没有交点）"
    if not doubt:
        return f"读出“{read}”；{best.why}（得分 {percent(best.score)}）"
    others = "、".join(c.name for c in candidates[:3])
    return f"读出“{read}”；可能是 {others}，{doubt}，请人工确认；{best.why}"
