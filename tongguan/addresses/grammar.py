# SPDX-License-Identifier: Apache-2.0
"""Addresses in running Chinese text, read by rule: no training, no dictionary. Pure.

Divisions, roads, numbers, lanes, estates and other named places, buildings, units, floors, rooms,
crossings ("A路与B路交叉口"), relations (对面、旁、附近) and offsets ("以北100米"). Simplified and
traditional, full-width and Chinese numerals. A name's left edge is a guess: ``spellings`` gives the other
guesses, and the gazetteer decides.
"""

import re
import unicodedata
from typing import Final

from tongguan.addresses.contracts import Kind, Part
from tongguan.addresses.numerals import NUMBER, number
from tongguan.kernel.hanzi import simplified

#: Longest name before the word it ends with.
_LONGEST_STEM: Final = 10
_MOST_TEXT: Final = 5_000
_COMPASS: Final = {
    "东北": 45.0, "东南": 135.0, "西南": 225.0, "西北": 315.0,
    "北": 0.0, "东": 90.0, "南": 180.0, "西": 270.0,
}  # fmt: skip
_WAY: Final = "(?:东北|东南|西南|西北|[东南西北])"
_NO: Final = rf"(?:[A-Za-z甲乙丙丁附]?{NUMBER}(?:[-－—~至、]{NUMBER})?[A-Za-z]?)"

#: Words before a name that are none of it.
_STRONG: Final = re.compile(
    r"[^0-9A-Za-z\u4e00-\u9fff]+|市民|居民|群众|来电|反映|投诉|举报|表示|声称|发现|关于|请问|咨询|建议|希望|位于|坐落"
    r"|家住|住在|居住|路过|经过|途经|目前|现在|今天|昨天|昨晚|今早|我们|你们|他们|这里|那里"
    r"|的|了|我|你|他|她|在|请"
)
_WEAK: Final = "从到于是有和与及跟同去往向离由把被将对至住过按给让"
_ENDS: Final = {
    Kind.PLACE: (
        "居民小区|小区|花园|花苑|新村|家园|公寓|雅居|名邸|华庭|名苑|华府|公馆|山庄|别墅|新城|国际城|佳苑|雅苑|宿舍"
        "|大厦|广场|商厦|商城|商场|中心小学|小学|中学|大学|学院|学校|幼儿园|幼稚园|医院|卫生院|卫生服务中心|服务中心|活动中心"
        "|服务站|派出所|支局|营业部|居委会|村委会|市场|菜场|超市|酒店|宾馆|饭店|银行|公园|绿地|体育馆|体育场|体育中心|图书馆|博物馆"
        "|地铁站|公交站|公交首末站|火车站|汽车站|车站|首末站|加油站|停车场|大桥|立交桥|高架桥|天桥|桥|工业园区|工业园|科技园|产业园|园区"
        "|开发区|工业区|创意园|码头|机场|渔港|水库|中心|苑|厂|寺|庙|教堂"
    ),
    Kind.PROVINCE: "省|自治区|特别行政区",
    Kind.CITY: "自治州|地区|市",
    Kind.DISTRICT: "新区|自治县|自治旗|区|县|旗",
    Kind.TOWN: "街道办事处|街道|镇|乡|办事处",
    Kind.COMMUNITY: "社区|行政村|自然村|村",
    Kind.ROAD: (
        "(?:大道|大街|公路|高速公路|高速|国道|省道|县道|环路|支路|辅路|高架路|高架|步行街|胡同|路|街|巷|道)"
        f"(?:{_WAY}[一二三四五六七八九十]?(?:段|路|街|里)|[一二三四五六七八九十0-9]段(?=[0-9〇一二三四五六七八九十]|$))?"
    ),
}
_NAMES: Final = "|".join(f"(?P<{kind.name}>{ends})" for kind, ends in _ENDS.items())
_COUNTED: Final = "|".join(
    f"(?P<{kind.name}>{pattern})"
    for kind, pattern in {
        Kind.OFFSET: (
            rf"(?:往|向|以|偏|朝)?{_WAY}(?:侧|边|面|方向|方)?(?:走|行)?(?:大?约|近)?(?:{NUMBER}|半)(?:多|余)?(?:米|公里|千米|m|M|km|KM)"
            rf"(?:左右|处)*"
        ),
        Kind.CROSSING: "(?:十字|丁字|交叉|三岔)路?口|(?:交叉|交汇|交界|相交)[处口]|路口|口(?=$|[^岸子])",
        Kind.BUILDING: rf"{_NO}(?:号楼|号院|号库|幢|栋|座|号房)|[A-Za-z](?:座|栋|幢|楼|区)",
        Kind.UNIT: rf"{_NO}(?:单元|号?门(?![口面诊前]))",
        Kind.LANE: rf"{_NO}弄",
        Kind.NUMBER: rf"{_NO}(?:号|號)(?!线)",
        Kind.FLOOR: rf"(?:地下|负)?{_NO}(?:楼|层|[Ff](?![A-Za-z]))",
        Kind.ROOM: rf"{_NO}(?:室|房间|房|户(?![外籍]))",
        Kind.RELATION: (
            rf"斜?对面|对过|隔壁|旁边?|附近|周边|边上|门口|门前|路边|{_WAY}(?:侧|门|边|面|角)"
            "|后门|楼下|楼上|沿线|沿路"
        ),
    }.items()
)
_PATTERN: Final = re.compile(
    rf"(?:{_COUNTED})|(?P<stem>(?:(?!{_NO}(?:号|弄|幢|栋|座|室|单元)|交叉|十字|丁字|对面|旁边|附近|门口|隔壁)[0-9A-Za-z\u4e00-\u9fff]){{1,{_LONGEST_STEM}}}?)"
    rf"(?:{_NAMES})"
)
#: Words that end like a name and are none: by their ending, and as a whole.
_COMMON_ENDING: Final = re.compile(
    r"(?:城|超|门|夜|早|上|全|本|我|该|各|都|集|股|楼|房)市|(?:全|本|我|该|各|节|外)省"
    r"|(?:地|片|景|辖|校|厂|库|郊|山|本|我|该|全|各|老|住|居民|住宅|商业|生活|办公)区|(?:全|本|我|该|各|贫困)县"
    r"|(?:城|乡|全|本|该|各)镇|(?:家|城|下|故|老|返|本|全)乡|(?:农|乡|全|本|该|各|我|旧|城中)村"
    r"|(?:人行|车|隧|管|下水|通|频|渠|知|跑|轨|过|楼|赛|味|报|走|步|占)道|(?:走|马|道|出|线|电|油|修|堵|问|十字|三岔|人行|机动车)路"
)
_COMMON_WHOLE: Final = re.compile(
    r"(?:一|半|公|铁|网|门|带|短|[一这那]?[条段])路|(?:大|逛|上|临|沿|整条|这条|条|步行)街|(?:小|大|里|街)巷"
    r"|(?:大型|附近|这个|那个|农贸|购物|商业|整个|住宅|居民|我们|该|本|老旧|老|各)(?:小区|市场|广场|超市|学校|医院|工厂|公园|停车场|加油站)"
    r"|社区|小区|市区|城区|(?:市|城市|闹市|市民|购物)中心|(?:车|水|电|工|大)厂"
)
_ROOM_AFTER: Final = re.compile(
    rf"[-－—]?({NUMBER}(?:[-－—]{NUMBER})*)(?![0-9号弄米元个点月日年人次分秒％%])"
)


class _Letters(dict[int, str]):
    """What each letter is in simplified, half-width writing; learned as letters come."""

    def __missing__(self, code: int) -> str:
        narrow = unicodedata.normalize("NFKC", chr(code))
        self[code] = simplified(narrow if len(narrow) == 1 else chr(code))
        return self[code]


_LETTERS: Final = _Letters()


def plain(text: str) -> str:
    """Give the text in simplified, half-width letters; its length does not change."""
    return text.translate(_LETTERS)


def read(text: str) -> list[Part]:
    """Give the parts of addresses in a text, in order, without overlap. Any text may come."""
    told = plain(text[:_MOST_TEXT])
    found: list[Part] = []
    start = 0
    for gap in [*_STRONG.finditer(told), None]:
        end = gap.start() if gap else len(told)
        # A dash between numbers belongs to them: 3-2-501.
        if gap and _within_number(told, gap):
            continue
        found.extend(_chunk(text, told, start, end))
        start = gap.end() if gap else end
    return _crossings(found, told)


def _within_number(told: str, gap: re.Match[str]) -> bool:
    around = told[max(0, gap.start() - 1) : gap.start()] + told[gap.end() : gap.end() + 1]
    return gap[0] in {"-", "－", "—", "~", "、"} and len(around) > 1 and all(_numeric(ch) for ch in around)


def _numeric(letter: str) -> bool:
    return (letter.isascii() and letter.isalnum()) or number(letter) is not None


def _chunk(text: str, told: str, start: int, end: int) -> list[Part]:
    found: list[Part] = []
    place = start
    while place < end:
        match = _PATTERN.search(told, place, end)
        if match is None:
            break
        kind = _kind(match)
        left, right = match.span()
        if match["stem"] is not None:
            left = _edge(told, left, left + len(match["stem"]))
            kind, right = _continued(told, left, right, end, kind)
            name = told[left:right]
            if _common(name) or len(name) <= 1:
                place = right
                continue
            longer = _MORE.match(told, right, end)
            if longer:  # 人民路小学 is a school, not a road
                found.append(_part(text, told, left, longer.end(), Kind.PLACE))
                place = longer.end()
                continue
            kind = _reconsidered(name, kind, found)
        found.append(_part(text, told, left, right, kind))
        place = _trailing_room(text, told, right, end, found)
    return _meant(found)


def _continued(told: str, left: int, right: int, end: int, kind: Kind) -> tuple[Kind, int]:
    """Read on where two letters look like a name and are the beginning of one: 桐乡市, 许村镇, 红旗街道."""
    further = _FURTHER.match(told, right, end) if right - left == _SHORT_NAME else None
    if further is None or further.lastgroup is None:
        return kind, right
    return Kind[further.lastgroup], further.end()


def _reconsidered(name: str, kind: Kind, found: list[Part]) -> Kind:
    """Tell parts of an estate (南区, 福田四区) from districts, and a city within a city is a district."""
    if kind is Kind.DISTRICT and _ESTATE_PART.search(name):
        return Kind.SUBPLACE if len(name) == _SHORT_NAME else Kind.PLACE
    if kind is Kind.CITY and found and found[-1].kind is Kind.CITY:
        return Kind.DISTRICT
    return kind


def _common(name: str) -> bool:
    """Tell whether a word only ends like a name."""
    if _COMMON_WHOLE.fullmatch(name):
        return True
    return any(_COMMON_ENDING.fullmatch(name, place) for place in range(len(name)))


def _kind(match: re.Match[str]) -> Kind:
    groups = match.groupdict()
    return next(kind for kind in _KINDS if groups[kind.name] is not None)


def _edge(told: str, left: int, suffix: int) -> int:
    """Move the left edge of a name past the last weak word, if two letters of the name remain."""
    for place in range(suffix - 2, left, -1):
        if told[place - 1] in _WEAK:
            return place
    return left


def _part(text: str, told: str, start: int, end: int, kind: Kind) -> Part:
    value: int | None = None
    bearing: float | None = None
    words = told[start:end]
    if kind is Kind.OFFSET:
        way = re.search(_WAY, words)
        bearing = _COMPASS[way[0]] if way else None
        far = re.search(rf"({NUMBER}|半)(?:多|余)?(米|公里|千米|m|M|km|KM)", words)
        if far:
            metres = 0.5 if far[1] == "半" else float(number(far[1]) or 0)
            value = round(metres * (1 if far[2] in "mM米" else 1000))
    elif kind in {Kind.NUMBER, Kind.LANE, Kind.BUILDING, Kind.UNIT, Kind.FLOOR, Kind.ROOM}:
        value = number(words.lstrip("附甲乙丙丁ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz地下负"))
    return Part(start, end, kind, text[start:end], value, bearing)


def _trailing_room(text: str, told: str, place: int, end: int, found: list[Part]) -> int:
    """Read bare numbers: after a road (长安路30), after a building or unit (3幢2单元501, 12栋-502)."""
    if found[-1].kind in {Kind.ROAD, Kind.SUBROAD}:
        bare = _BARE_NUMBER.match(told, place, end)
        if bare is None or _COUNTED_AT.match(told, place, end):
            return place
        found.append(_part(text, told, place, bare.end(), Kind.NUMBER))
        return bare.end()
    if found[-1].kind not in {Kind.BUILDING, Kind.UNIT, Kind.PLACE}:
        return place
    match = _ROOM_AFTER.match(told, place, end)
    if match is None or _COUNTED_AT.match(told, place, end):
        return place
    if found[-1].kind is Kind.PLACE and "-" not in match[1]:
        return place
    numbers = list(re.finditer(NUMBER, match[1]))
    kinds = {1: (Kind.ROOM,), 2: (Kind.BUILDING, Kind.ROOM), 3: (Kind.BUILDING, Kind.UNIT, Kind.ROOM)}
    if found[-1].kind is Kind.BUILDING:
        kinds = {1: (Kind.ROOM,), 2: (Kind.UNIT, Kind.ROOM)}
    if len(numbers) not in kinds:
        return place
    base = match.start(1)
    for one, kind in zip(numbers, kinds[len(numbers)], strict=True):
        found.append(_part(text, told, base + one.start(), base + one.end(), kind))
    return match.end()


_ENDED: Final = {kind: re.compile(rf"(?:{ends})$") for kind, ends in _ENDS.items()}
_KINDS: Final = tuple(Kind[name] for name in _PATTERN.groupindex if name != "stem")
_COUNTED_AT: Final = re.compile(_COUNTED)
#: What follows a road or a division and makes a longer name of it.
_MORE: Final = re.compile(_ENDS[Kind.PLACE])
_SHORT_NAME: Final = 2
_FURTHER: Final = re.compile(
    "(?P<CITY>市(?![民政场区]))|(?P<DISTRICT>市?区|县)|(?P<TOWN>街道|镇|乡)|(?P<COMMUNITY>社区|村(?!口))"
    "|(?P<ROAD>路(?![口边灯面段])|大道|大街|街)"
)
_ESTATE_PART: Final = re.compile(r"(?:^[东南西北中]|[A-Za-z0-9一二三四五六七八九十])区$")
_BARE_NUMBER: Final = re.compile(
    r"[0-9]{1,4}(?![0-9A-Za-z号弄米元个点月日年人次分秒路栋幢楼层室线辆条处名家盏块根棵只台位天小公千多余%％.:：])"
)
_LEANING: Final = frozenset(
    {Kind.RELATION, Kind.OFFSET, Kind.CROSSING, Kind.FLOOR, Kind.ROOM, Kind.UNIT, Kind.BUILDING, Kind.NUMBER}
)


def _meant(chunk: list[Part]) -> list[Part]:
    """Leave out what says nothing alone: a floor, a relation, a crossing with nothing before it."""
    first = next((n for n, part in enumerate(chunk) if part.kind not in _LEANING), len(chunk))
    return chunk[first:]


def _crossings(parts: list[Part], told: str) -> list[Part]:
    """Keep 口 and 路口 only after a road, and 附近 and the like only close behind what they speak of."""
    kept: list[Part] = []
    for part in parts:
        before = kept[-1] if kept else None
        if part.kind is Kind.CROSSING and (before is None or before.kind not in {Kind.ROAD, Kind.SUBROAD}):
            continue
        if part.kind in {Kind.RELATION, Kind.OFFSET} and (
            before is None or part.start - before.end > _CLOSE or _breaks(told[before.end : part.start])
        ):
            continue
        kept.append(part)
    return kept


_CLOSE: Final = 4


def _breaks(between: str) -> bool:
    return any(ch in "，。；！？,.;!?\n" for ch in between)


def spellings(part: Part, told: str) -> list[str]:
    """Give the names that a named part may stand for in a ``plain`` text, the longest first.

    The left edge was guessed, so the name is also given with letters added up to the last strong break
    and with letters taken away down to one before its ending.
    """
    shortest = len(_suffix(part.kind, told[part.start : part.end])) + 1
    floor = max(0, part.end - _LONGEST_STEM - shortest + 1)
    left = part.start
    while left > floor and told[left - 1].isalnum():
        left -= 1
    return [told[place : part.end] for place in range(left, part.end - max(2, shortest) + 1)]


def place_ends(name: str) -> list[int]:
    """Give where a shorter place's name ends within a longer one, the longer first."""
    told = plain(name)
    ends = {m.end() for m in re.finditer(_ENDS[Kind.PLACE], told) if 1 < m.end() < len(told)}
    return sorted(ends, reverse=True)


def _suffix(kind: Kind, name: str) -> str:
    ends = _ENDED.get(kind)
    match = ends.search(name) if ends else None
    return match[0] if match else ""
