# SPDX-License-Identifier: Apache-2.0
"""Verbs on messages: tell, read, replay; and on webhook targets."""

import hashlib
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import transaction

from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.kernel.facts import fact_type
from tongguan.kernel.ids import new_id
from tongguan.messaging import credentials, signing, spi
from tongguan.messaging.contracts import Channel, MessageState, NewTarget, Notice
from tongguan.messaging.facts import InboxArrived
from tongguan.messaging.models import Lane, Message, Subscription, WebhookTarget
from tongguan.messaging.signing import genuine, new_secret
from tongguan.messaging.templates import TemplateError
from tongguan.messaging.wire import check_url
from tongguan.people.contracts import Actor, Post
from tongguan.people.queries import division_q
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic
from tongguan.tables import api as tables

__all__ = [
    "add_target",
    "check_url",
    "genuine",
    "mark_read",
    "may_operate",
    "new_secret",
    "notify",
    "once",
    "remove_target",
    "renew_secret",
    "replay",
    "replay_lane",
    "switch_target",
]

MAX_BODY: Final = 100_000
MAX_AT_ONCE: Final = 1_000


def notify(notices: Sequence[Notice], *, first: bool = False) -> None:
    """Store messages with the change that causes them; the engine sends them after commit.

    Inbox messages are there at once. The same key, recipient and channel make one message only. Raises
    RuntimeError outside a transaction, and Invalid for what a caller got wrong (unknown channel or
    template, missing parameter, no recipient); a bad address never stops the caller: it is found when
    sending and shown among the dead letters. ``first``: their keys are new in this transaction, as those of
    cases that it opens, so that nobody can have stored them before.
    """
    if not transaction.get_connection().in_atomic_block:
        message = "notify() needs an open transaction"
        raise RuntimeError(message)
    if not notices:
        return
    rows = [_row(notice) for notice in notices]
    _refuse_strange_targets([row for row in rows if row.channel == Channel.WEBHOOK])
    tables.insert(rows, ignore=not first)
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
    lane: str = notice.channel
    message_id = new_id()
    if notice.channel == Channel.WEBHOOK:
        lane = f"{notice.channel}:{notice.to_address}"
        told = {"subject": subject, "body": body, "case_id": notice.case_id and str(notice.case_id)}
        body = signing.body(str(message_id), "Notice", now, told)
    return tables.fresh(
        Message,
        id=message_id,
        once=once(notice.channel, recipient, notice.key),
        key=_clean(notice.key)[:200],
        channel=notice.channel,
        lane=_clean(lane)[:60],
        to_user_id=notice.to_user,
        to_address=_clean(notice.to_address)[:500],
        template=notice.template,
        subject=subject[:300],
        body=body[:MAX_BODY],
        link=_clean(notice.link)[:300],
        case_id=notice.case_id,
        division=notice.division[:12],
        state=MessageState.SENT if inbox else MessageState.WAITING,
        due_at=None if inbox else now,
        created_at=now,
        sent_at=now if inbox else None,
    )


def _refuse_strange_targets(rows: list[Message]) -> None:
    """Keep what is for a target that is not registered as a dead letter."""
    if not rows:
        return
    codes = {row.to_address for row in rows}
    known = set(WebhookTarget.objects.filter(code__in=codes).values_list("code", flat=True))
    for row in rows:
        if row.to_address not in known:
            row.state, row.due_at = MessageState.DEAD, None
            row.error = f"没有“{row.to_address}”这个推送目标 (no such webhook target)"


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


def once(channel: str, recipient: str, key: str) -> UUID:
    """Give the identity under which a message exists only once."""
    parts = f"{channel}\x1f{recipient}\x1f{key}".encode("utf-8", "surrogatepass")
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
    """Send dead letters of the actor's divisions again, audited. Raises Forbidden, NotFound."""
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


def replay_lane(actor: Actor, lane: str) -> int:
    """Send every dead letter of a lane within the actor's divisions again, audited; give how many."""
    may_operate(actor)
    with atomic():
        count = Message.objects.filter(
            division_q(actor.scope, "division", Post.SYSADMIN), lane=lane, state=MessageState.DEAD
        ).update(state=MessageState.WAITING, attempts=0, due_at=clock.now(), claim=None)
        audit.record(actor, "messaging.replay", "messaging", {"lane": lane, "count": count})
    return count


def add_target(actor: Actor, target: NewTarget) -> str:
    """Register a webhook target with its subscriptions; give the signing secret, this once only.

    Raises Forbidden, Invalid, Conflict (the code is taken).
    """
    _may_connect(actor, target.division)
    _check_target(target)
    secret = new_secret()
    with atomic():
        if WebhookTarget.objects.filter(code=target.code).exists():
            raise Conflict("messaging.code_taken", zh="编码已被使用", en="the code is taken", field="code")
        row = WebhookTarget.objects.create(
            code=target.code,
            name=target.name,
            url=target.url,
            secret=credentials.closed(target.code, secret),
            division=target.division,
            created_at=clock.now(),
            created_by=actor.name,
        )
        Subscription.objects.bulk_create(
            Subscription(target=row, fact=fact, division=target.division)
            for fact in dict.fromkeys(target.facts)
        )
        Lane.objects.bulk_create([Lane(lane=f"{Channel.WEBHOOK.value}:{target.code}")], ignore_conflicts=True)
        audit.record(actor, "messaging.add_target", f"webhook:{target.code}", {"url": target.url})
    return secret


def switch_target(actor: Actor, code: str, *, active: bool) -> None:
    """Stop or resume a target, audited; what waits for a stopped one is kept. Raises Forbidden, NotFound."""
    with atomic():
        row = _target(actor, code)
        row.active = active
        row.save(update_fields=["active"])
        audit.record(actor, "messaging.switch_target", f"webhook:{code}", {"active": active})


def renew_secret(actor: Actor, code: str) -> str:
    """Give a target a new signing secret, audited; the old one signs nothing more."""
    with atomic():
        row = _target(actor, code)
        secret = new_secret()
        row.secret = credentials.closed(code, secret)
        row.save(update_fields=["secret"])
        audit.record(actor, "messaging.renew_secret", f"webhook:{code}", {})
    return secret


def remove_target(actor: Actor, code: str) -> None:
    """Remove a target, audited; what still waits for it becomes dead letters."""
    with atomic():
        row = _target(actor, code)
        Message.objects.filter(lane=f"{Channel.WEBHOOK.value}:{code}", state=MessageState.WAITING).update(
            state=MessageState.DEAD, due_at=None, claim=None, error="推送目标已删除 (the target was removed)"
        )
        Lane.objects.filter(lane=f"{Channel.WEBHOOK.value}:{code}").delete()
        row.delete()
        audit.record(actor, "messaging.remove_target", f"webhook:{code}", {})


def _target(actor: Actor, code: str) -> WebhookTarget:
    row = WebhookTarget.objects.select_for_update().filter(code=code).first()
    if row is None or not actor.scope.covers(row.division, Post.SYSADMIN):
        may_operate(actor)
        raise NotFound("messaging.no_target", zh="没有这个推送目标", en="no such webhook target")
    return row


def _may_connect(actor: Actor, division: str) -> None:
    may_operate(actor)
    if not actor.scope.covers(division, Post.SYSADMIN):
        raise Forbidden("messaging.forbidden", zh="超出管辖区划", en="outside your division")


def _check_target(target: NewTarget) -> None:
    if not target.code or not all(c.isascii() and (c.isalnum() or c in "-_") for c in target.code):
        raise Invalid(
            "messaging.bad_code", zh="编码只能用字母、数字、-、_", en="letters, digits, - and _", field="code"
        )
    if len(target.code) > 40 or len(target.name) > 100 or len(target.url) > 500:  # noqa: PLR2004 - the columns
        raise Invalid("messaging.too_long", zh="内容过长", en="too long", field="name")
    wrong = check_url(target.url)
    if wrong:
        raise Invalid("messaging.bad_url", zh=wrong, en=wrong, field="url")
    for fact in target.facts:
        if fact != "*":
            try:
                fact_type(fact)
            except KeyError:
                raise Invalid(
                    "messaging.unknown_fact", zh=f"没有“{fact}”这种事实", en="no such fact", field="facts"
                ) from None
