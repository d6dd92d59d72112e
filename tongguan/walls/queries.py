# SPDX-License-Identifier: Apache-2.0
"""What a centre's walls show, in a fixed number of statements however many cases there are."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from tongguan.cases import queries as cases
from tongguan.cases.contracts import SOON, CaseBrief, CaseInfo
from tongguan.catalog import queries as catalog
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden
from tongguan.matching import queries as matters
from tongguan.matching.contracts import HotInfo
from tongguan.people import queries as people
from tongguan.people.contracts import Actor, Post
from tongguan.places import queries as places
from tongguan.runtime import files
from tongguan.runtime import queries as runtime
from tongguan.walls import figures, signs
from tongguan.walls.contracts import (
    COMMANDERS,
    WATCHERS,
    LedInfo,
    Mode,
    ModeInfo,
    NewsInfo,
    OpenGroup,
    PhotoInfo,
    WallInfo,
)
from tongguan.walls.models import ModeSet, Push

#: Facts that are news on a wall.
NEWS: Final = frozenset({"CaseOpened", "CaseMoved", "CaseClosed", "CaseReopened"})
#: Inputs of moves that are photos, with what they show.
_PHOTOS: Final = {"photos_before": "before", "photos_after": "after", "photos": "site", "attachments": "site"}
#: The feed begins with the newest among so many facts of the house.
_LOOKED_BACK: Final = 1_000
_HOT_SINCE: Final = timedelta(days=7)
_RANKED, _PRESSING, _HOT, _NEWS, _POINTS, _MOST_PHOTOS = 8, 9, 6, 14, 5_000, 6


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
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = today - timedelta(days=1)
    below = signs.BELOW.get(len(division), len(division))
    groups = figures.open_groups(actor, below, now)
    opened, closed = figures.opened_since(actor, yesterday), figures.closed_since(actor, yesterday)
    hot = _hot(actor, now)
    calendar = people.calendar_for(unit.id if (unit := people.centre_for(division)) else None)
    spots = figures.points(actor, _POINTS + 1)
    names = {
        one.code: one.name
        for one in places.divisions({group.place for group in groups} | {division}).values()
    }
    return WallInfo(
        at=now,
        division=division,
        division_name=names.get(division, division),
        day=signs.day_of(timezone.localdate(now), calendar.definition),
        mode=mode_of(division),
        may_command=bool(actor.scope.posts() & set(COMMANDERS)) and centre(actor, COMMANDERS) == division,
        signs=signs.signs(groups, opened, closed, today, now, len(hot)),
        hours=signs.hours(opened, closed, now),
        districts=signs.ranked(groups, lambda group: group.place, names, _RANKED),
        items=signs.ranked(groups, lambda group: group.item_code, _item_names(groups), _RANKED),
        pressing=tuple(figures.pressing(actor, now, _PRESSING)),
        hot=tuple(hot[:_HOT]),
        news=_news(actor),
        points=tuple((pk, lon, lat, signs.mark(due, now, SOON)) for pk, lon, lat, due in spots[:_POINTS]),
        partial=len(spots) > _POINTS,
        duty=tuple(person.name for person in people.on_duty(Post.DUTY_CHIEF, division, now)),
        led=led(actor),
    )


def _hot(actor: Actor, now: datetime) -> list[tuple[HotInfo, CaseBrief | None]]:
    found = matters.hot(actor, since=now - _HOT_SINCE, limit=200)
    shown = {info.evidence[0][1] for info in found[:_HOT] if info.evidence}
    known = figures.briefs(actor, shown)
    return [(info, known.get(info.evidence[0][1]) if info.evidence else None) for info in found]


def _news(actor: Actor) -> tuple[NewsInfo, ...]:
    own = actor.scope.divisions(*WATCHERS)
    late = [
        f for f in runtime.facts_after(None, _LOOKED_BACK) if f.name in NEWS and f.division.startswith(own)
    ]
    facts = late[: -_NEWS - 1 : -1]
    known = figures.briefs(actor, {UUID(fact.payload["case_id"]) for fact in facts})
    told = ((fact, known.get(UUID(fact.payload["case_id"]))) for fact in facts)
    return tuple(NewsInfo(seq=fact.seq, name=fact.name, at=fact.at, case=case) for fact, case in told if case)


def _item_names(groups: Sequence[OpenGroup]) -> dict[str, str]:
    found = catalog.items({group.item_code for group in groups})
    return {code: info.name for code, info in found.items()}


def _named(inputs: Mapping[str, Any], evidence: Mapping[str, Any]) -> list[tuple[str, UUID]]:
    told = [("told", name) for name in evidence.get("files") or ()]
    for key, shows in _PHOTOS.items():
        told += [(shows, name) for name in inputs.get(key) or ()]
    return [(shows, UUID(str(name))) for shows, name in told]
