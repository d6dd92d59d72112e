# SPDX-License-Identifier: Apache-2.0
"""Which collector goes: of the case's own duty grid first, then the nearest, then the least loaded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.dispatch.spi import Position, positions
from tongguan.kernel import geometry
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Post, UserInfo
from tongguan.places import queries as places

#: A position older than this says nothing about where somebody is.
FRESH: Final = timedelta(hours=2)
_TASKS: Final = ("pending_verify", "checking")
_STREET: Final = 9


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of one collector. ``metres`` None: unknown. ``grid``: of the case's own duty grid."""

    user: UserInfo
    grid: bool
    metres: float | None
    tasks: int


@dataclass(frozen=True, slots=True)
class Selection:
    """Who goes, and why in words; nobody when nobody is on duty."""

    user: UserInfo | None
    ranked: tuple[Candidate, ...]
    explanation: tuple[str, ...]


def rank(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """Order by own duty grid, distance in steps of 100 m (unknown last), open tasks, id. Pure."""
    return tuple(
        sorted(
            candidates,
            key=lambda c: (
                not c.grid,
                float("inf") if c.metres is None else c.metres // 100,
                c.tasks,
                c.user.id,
            ),
        )
    )


@dataclass(frozen=True, slots=True)
class Chosen:
    """A collector and, in words, why this one."""

    person: UserInfo
    why: str


def nearest_collector(case: CaseInfo, at: datetime, *, besides: Iterable[int] = ()) -> Chosen | None:
    """Give the collector to send; None when nobody on duty covers the place. ``besides``: not these."""
    found = select(case, at, besides=besides)
    return None if found.user is None else Chosen(found.user, found.explanation[1])


def select(case: CaseInfo, at: datetime, *, besides: Iterable[int] = ()) -> Selection:
    """Choose the collector for an on-site verification or check of a case."""
    barred = frozenset(besides)
    own = set(places.collectors_of(case.grid)) if case.grid else set()
    known = {pk: user for pk, user in _collectors(case, own, at).items() if pk not in barred}
    if not known:
        return Selection(None, (), (f"区划 {case.division} 没有在岗的信息采集员",))
    seen = _seen(known, at)
    tasks = _tasks(known)
    ranked = rank(
        [
            Candidate(user, user.id in own, _metres(case, seen.get(user.id)), tasks.get(user.id, 0))
            for user in known.values()
        ]
    )
    chosen = ranked[0]
    told = [f"候选信息采集员 {len(ranked)} 人（在岗）", f"选派{chosen.user.name}：{_why(chosen)}"]
    told += [f"未选{other.user.name}：{_why(other)}" for other in ranked[1:4]]
    return Selection(chosen.user, ranked, tuple(told))


def _collectors(case: CaseInfo, own: set[int], at: datetime) -> dict[int, UserInfo]:
    """Give the collectors on duty: of the grid and its street. Where no rota is kept all count as on duty."""
    street = case.division[:_STREET]
    ids = own | set(places.collectors_of(street))
    found = people.users(ids) if ids else {}
    found |= {person.id: person for person in people.holders(Post.COLLECTOR, case.division, at)}
    on_duty = people.on_duty_among(found, Post.COLLECTOR, at)
    return found if on_duty is None else {pk: found[pk] for pk in found if pk in on_duty}


def _seen(known: dict[int, UserInfo], at: datetime) -> dict[int, Position]:
    seen: dict[int, Position] = {}
    for source in positions.items().values():
        for user_id, position in source(known).items():
            fresh = at - position.at <= FRESH
            if fresh and (user_id not in seen or seen[user_id].at < position.at):
                seen[user_id] = position
    return seen


def _tasks(known: dict[int, UserInfo]) -> dict[int, int]:
    rows = cases.visible(PLATFORM).filter(collector_id__in=list(known), state__in=_TASKS)
    return dict(rows.values_list("collector_id").annotate(n=Count("id")))


def _metres(case: CaseInfo, seen: Position | None) -> float | None:
    if seen is None or case.lon is None or case.lat is None:
        return None
    return float(geometry.distance_m(case.lon, case.lat, seen.lon, seen.lat))


def _why(candidate: Candidate) -> str:
    where = "本责任网格" if candidate.grid else "邻近网格"
    far = "位置未知" if candidate.metres is None else f"距离约 {round(candidate.metres, -1):.0f} 米"
    return f"{where}，{far}，在办任务 {candidate.tasks} 件"
