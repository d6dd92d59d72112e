# SPDX-License-Identifier: Apache-2.0
"""Which streams are forecast: chosen by analysts, bounded in number."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Q

from tongguan.foresight.contracts import ANALYSTS, READERS, ForecastChoice, ForecastChoices
from tongguan.foresight.models import Wanted
from tongguan.kernel import clock
from tongguan.kernel.codes import next_prefix
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.people.queries import POST_NAMES
from tongguan.places import queries as places
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic
from tongguan.sensors import queries as sensors

#: So many streams are forecast at once, in the whole city.
MOST: Final = 200


def wanted_rows() -> list[Wanted]:
    """Give what is wanted now, the oldest first."""
    return list(Wanted.objects.filter(ended_at__isnull=True).order_by("at", "id"))


def streams_of(rows: Sequence[Wanted], actor: Actor = PLATFORM) -> dict[int, str]:
    """Give the streams in use that are meant, by number, with their property; one statement."""
    if not rows:
        return {}
    asked = Q()
    for row in rows:
        asked |= _meant(row.observed, row.division, row.stream)
    found = sensors.datastreams(actor).filter(asked, active=True).order_by("id")
    return dict(found.values_list("id", "observed__code"))


def _meant(observed: str, division: str, stream: int) -> Q:
    if stream:
        return Q(id=stream)
    within = Q(division__gte=division, division__lt=next_prefix(division)) if division else Q()
    return Q(observed__code=observed) & within


def choose(actor: Actor, *, observed: str = "", division: str = "", stream: int = 0) -> ForecastChoice:
    """Have a property within a division forecast, or one stream.

    Raises Forbidden (no analyst of the division), NotFound (stream, property), Invalid (nothing is read
    there), Conflict (chosen already; more than MOST streams).
    """
    if stream:
        known = sensors.streams([stream], actor).get(stream)
        if known is None:
            raise NotFound("foresight.stream", "没有这条读数，或不在您的管辖范围", "no such stream")
        observed, division = known.observed, known.division
    if actor.scope.posts().isdisjoint(ANALYSTS) or not actor.scope.covers(division, *ANALYSTS):
        posts = "、".join(POST_NAMES[post] for post in ANALYSTS)
        raise Forbidden("foresight.post", f"需要该区划的{posts}岗位", "needs an analyst's post there")
    if not sensors.properties(actor).filter(code=observed).exists():
        raise NotFound("foresight.property", "没有这个观测属性", "no such property")
    with atomic():
        before = streams_of(wanted_rows())
        row = Wanted(
            observed=observed, division=division, stream=stream, by=actor.key, by_name=actor.name,
            at=clock.now(),
        )  # fmt: skip
        mine = streams_of([row])
        if not mine:
            raise Invalid("foresight.empty", "这里没有在用的读数", "nothing is read there", field="division")
        more = len(mine.keys() - before.keys())
        if len(before) + more > MOST:
            raise Conflict(
                "foresight.full",
                f"最多同时预测 {MOST} 条读数：已有 {len(before)} 条，这一项再加 {more} 条就超过了；"
                "请缩小区划，或先停止别的预测",
                f"{MOST} streams at most",
            )
        try:
            row.save(force_insert=True)
        except IntegrityError as twice:
            raise Conflict("foresight.chosen", "这一项已经在预测", "it is forecast already") from twice
        audit.record(actor, "foresight.choose", f"foresight:{row.id}", {"observed": observed,
                     "division": division, "stream": stream})  # fmt: skip
    return _told(actor, [row])[0]


def drop(actor: Actor, choice_id: UUID) -> None:
    """Stop a forecast; what was said stays. Raises NotFound, Forbidden."""
    with atomic():
        row = Wanted.objects.select_for_update().filter(pk=choice_id, ended_at__isnull=True).first()
        if row is None or not _concerns(actor, row):
            raise NotFound("foresight.choice", "没有这一项预测", "no such choice")
        if not actor.scope.covers(row.division, *ANALYSTS):
            posts = "、".join(POST_NAMES[post] for post in ANALYSTS)
            raise Forbidden("foresight.post", f"需要该区划的{posts}岗位", "needs an analyst's post there")
        row.ended_at, row.ended_by = clock.now(), actor.name
        row.save(update_fields=["ended_at", "ended_by"])
        audit.record(actor, "foresight.drop", f"foresight:{row.id}", {"observed": row.observed})


def choices(actor: Actor) -> ForecastChoices:
    """Give what is chosen within the actor's divisions or for wider ones, and how much room is left."""
    rows = wanted_rows()
    seen = [row for row in rows if _concerns(actor, row)]
    return ForecastChoices(tuple(_told(actor, seen)), len(streams_of(rows)), MOST)


def _concerns(actor: Actor, row: Wanted) -> bool:
    held = actor.scope.divisions(*READERS)
    return any(row.division.startswith(one) or one.startswith(row.division) for one in held)


def _told(actor: Actor, rows: Sequence[Wanted]) -> list[ForecastChoice]:
    known = sensors.properties(PLATFORM).filter(code__in={row.observed for row in rows})
    named = dict(known.values_list("code", "name"))
    where = places.division_names(sorted({row.division for row in rows if row.division}))
    single = sensors.at([row.stream for row in rows if row.stream])
    found = streams_of([row for row in rows if not row.stream])
    places_of = sensors.at(list(found))
    told = []
    for row in rows:
        many = [n for n, code in found.items() if code == row.observed
                and places_of[n].division.startswith(row.division)]  # fmt: skip
        told.append(
            ForecastChoice(
                row.id, row.observed, named.get(row.observed, row.observed), row.division,
                where.get(row.division, row.division), row.stream,
                single[row.stream].name if row.stream in single else "",
                1 if row.stream else len(many), row.by_name, row.at,
                actor.scope.covers(row.division, *ANALYSTS),
            )
        )  # fmt: skip
    return told
