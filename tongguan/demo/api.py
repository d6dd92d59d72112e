# SPDX-License-Identifier: Apache-2.0
"""The demo city 江州市: registers, then ninety days of work, all generated from one seed (F87)."""

import heapq
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from django.core.management import call_command

from tongguan.briefings import api as briefings
from tongguan.cases import queries as cases
from tongguan.catalog import queries as catalog
from tongguan.catalog.contracts import ItemInfo
from tongguan.catalog.seed import seed_responsibilities
from tongguan.demo.asked import seed_boards
from tongguan.demo.counted import count_on, seed_counted
from tongguan.demo.leaking import read_past, seed_leaks
from tongguan.demo.lives import Life
from tongguan.demo.scenes import KINDS, VIEWS, Scene, draw, kind_of
from tongguan.demo.staff import Staff
from tongguan.demo.tellings import Telling, tell
from tongguan.demo.town.shapes import waters
from tongguan.demo.unheard import seed_unheard
from tongguan.demo.visited import seed_revisits
from tongguan.demo.warned import seed_alarms
from tongguan.industry.lifeline.seed import seed_lifelines
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReporterIn, ReportIn, ReportState
from tongguan.kernel import clock
from tongguan.people.contracts import PLATFORM, Post
from tongguan.people.seed import SeededPeople, seed_people
from tongguan.places import queries as places
from tongguan.places.seed import CITY, attach_people, road_points, seed_places
from tongguan.rules import api as rules
from tongguan.runtime import files
from tongguan.runtime.spi import periodic
from tongguan.runtime.transactions import atomic
from tongguan.things.seed import seed_components

__all__ = [
    "DAYS",
    "STRAIGHT",
    "Seeded",
    "count_on",
    "read_past",
    "seed_city",
    "tellings",
    "waters",
    "write_logins",
]

DAYS: Final = 90
#: Cases that somebody works on when the city begins, at whatever hour.
_AT_WORK: Final = 6
_KINDS_TOLD: Final = 60
#: One telling in so many is dealt with on paper only.
_EDITED: Final = 40
#: So many spots where the same thing comes back every two weeks or so, while most of the city's days pass.
_WEAK_SPOTS: Final = 3
_BACK_EVERY: Final = 6
_UNTIL: Final = 0.7
_BY_NAME: Final = frozenset({"hotline", "snap"})
_NAMES: Final = "王李张刘陈杨赵黄周吴"
_TITLES: Final = ("先生", "女士")
#: Places of simulated sensors.
_LIFELINE_SPOTS: Final = 60
_DUTIES: Final = ("dispatch.reminders", "dispatch.resume")


def _at_least(**figures: float) -> list[dict[str, object]]:
    return [{"field": field, "operator": "ge", "value": least} for field, least in figures.items()]


#: From the last seeded day on, what is clear goes straight to its unit; in doubt a person is asked.
STRAIGHT: Final = [
    {
        "no": "Z1",
        "name": "事项、地点、立案条件和责任单位都明确的，直接派遣",
        "when": {
            "all": _at_least(
                item_confidence=0.9, place_confidence=0.8, filing_confidence=0.1, plan_confidence=0.75
            ),
            "none": [{"field": "likely_repeat", "operator": "eq", "value": True}],
        },
        "then": {"reach": "dispatch"},
    },
    {
        "no": "Z2",
        "name": "事项和地点明确的，自动受理",
        "when": {"all": _at_least(item_confidence=0.9, place_confidence=0.8)},
        "then": {"reach": "accept"},
    },
]


@dataclass(frozen=True, slots=True)
class Seeded:
    """What the seed made, for the command's closing words."""

    people: SeededPeople
    states: Counter[str]
    components: int


def seed_city(cases_wanted: int, seed: int) -> Seeded:
    """Make registers and ``cases_wanted`` cases up to now, in one transaction."""
    rng = np.random.default_rng(seed)
    call_command("load_standards", verbosity=0)
    with atomic():
        codes = seed_places()
        wanted = [CITY, *codes.districts, *codes.streets, *codes.communities]
        names = {code: info.name for code, info in places.divisions(wanted).items()}
        people = seed_people(rng, names)
        _staff_grids(people, codes.duty_grids)
        components = seed_components(clear_of=waters())
        seed_responsibilities()
        seed_lifelines(CITY, _lifeline_spots(rng))
        staff = Staff(people, rng)
        states = _live(rng, staff, cases_wanted)
        seed_alarms(np.random.default_rng(seed), staff)
        seed_leaks(staff)
        seed_unheard(np.random.default_rng(seed), codes.districts[0])
        seed_counted(np.random.default_rng(seed), staff)
        seed_revisits(np.random.default_rng(seed), staff, codes.districts[0])
        _plan_briefings(codes.districts[0])
        seed_boards(staff, CITY, codes.districts[0])
        rules.publish_ruleset(PLATFORM, "straight", STRAIGHT, CITY, "演示：清楚的事项直接派遣")
    return Seeded(people, states, components)


def _plan_briefings(district: str) -> None:
    """Have yesterday's and last week's briefing written as soon as the engine has read the book.

    The city has its own, and so has a district.
    """
    told = {"posts": [Post.DUTY_CHIEF.value], "signed_posts": [Post.LEADER.value]}
    for template in ("daily", "weekly"):
        for division in (CITY, district):
            briefings.plan(PLATFORM, template, division, 0, workdays=False, **told)


def _lifeline_spots(rng: np.random.Generator) -> list[tuple[float, float]]:
    """Give where the simulated lifelines stand: on the city's roads, not in its waters."""
    spots = np.concatenate(list(road_points().values()))
    inside = np.array(places.locate(spots[:, 0], spots[:, 1]).grid) != ""
    dry = spots[inside & ~shapely.contains_xy(waters(), spots[:, 0], spots[:, 1])]
    chosen = dry[rng.choice(len(dry), min(_LIFELINE_SPOTS, len(dry)), replace=False)]
    return [(float(lon), float(lat)) for lon, lat in chosen]


def _staff_grids(people: SeededPeople, duty_grids: list[str]) -> None:
    """Give every duty grid a collector of its street (the code begins with the street's)."""
    chosen = []
    for number, code in enumerate(duty_grids):
        near = people.holding(Post.COLLECTOR, code[:9]) or people.holding(Post.COLLECTOR, code[:6])
        if near:
            chosen.append((code, near[number % len(near)].id, "collector"))
    attach_people(chosen)


def _live(rng: np.random.Generator, staff: Staff, wanted: int) -> Counter[str]:
    now = clock.now()
    queue: list[tuple[datetime, int, Iterator[timedelta]]] = []
    begin = now - timedelta(days=DAYS)
    with clock.using(clock.ManualClock(begin)) as hands:
        photos = _photos()
        with clock.using(clock.ManualClock(begin + timedelta(days=1))):
            edited = _edited(photos)
        earlier = wanted - min(_AT_WORK, wanted // 4)
        moments = _moments(rng, begin, now, earlier)
        moments += [now - timedelta(minutes=float(m)) for m in rng.uniform(75, 200, wanted - earlier)]
        for number, (at, one) in enumerate(zip(moments, tellings(rng, wanted), strict=True)):
            shown = photos[kind_of(one.matter)]
            pair = shown[int(rng.integers(len(shown)))]
            if number % _EDITED == 0:  # somebody proves the work with an old picture
                pair = pair[0], edited[pair[1]]
            heapq.heappush(queue, (at, number, _told(one, staff, rng, pair, lasting=number >= earlier)))
        day = begin
        while queue:
            at, number, steps = heapq.heappop(queue)
            if at > now:
                continue
            while day < at:  # once a simulated day the clocks speak
                hands.move_to(day)
                _speak()
                day += timedelta(days=1)
            hands.move_to(at)
            wait = next(steps, None)
            if wait is not None:
                following = at + wait if number >= earlier else _daytime(at + wait, rng)
                heapq.heappush(queue, (following, number, steps))
        hands.move_to(now)
        _speak()
    return Counter(cases.counts(PLATFORM))


def _speak() -> None:
    for name in _DUTIES:
        periodic.get(name).run()


def _told(
    told: Telling, staff: Staff, rng: np.random.Generator, photos: tuple[str, str], *, lasting: bool
) -> Iterator[timedelta]:
    report = ReportIn(
        source=told.source,
        title=told.title,
        text=told.text,
        item_code=told.item_code,
        lon=told.lon,
        lat=told.lat,
        address=told.address,
        told_at=clock.now(),
        reporter=_who(told),
    )
    receipt = intake.receive(PLATFORM, report, open_now=True)
    if receipt.case_id is not None and receipt.state == ReportState.OPENED:
        yield from Life(receipt.case_id, staff, rng, photos, lasting).steps()


def _who(told: Telling) -> ReporterIn | None:
    """Give who told, where people tell by name: numbers that nobody has, one for each place."""
    if told.source not in _BY_NAME:
        return None
    number = int(told.lon * 1e6) * 31 + int(told.lat * 1e6)
    return ReporterIn(
        name=f"{_NAMES[number % len(_NAMES)]}{_TITLES[number % 2]}", phone=f"100{number % 10**8:08d}"
    )


def tellings(rng: np.random.Generator, wanted: int) -> Iterator[Telling]:
    """Make up what people tell: few kinds make most of it, on the city's roads."""
    known = [i for i in catalog.items_table() if catalog.filing_rules(i.code)]
    picked = [known[int(n)] for n in rng.choice(len(known), min(_KINDS_TOLD, len(known)), replace=False)]
    share = 1.0 / np.arange(1, len(picked) + 1)  # few kinds make most of the work
    roads = road_points()
    spots = [(name, lon, lat) for name, line in roads.items() for lon, lat in line]
    lons, lats = (np.array([spot[k] for spot in spots], np.float64) for k in (1, 2))
    on_land = ~shapely.contains_xy(waters(), lons, lats)
    inside = np.flatnonzero((np.array(places.locate(lons, lats).grid) != "") & on_land)
    weak: list[tuple[ItemInfo, tuple[str, float, float]]] = []
    for number in range(wanted):
        item = picked[int(rng.choice(len(picked), p=share / share.sum()))]
        road, lon, lat = spots[int(rng.choice(inside))]
        if number % _BACK_EVERY == 0 and number < _UNTIL * wanted:
            if len(weak) < _WEAK_SPOTS:
                weak.append((item, (road, lon, lat)))
            item, (road, lon, lat) = weak[number // _BACK_EVERY % _WEAK_SPOTS]
        yield tell(rng, (item.code, item.name), (float(lon), float(lat)), road)


def _moments(rng: np.random.Generator, begin: datetime, now: datetime, wanted: int) -> list[datetime]:
    """Give when tellings come: evenly over the days, a quarter of them in the last two, mostly by day."""
    span = (now - begin).total_seconds()
    offsets = rng.uniform(0, span, wanted)
    recent = rng.random(wanted) < 0.25  # noqa: PLR2004
    offsets[recent] = span - rng.uniform(0, 2 * 86_400, int(recent.sum()))
    return [min(_daytime(begin + timedelta(seconds=float(s)), rng), now) for s in sorted(offsets)]


def _daytime(at: datetime, rng: np.random.Generator) -> datetime:
    """Move a moment of the night (UTC+8, 21–7 h) to the next morning, as people do."""
    hour = (at.hour + 8) % 24
    if 7 <= hour < 21:  # noqa: PLR2004
        return at
    ahead = (31 - hour) % 24
    return at + timedelta(hours=ahead, minutes=float(rng.uniform(0, 90)))


def _photos() -> dict[str, list[tuple[str, str]]]:
    """Draw the photos and keep them, pairs of before and after by kind."""
    made: dict[str, list[tuple[str, str]]] = {}
    for kind in KINDS:
        for view in range(VIEWS):
            before, after = (_kept(Scene(kind, view, solved)) for solved in (False, True))
            made.setdefault(kind, []).append((before, after))
    return made


def _edited(photos: dict[str, list[tuple[str, str]]]) -> dict[str, str]:
    """Keep each photo after handling once more, smaller and compressed anew."""
    made: dict[str, str] = {}
    for kind, pairs in photos.items():
        for view, (_, after) in enumerate(pairs):
            made[after] = _kept(Scene(kind, view, solved=True), scale=0.7, quality=55)
    return made


def _kept(scene: Scene, *, scale: float = 1.0, quality: int = 82) -> str:
    stream = BytesIO()
    picture = draw(scene)
    if scale < 1:
        picture = picture.resize((round(picture.width * scale), round(picture.height * scale)))
    picture.save(stream, "JPEG", quality=quality)
    stream.seek(0)
    name = f"{scene.kind}-{scene.view + 1}-{'after' if scene.solved else 'before'}.jpg"
    return str(files.store(PLATFORM, name, stream, "evidence").id)


def write_logins(people: SeededPeople, path: Path) -> None:
    """Write the demonstration log-ins that ``tongguan up`` shows."""
    lines = [f"  {name:<12} {post}（{who}）" for name, who, post in people.logins]
    text = "\n".join([*lines, f"  密码均为 {people.password}"])
    path.write_text(text + "\n", encoding="utf-8")
