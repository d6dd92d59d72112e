# SPDX-License-Identifier: Apache-2.0
"""Reads of gateways: brokers and how they do, devices worth a look, messages that were not understood."""

from typing import Any, Final

from django.db.models import Count, QuerySet

from tongguan.gateways.contracts import BrokerInfo, DeviceNote, KeptInfo, SeatInfo
from tongguan.gateways.models import Broker, Kept, Note, Seat
from tongguan.kernel.errors import NotFound
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.people.queries import division_q

#: Rows that a list gives at most.
MOST: Final = 1_000
_SEAT: Final = tuple(SeatInfo.__dataclass_fields__)
_NOTE: Final = tuple(DeviceNote.__dataclass_fields__)
_KEPT: Final = tuple(KeptInfo.__dataclass_fields__)
_BROKER: Final = ("host", "port", "tls", "user", "division", "qos", "share", "payload", "active")


def brokers(actor: Actor) -> list[BrokerInfo]:
    """List the brokers of the divisions where the actor is system administrator, by name."""
    rows = list(_seen(actor))
    seats: dict[int, list[SeatInfo]] = {}
    for row in Seat.objects.filter(broker__in=rows).order_by("broker", "number").values("broker_id", *_SEAT):
        seats.setdefault(row.pop("broker_id"), []).append(SeatInfo(**row))
    kept = dict(
        Kept.objects.filter(broker__in=rows)
        .order_by()
        .values("broker_id")
        .annotate(count=Count("id"))
        .values_list("broker_id", "count")
    )
    return [
        BrokerInfo(
            name=row.name,
            topics=tuple(row.topics),
            kept=kept.get(row.pk, 0),
            seats=tuple(seats.get(row.pk, ())),
            **{name: getattr(row, name) for name in _BROKER},
        )
        for row in rows
    ]


def notes(actor: Actor, broker: str, kind: str = "unknown") -> list[DeviceNote]:
    """List a broker's devices of a kind (``unknown``, ``flood``, ``silent``), the last seen first.

    Raises NotFound.
    """
    rows = Note.objects.filter(broker=_one(actor, broker), kind=kind).order_by("-last_at", "-id")
    return [DeviceNote(**row) for row in rows.values(*_NOTE)[:MOST]]


def kept(actor: Actor, broker: str, before: int = 0) -> list[KeptInfo]:
    """List a broker's messages that were not understood, newest first. Raises NotFound."""
    rows = Kept.objects.filter(broker=_one(actor, broker)).order_by("-id")
    if before:
        rows = rows.filter(id__lt=before)
    return [KeptInfo(**{**row, "body": bytes(row["body"])}) for row in rows.values(*_KEPT)[:MOST]]


def client_of(broker: str, number: int) -> str:
    """Give the client id of a broker's seat: the same for whoever sits there."""
    return f"tongguan-{broker}-{number}"


def declared(actor: Actor, broker: str) -> dict[str, Any]:
    """Give how a broker's payload is declared. Raises NotFound."""
    return dict(_one(actor, broker).declaration)


def _one(actor: Actor, name: str) -> Broker:
    row = _seen(actor).filter(name=name).first()
    if row is None:
        raise NotFound("broker.unknown", zh="没有这个消息服务器", en="no such broker", field="name")
    return row


def _seen(actor: Actor) -> "QuerySet[Broker]":
    rows = Broker.objects.order_by("name")
    return rows if actor == PLATFORM else rows.filter(division_q(actor.scope, "division", Post.SYSADMIN))
