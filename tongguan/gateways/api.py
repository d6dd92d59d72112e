# SPDX-License-Identifier: Apache-2.0
"""Verbs of gateways: declare a broker, stop one, read kept messages again, forget a device."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any, Final

from tongguan.gateways import credentials, store
from tongguan.gateways.contracts import BrokerIn, Message
from tongguan.gateways.flood import Buckets
from tongguan.gateways.models import Broker, Kept, Note, Seat
from tongguan.gateways.resolving import Resolver, Store
from tongguan.gateways.spi import decoders
from tongguan.gateways.taking import Gate
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.kernel.importing import text_mistake
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.places import queries as places
from tongguan.runtime import audit, transactions

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_SHARE: Final = re.compile(r"[A-Za-z0-9_-]{0,60}")
_LONGEST: Final = {"host": 200, "user": 200}
_TOPIC: Final = 1_000
_BOUNDS: Final = {
    "port": (1, 65_535), "version": (4, 5), "qos": (0, 1), "seats": (1, 64), "size": (1, 100_000),
    "linger_ms": (0, 5_000), "flood_rate": (0.001, 1e6), "flood_burst": (1, 10_000_000),
    "keep": (0, 1_000_000),
}  # fmt: skip
_AGAIN: Final = 500


def keep(actor: Actor, told: BrokerIn, password: str | None = None) -> None:
    """Declare a broker, or change the one of this name; gateways take it over within a second or two.

    ``password`` None leaves the one that is there. Raises Forbidden without the post 系统管理员, Invalid
    naming the field, NotFound (division).
    """
    _may(actor, told.division)
    _check(told)
    if told.division not in places.divisions([told.division]):
        raise NotFound("division.unknown", zh="没有这个区划", en="no such division", field="division")
    values: dict[str, Any] = {
        name: getattr(told, name)
        for name in BrokerIn.__dataclass_fields__
        if name not in {"name", "topics", "declaration"}
    }
    values |= {"topics": list(told.topics), "declaration": dict(told.declaration), "active": True}
    if password is not None:
        values["password"] = credentials.closed(told.name, password)
    with transactions.atomic():
        row = Broker.objects.select_for_update().filter(name=told.name).first()
        if row is None:
            row = Broker.objects.create(name=told.name, **values)
        else:
            _may(actor, row.division)
            if row.payload != told.payload:
                values["memory"] = b""
            Broker.objects.filter(pk=row.pk).update(**values, changed=row.changed + 1)
        seats = [Seat(broker=row, number=number) for number in range(told.seats)]
        Seat.objects.bulk_create(seats, ignore_conflicts=True)
        shown = {
            "host": told.host,
            "topics": list(told.topics),
            "payload": told.payload,
            "division": told.division,
        }
        audit.record(actor, "broker.keep", f"broker:{told.name}", shown)


def stop(actor: Actor, name: str) -> None:
    """Listen to a broker no longer. Raises NotFound."""
    with transactions.atomic():
        row = _row(actor, name)
        Broker.objects.filter(pk=row.pk).update(active=False, changed=row.changed + 1)
        audit.record(actor, "broker.stop", f"broker:{name}", {})


def forget(actor: Actor, name: str, things: Sequence[str] = ()) -> int:
    """Take devices off a broker's list, all without names given; give how many. Raises NotFound."""
    with transactions.atomic():
        rows = Note.objects.filter(broker=_row(actor, name))
        count, _ = (rows.filter(thing__in=things) if things else rows).delete()
        audit.record(actor, "broker.forget", f"broker:{name}", {"devices": count})
    return count


def read_again(actor: Actor, name: str, to: Store | None = None) -> tuple[int, int]:
    """Read a broker's kept messages again, after registering a device or mending the declaration.

    Gives how many are read now, and how many readings they held; the others stay kept. Readings that were
    taken the first time are known as repeated by the store. Raises NotFound, Invalid (declaration).
    """
    row = _row(actor, name)
    read = readings = 0
    to = to or store.Registered()
    reader = decoders.get(row.payload).reader(row.declaration, bytes(row.memory))
    gate = Gate(reader, to, Resolver(to, row.division), Buckets(_BOUNDS["flood_rate"][1], int(1e9)))
    for batch in _batches(row):
        messages = [
            Message(k.topic, bytes(k.body), round(k.at.astimezone(UTC).timestamp() * 1000)) for k in batch
        ]
        taken = gate.take(messages)
        done = [kept.pk for place, kept in enumerate(batch) if place not in taken.wrong]
        with transactions.atomic():
            Kept.objects.filter(pk__in=done).delete()
        read, readings = read + len(done), readings + taken.readings
    with transactions.atomic():
        audit.record(actor, "broker.read_again", f"broker:{name}", {"messages": read, "readings": readings})
    return read, readings


def _batches(row: Broker) -> Iterator[list[Kept]]:
    last = 0
    while batch := list(Kept.objects.filter(broker=row, pk__gt=last).order_by("pk")[:_AGAIN]):
        yield batch
        last = batch[-1].pk


def _check(told: BrokerIn) -> None:
    if not _NAME.fullmatch(told.name):
        raise Invalid(
            "broker.name",
            zh="小写字母、数字、- 和 _，最多 40 个",
            en="small letters and digits",
            field="name",
        )
    for field, longest in _LONGEST.items():
        if (mistake := text_mistake(getattr(told, field), longest)) and (field != "user" or told.user):
            raise Invalid("broker.text", zh=mistake, en="not a valid text", field=field)
    for field, (low, high) in _BOUNDS.items():
        if not low <= getattr(told, field) <= high:
            raise Invalid("broker.range", zh=f"应为 {low} 到 {high}", en=f"from {low} to {high}", field=field)
    if not told.topics or not all(_is_filter(topic) for topic in told.topics):
        raise Invalid(
            "broker.topics", zh="主题为空或有误", en="no topic, or not a topic filter", field="topics"
        )
    if not _SHARE.fullmatch(told.share):
        raise Invalid(
            "broker.share", zh="共享组只用字母、数字、- 和 _", en="letters and digits", field="share"
        )
    if told.payload not in decoders:
        known = "、".join(sorted(decoders.items()))
        raise Invalid("broker.payload", zh=f"负载应为 {known} 之一", en="no such payload", field="payload")
    decoder = decoders.get(told.payload)
    decoder.reader(told.declaration)
    if told.seats > 1 and not told.share:
        raise Invalid(
            "broker.seats",
            zh="多个连接需要共享组，否则读数重复",
            en="several seats need a share",
            field="share",
        )
    if told.share and not decoder.shared:
        raise Invalid(
            "broker.share",
            zh=f"{decoder.title} 的消息相互解释，不能共享订阅；请按主题分成几个服务器声明",
            en="these messages explain each other: declare brokers by topic instead of a share",
            field="share",
        )


def _is_filter(topic: str) -> bool:
    """Tell whether this is a topic filter (MQTT 5, 4.7.1): ``+`` fills a level, ``#`` is the last one."""
    steps = topic.split("/")
    return (
        0 < len(topic.encode()) <= _TOPIC
        and "\x00" not in topic
        and not topic.startswith("$share/")
        and all(step in {"+", "#"} or not set(step) & {"+", "#"} for step in steps)
        and "#" not in steps[:-1]
    )


def _row(actor: Actor, name: str) -> Broker:
    row = Broker.objects.filter(name=name).first()
    if row is None or not _covers(actor, row.division):
        raise NotFound("broker.unknown", zh="没有这个消息服务器", en="no such broker", field="name")
    return row


def _may(actor: Actor, division: str) -> None:
    if not _covers(actor, division):
        raise Forbidden(
            "broker.not_your_post",
            zh="只有系统管理员可以设置消息服务器",
            en="only a system administrator may",
        )


def _covers(actor: Actor, division: str) -> bool:
    return actor == PLATFORM or actor.scope.covers(division, Post.SYSADMIN)
