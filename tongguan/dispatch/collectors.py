# SPDX-License-Identifier: Apache-2.0
"""Who goes to look: the nearest collector by duty grid, then by load (F37)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from tongguan.cases import queries as case_queries
from tongguan.cases.contracts import CaseInfo
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Post, UserInfo
from tongguan.places import queries as places


@dataclass(frozen=True, slots=True)
class Chosen:
    """A collector and, in words, why this one."""

    person: UserInfo
    why: str


def nearest_collector(case: CaseInfo, at: datetime, *, besides: Iterable[int] = ()) -> Chosen | None:
    """Give the collector to send: those of the duty grid first, on duty before off duty, least busy first.

    None when nobody covers the place. ``besides`` are people not to send (again).
    """
    barred = set(besides)
    in_grid = set(places.collectors_of(case.grid or case.division)) - barred
    serving = people.on_duty(Post.COLLECTOR, case.division, at)
    holding = people.holders(Post.COLLECTOR, case.division, at)
    known = {person.id: person for person in (*serving, *holding) if person.id not in barred}
    known |= people.users(in_grid - known.keys())
    if not known:
        return None
    on_duty = {person.id for person in serving}
    load = _load(known)
    best = min(known, key=lambda pk: (pk not in in_grid, pk not in on_duty, load.get(pk, 0), pk))
    why = [
        "责任网格内" if best in in_grid else "本区划内最近",
        "当前值班" if best in on_duty else "未排班",
        f"在办任务 {load.get(best, 0)} 件",
    ]
    return Chosen(known[best], f"派{known[best].name}：" + "，".join(why))


def _load(ids: Iterable[int]) -> dict[int, int]:
    rows = (
        case_queries.visible(PLATFORM)
        .filter(collector_id__in=list(ids), state__in=("pending_verify", "checking"))
        .order_by()
        .values_list("collector_id")
        .annotate(count=Count("id"))
    )
    return {pk: count for pk, count in rows if pk is not None}
