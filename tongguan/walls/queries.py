# SPDX-License-Identifier: Apache-2.0
"""What a centre's walls show, in a fixed number of statements however many cases there are."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from tongguan.alarms import queries as alarms
from tongguan.alarms.contracts import Grade
from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseBrief, CaseFilter, CaseInfo
from tongguan.catalog import queries as catalog
from tongguan.indicators import queries as indicators
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden
from tongguan.maps import queries as maps
from tongguan.maps.contracts import Spread
from tongguan.matching import queries as matters
from tongguan.matching.contracts import HotInfo
from tongguan.people import queries as people
from tongguan.people.contracts import Actor, Post
from tongguan.places import queries as places
from tongguan.places.contracts import DivisionInfo
from tongguan.runtime import files
from tongguan.runtime import queries as runtime
from tongguan.runtime.queries import StreamedFact
from tongguan.walls import figures, signs
from tongguan.walls.contracts import (
    COMMANDERS,
    WATCHERS,
    AlarmsInfo,
    HourInfo,
    LedInfo,
    Mode,
    ModeInfo,
    NewsInfo,
    OpenGroup,
    PhotoInfo,
    RankInfo,
    SignInfo,
    SpotInfo,
    WallInfo,
)
from tongguan.walls.models import ModeSet, Push

#: Facts that are news on a wall.
NEWS: Final = frozenset({"CaseOpened", "CaseMoved", "CaseClosed", "CaseReopened"})
#: Inputs of moves that are photos, with what they show.
_PHOTOS: Final = {"photos_before": "before", "photos_after": "after", "photos": "site", "attachments": "site"}
#: The feed begins with the newest among so many facts of the house.
_LOOKED_BACK: Final = 1_000
#: How near a full city is looked at where cases are shown by cell; from farther where these are too many.
_ZOOMS: Final = (11.0, 8.0, 5.0)
_HOT_SINCE: Final = timedelta(days=7)
_RANKED, _PRESSING, _HOT, _NEWS, _POINTS, _MOST_PHOTOS = 8, 12, 8, 16, 2_000, 6
_ALARMS: Final = 9


def centre(actor: Actor, posts: Collection[Post] = WATCHERS) -> str:
    """Give the division of the centre for which the actor holds one of the posts: the widest.

    Raises Forbidden when the actor holds none of them.
    """
    held = actor.scope.divisions(*posts) if actor.scope.posts() & set(posts) else ()
    if not held:
        raise Forbidden("wall.post", zh="您的岗位没有此项权限", en="your posts do not allow this")
    return min(held, key=lambda code: (len(code), code))


def mode_of(division: str) -> ModeInfo:
    """Give the mode of a centre's walls; one statement."""
    row = ModeSet.objects.filter(division=division).order_by("-id").first()
    return mode_info(row) if row else ModeInfo(mode=Mode.DAILY, reason="", by_name="", at=None)


def mode_info(row: ModeSet) -> ModeInfo:
    """Give a row as a frozen value."""
    return ModeInfo(mode=Mode(row.mode), reason=row.reason, by_name=row.by_name, at=row.at)


def push_of(division: str) -> Push | None:
    """Give what a centre's walls follow now, None when they go their own way; one statement."""
    row = Push.objects.filter(division=division).order_by("-at", "-id").first()
    return row if row and row.case_id and row.until > clock.now() else None


def led(actor: Actor) -> LedInfo | None:
    """Give the case that the walls of the actor's centre follow, with its photos.

    None when they follow none, or one that the actor may not see. Raises Forbidden.
    """
    row = push_of(centre(actor))
    case = cases.cases_by_id(actor, [row.case_id]).get(row.case_id) if row and row.case_id else None
    return led_info(actor, row, case) if row and case else None


def led_info(actor: Actor, row: Push, case: CaseInfo) -> LedInfo:
    """Give a push with its case and photos."""
    return LedInfo(
        push_id=row.id,
        case=case,
        note=row.note,
        by_name=row.by_name,
        at=row.at,
        until=row.until,
        photos=photos(actor, case.id),
    )


def photos(actor: Actor, case_id: UUID) -> tuple[PhotoInfo, ...]:
    """Give the newest photos in the history of a case, the newest first; two statements."""
    found: dict[UUID, PhotoInfo] = {}
    for line in reversed(cases.timeline(actor, case_id)):
        for shows, name in _named(line.inputs, line.evidence):
            found.setdefault(name, PhotoInfo(file_id=name, shows=shows, at=line.at, by_name=line.actor_name))
    kinds = {file_id: info.kind for file_id, info in files.infos(found).items()}
    pictures = [one for one in found.values() if kinds.get(one.file_id, "").startswith("image/")]
    return tuple(pictures[:_MOST_PHOTOS])


def wall(actor: Actor) -> WallInfo:
    """Give all that a wall of the actor's centre shows now. Raises Forbidden without a centre post."""
    division = centre(actor)
    now = clock.now()
    below = signs.BELOW.get(len(division), len(division))
    facts = runtime.facts_after(None, _LOOKED_BACK)  # first: what happens meanwhile comes by the stream
    groups = figures.open_groups(actor, below, now)
    hot = _hot(actor, now)
    calendar = people.calendar_for(unit.id if (unit := people.centre_for(division)) else None)
    spread = _spread(actor)
    known = places.divisions({group.place for group in groups} | {division})
    names = {code: one.name for code, one in known.items()}
    districts = signs.ranked(groups, lambda group: group.place, names, _RANKED)
    mode = mode_of(division)
    return WallInfo(
        at=now,
        seq=facts[-1].seq if facts else 0,
        division=division,
        division_name=names.get(division, division),
        day=signs.day_of(timezone.localdate(now), calendar.definition),
        mode=mode,
        may_command=bool(actor.scope.posts() & set(COMMANDERS)) and centre(actor, COMMANDERS) == division,
        signs=_signs(actor, division, now),
        hours=_hours(actor, division),
        districts=tuple(_placed(one, known) for one in districts),
        items=signs.ranked(groups, lambda group: group.item_code, _item_names(groups), _RANKED),
        pressing=tuple(figures.pressing(actor, now, _PRESSING)),
        hot=tuple(hot[:_HOT]),
        news=_news(actor, facts),
        points=_spots(spread),
        clustered=bool(spread.clusters),
        duty=tuple(person.name for person in people.on_duty(Post.DUTY_CHIEF, division, now)),
        led=led(actor),
        alarms=_alarms(actor, mode.mode),
    )


def _alarms(actor: Actor, mode: Mode) -> AlarmsInfo:
    """Give what sensors warn of; an orange or red one suggests the warning layout, a person decides."""
    by_grade, rows = alarms.standing(actor, _ALARMS)
    grave = by_grade[Grade.ORANGE] + by_grade[Grade.RED]
    return AlarmsInfo(
        connected=bool(rows) or alarms.visible(actor).exists(),
        by_grade=by_grade,
        rows=tuple(rows),
        suggested=Mode.WARNING.value if grave and mode is Mode.DAILY else "",
    )


def _signs(actor: Actor, division: str, now: datetime) -> tuple[SignInfo, ...]:
    found = indicators.signs(actor, division, indicators.present(signs.SHOWN))
    day = timezone.localdate(now)
    tokens = [indicators.token(actor, one.code, division) if one.desk_query else "" for one in found]
    return tuple(signs.shown(one, token, day) for one, token in zip(found, tokens, strict=True))


def _hours(actor: Actor, division: str) -> tuple[HourInfo, ...]:
    both = indicators.present((signs.CAME, signs.WENT))
    lines = [indicators.history(actor, code, division) for code in both]
    return signs.hours(*lines) if len(lines) == len((signs.CAME, signs.WENT)) else ()


def _spread(actor: Actor) -> Spread:
    """Give all open cases with a place: singly, or by cell where they are many, never a part of them."""
    for zoom in _ZOOMS:
        found = maps.cases_spread(actor, CaseFilter(open=True), zoom=zoom, most=_POINTS)
        if len(found.clusters) <= _POINTS:
            break
    return found


def _spots(spread: Spread) -> tuple[SpotInfo, ...]:
    single = (SpotInfo(s.id, s.lon, s.lat, s.mark, s.title, late=int(s.mark == "late")) for s in spread.spots)
    by_cell = (
        SpotInfo(f"h3-{c.cell:x}", c.lon, c.lat, "late" if c.late else "calm", str(c.n), c.n, c.late)
        for c in spread.clusters
    )
    return (*single, *by_cell)


def _hot(actor: Actor, now: datetime) -> list[tuple[HotInfo, CaseBrief | None]]:
    found = matters.hot(actor, since=now - _HOT_SINCE, limit=200)
    shown = {info.evidence[0][1] for info in found[:_HOT] if info.evidence}
    known = figures.briefs(actor, shown)
    return [(info, known.get(info.evidence[0][1]) if info.evidence else None) for info in found]


def _news(actor: Actor, told: Sequence[StreamedFact]) -> tuple[NewsInfo, ...]:
    own = actor.scope.divisions(*WATCHERS)
    late = [fact for fact in told if fact.name in NEWS and fact.division.startswith(own)]
    facts = late[: -_NEWS - 1 : -1]
    known = figures.briefs(actor, {UUID(fact.payload["case_id"]) for fact in facts})
    seen = ((fact, known.get(UUID(fact.payload["case_id"]))) for fact in facts)
    return tuple(NewsInfo(seq=fact.seq, name=fact.name, at=fact.at, case=case) for fact, case in seen if case)


def _placed(rank: RankInfo, known: Mapping[str, DivisionInfo]) -> RankInfo:
    place = known.get(rank.code)
    return replace(rank, lon=place.lon, lat=place.lat) if place else rank


def _item_names(groups: Sequence[OpenGroup]) -> dict[str, str]:
    found = catalog.items({group.item_code for group in groups})
    return {code: info.name for code, info in found.items()}


def _named(inputs: Mapping[str, Any], evidence: Mapping[str, Any]) -> list[tuple[str, UUID]]:
    told = [("told", name) for name in evidence.get("files") or ()]
    for key, shows in _PHOTOS.items():
        told += [(shows, name) for name in inputs.get(key) or ()]
    return [(shows, UUID(str(name))) for shows, name in told]
