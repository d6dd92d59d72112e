# SPDX-License-Identifier: Apache-2.0
"""Verbs on messages: tell, read, replay; and on webhook targets."""

import hashlib
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import transaction

from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.messaging import spi
from tongguan.messaging.contracts import Channel, MessageState, Notice
from tongguan.messaging.facts import InboxArrived
from tongguan.messaging.models import Message
from tongguan.messaging.templates import TemplateError
from tongguan.people.contracts import Actor, Post
from tongguan.people.queries import division_q
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic

MAX_BODY: Final = 100_000
MAX_AT_ONCE: Final = 1_000
_CHUNK: Final = 500


def notify(notices: Sequence[Notice]) -> None:
    """Store messages with the change that causes them; the engine sends them after commit.

    Inbox messages are there at once. The same key, recipient and channel make one message only. Raises
    RuntimeError outside a transaction, and Invalid for what a caller got wrong (unknown channel or
    template, missing parameter, no recipient); a bad address never stops the caller: it is found when
    sending and shown among the dead letters.
    """
    if not transaction.get_connection().in_atomic_block:
        message = "notify() needs an open transaction"
        raise RuntimeError(message)
    if not notices:
        return
    rows = [_row(notice) for notice in notices]
    Message.objects.bulk_create(rows, ignore_conflicts=True, batch_size=_CHUNK)
    reached = {row.to_user_id for row in rows if row.channel == Channel.INBOX and row.to_user_id is not None}
    if reached:
        outbox.publish(InboxArrived(user_ids=tuple(sorted(reached))))


def _row(notice: Notice) -> Message:
    if notice.channel != Channel.INBOX and notice.channel not in spi.senders:
        raise Invalid(
            "messaging.unknown_channel",
            zh=f"没有“{notice.channel}”渠道",
            en="no such channel",
            field="channel",
        )
    if notice.to_user is None and (notice.channel == Channel.INBOX or not notice.to_address):
        raise Invalid("messaging.no_recipient", zh="没有收件人", en="there is no recipient", field="to_user")
    if not notice.key:
        raise Invalid("messaging.no_key", zh="缺少幂等键", en="the key is empty", field="key")
    subject, body = _texts(notice)
    now = clock.now()
    recipient = f"user:{notice.to_user}" if notice.to_user is not None else notice.to_address
    inbox = notice.channel == Channel.INBOX
    lane = notice.channel
    if notice.channel == Channel.WEBHOOK:
        lane = f"{notice.channel}:{notice.to_address}"
    return Message(
        once=_once(notice.channel, recipient, notice.key),
        key=notice.key[:200],
        channel=notice.channel,
        lane=lane[:60],
        to_user_id=notice.to_user,
        to_address=notice.to_address[:500],
        template=notice.template,
        subject=subject[:300],
        body=body[:MAX_BODY],
        link=notice.link[:300],
        case_id=notice.case_id,
        division=notice.division[:12],
        state=MessageState.SENT if inbox else MessageState.WAITING,
        due_at=None if inbox else now,
        created_at=now,
        sent_at=now if inbox else None,
    )


def _texts(notice: Notice) -> tuple[str, str]:
    """Render; what PostgreSQL cannot store is replaced, for a message must not stop a move."""
    subject, body = notice.subject, notice.body
    if notice.template:
        if notice.template not in spi.templates:
            raise Invalid(
                "messaging.unknown_template",
                zh=f"没有“{notice.template}”模板",
                en="no such template",
                field="template",
            )
        try:
            subject, body = spi.templates.get(notice.template).render(notice.params, notice.language)
        except TemplateError as error:
            raise Invalid(
                "messaging.missing_parameter",
                zh=f"模板参数不全：{error}",
                en=f"a parameter is missing: {error}",
                field="params",
            ) from error
    return " ".join(_clean(subject).split()), _clean(body)


def _clean(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _once(channel: str, recipient: str, key: str) -> UUID:
    parts = "\x1f".join((channel, recipient, key)).encode("utf-8", "replace")
    return UUID(bytes=hashlib.blake2b(parts, digest_size=16).digest())


def mark_read(actor: Actor, ids: Sequence[UUID] | None = None) -> int:
    """Mark the actor's own inbox messages as read (all of them without ids); give how many changed."""
    if actor.id is None:
        return 0
    unread = Message.objects.filter(channel=Channel.INBOX, to_user=actor.id, read_at=None)
    if ids is not None:
        unread = unread.filter(pk__in=list(ids)[:MAX_AT_ONCE])
    with atomic():
        return unread.update(read_at=clock.now())


def replay(actor: Actor, ids: Sequence[UUID]) -> int:
    """Send dead letters of the actor's divisions again, audited; give how many. Raises Forbidden, NotFound."""
    may_operate(actor)
    wanted = list(dict.fromkeys(ids))[:MAX_AT_ONCE]
    now = clock.now()
    with atomic():
        dead = Message.objects.filter(
            division_q(actor.scope, "division", Post.SYSADMIN), pk__in=wanted, state=MessageState.DEAD
        )
        found = [str(pk) for pk in dead.values_list("pk", flat=True)]
        if not found:
            raise NotFound("messaging.not_found", zh="没有这些失败消息", en="no such dead letters")
        count = dead.update(state=MessageState.WAITING, attempts=0, due_at=now, claim=None)
        audit.record(actor, "messaging.replay", "messaging", {"messages": found})
    return count


def may_operate(actor: Actor) -> None:
    """Raise Forbidden unless the actor is a system administrator somewhere."""
    if Post.SYSADMIN not in actor.scope.posts():
        raise Forbidden(
            "messaging.forbidden",
            zh="只有系统管理员可以操作",
            en="only a system administrator may do this",
        )
