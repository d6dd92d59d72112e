# SPDX-License-Identifier: Apache-2.0
"""Reads of the exchange: links, how they are doing, what was sent. For the operators of their divisions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Max, Min, OuterRef, QuerySet, Subquery

from tongguan.cases import queries as cases
from tongguan.exchange import systems
from tongguan.exchange.contracts import LinkInfo, LinkState, SentEvent, StuckCase
from tongguan.exchange.links import may_operate
from tongguan.exchange.models import CaseQueue, IncomingEvent, Link, OutgoingEvent, SyncedOrder
from tongguan.handover import queries as handovers
from tongguan.kernel.errors import NotFound
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Actor, Post

_MOST: Final = 200


def links(actor: Actor) -> list[LinkInfo]:
    """Give the links of the actor's divisions by code. Raises Forbidden."""
    rows = list(_operated(actor).order_by("code"))
    units = people.units(row.unit_id for row in rows if row.unit_id is not None)
    names: dict[int | None, str] = {unit.id: unit.name for unit in units.values()}
    return [_info(row, systems.service_name(row.service) or names.get(row.unit_id, "")) for row in rows]


def states(actor: Actor) -> list[LinkState]:
    """Say how the links of the actor's divisions are doing, by code; 5 statements. Raises Forbidden."""
    rows = list(_operated(actor).order_by("code"))
    last = dict(_per_link(OutgoingEvent.objects.all(), rows).annotate(n=Max("seq")).values_list("link", "n"))
    waiting = {
        link: (count, oldest)
        for link, count, oldest in _per_link(_waiting(rows), rows)
        .annotate(n=Count("id"), oldest=Min("at"))
        .values_list("link", "n", "oldest")
    }
    stuck = _counted(CaseQueue.objects.filter(stuck=True), rows)
    refused = _counted(IncomingEvent.objects.filter(state="refused"), rows)
    return [
        LinkState(
            code=row.code,
            name=row.name,
            service=row.service,
            active=row.active,
            last_seq=last.get(row.pk, 0),
            waiting=waiting.get(row.pk, (0, None))[0],
            oldest_at=waiting.get(row.pk, (0, None))[1],
            stuck=stuck.get(row.pk, 0),
            refused=refused.get(row.pk, 0),
            failures=row.failures,
            down_since=row.down_since,
            open_until=row.open_until,
            last_ok_at=row.last_ok_at,
            error=row.error,
        )
        for row in rows
    ]


def stuck(actor: Actor, code: str, limit: int = 50) -> list[StuckCase]:
    """Give the cases whose next event was given up, by id. Raises Forbidden, NotFound."""
    row = _one(actor, code)
    queues = list(CaseQueue.objects.filter(link=row, stuck=True).order_by("id")[: min(limit, _MOST)])
    ids = [queue.case_id for queue in queues]
    of = {one: one for one in ids}
    if row.service:
        of = {one: told.case_id for one, told in handovers.of_systems(ids).items() if told.case_id}
    known = cases.cases_by_id(PLATFORM, of.values())
    late = _waiting([row]).filter(case_id__in=ids).order_by()
    first = dict(late.values("case_id").annotate(n=Min("seq")).values_list("case_id", "n"))
    return [
        StuckCase(
            case_id=queue.case_id,
            case_number=known[of[queue.case_id]].number if of.get(queue.case_id) in known else "",
            seq=first.get(queue.case_id, 0),
            attempts=queue.attempts,
            error=queue.error,
        )
        for queue in queues
    ]


def sent(actor: Actor, code: str, after: int = 0, limit: int = 50) -> list[SentEvent]:
    """Give a link's events behind a number, in order. Raises Forbidden, NotFound."""
    row = _one(actor, code)
    rows = OutgoingEvent.objects.filter(link=row, seq__gt=after).order_by("seq")[: min(limit, _MOST)]
    names = tuple(SentEvent.__dataclass_fields__)
    return [SentEvent(**event) for event in rows.values(*names)]


def deliveries(since: datetime, until: datetime) -> list[tuple[int, UUID, datetime, datetime | None]]:
    """Give (unit, case, written, taken) of the events for departments' systems written within since … until.

    ``taken``: when their system confirmed it, None while it has not. One statement; for the platform.
    """
    rows = OutgoingEvent.objects.filter(link__unit__isnull=False, at__gte=since, at__lt=until)
    rows = rows.order_by("at", "id")
    return list(rows.values_list("link__unit_id", "case_id", "at", "sent_at"))


def handed_over(since: datetime, until: datetime) -> list[tuple[int, UUID, datetime, datetime | None]]:
    """Give (unit, case, since when, last state) of orders that departments' systems got within since … until.

    ``last state``: when their system last told of it, None while it has not. One statement; for the platform.
    """
    rows = SyncedOrder.objects.filter(link__unit__isnull=False, since__gte=since, since__lt=until)
    rows = rows.order_by("since", "id")
    return list(rows.values_list("link__unit_id", "case_id", "since", "told_at"))


def states_told(since: datetime, until: datetime) -> list[tuple[int, UUID | None, datetime, int, list[str]]]:
    """Give (unit, case, when, fields due, which are empty) of states that were taken within since … until.

    Refused ones are not taken, and those taken before fields were counted are left out. One statement; for
    the platform.
    """
    order = SyncedOrder.objects.filter(link=OuterRef("link"), order_id=OuterRef("order_id"))
    rows = IncomingEvent.objects.filter(done_at__gte=since, done_at__lt=until, fields_due__isnull=False)
    rows = rows.annotate(case_id=Subquery(order.values("case_id")[:1])).order_by("done_at", "id")
    columns = rows.values_list("link__unit_id", "case_id", "done_at", "fields_due", "lacks")
    return [(unit, case, at, due, lacks) for unit, case, at, due, lacks in columns if at and due]


def _operated(actor: Actor) -> QuerySet[Link]:
    may_operate(actor)
    if actor == PLATFORM:
        return Link.objects.all()
    return Link.objects.filter(people.division_q(actor.scope, "division", Post.SYSADMIN))


def _one(actor: Actor, code: str) -> Link:
    row = _operated(actor).filter(code=code).first()
    if row is None:
        raise NotFound("link.unknown", zh="没有这个部门对接", en="no such link", field="code")
    return row


def _waiting(rows: Sequence[Link]) -> QuerySet[OutgoingEvent]:
    """Give the events behind what their cases' queues have reached."""
    reached = CaseQueue.objects.filter(link_id=OuterRef("link_id"), case_id=OuterRef("case_id"))
    late = OutgoingEvent.objects.filter(link__in=list(rows))
    return late.annotate(reached=Subquery(reached.values("sent_seq")[:1])).filter(seq__gt=F("reached"))


def _per_link(found: QuerySet[Any], rows: Sequence[Link]) -> QuerySet[Any, dict[str, Any]]:
    return found.filter(link__in=rows).order_by().values("link")


def _counted(found: QuerySet[Any], rows: Sequence[Link]) -> dict[int, int]:
    return dict(_per_link(found, rows).annotate(n=Count("id")).values_list("link", "n"))


def _info(row: Link, unit_name: str) -> LinkInfo:
    return LinkInfo(
        code=row.code,
        name=row.name,
        unit_id=row.unit_id,
        unit_name=unit_name,
        service=row.service,
        contact=row.contact,
        division=row.division,
        url=row.url,
        handler_id=row.handler_id,
        items=tuple(row.items),
        mapping=row.mapping,
        active=row.active,
        version=row.version,
        two_secrets_until=row.old_until if row.old_secret else None,
        created_at=row.created_at,
        created_by=row.created_by,
    )
