# SPDX-License-Identifier: Apache-2.0
"""Reading messages: one's own inbox; for operators what waits, what failed, how lanes are doing."""

from uuid import UUID

from django.db.models import Count, Q, QuerySet

from tongguan.kernel import masks
from tongguan.messaging.contracts import (
    Channel,
    FanOutInfo,
    InboxLine,
    LaneInfo,
    MessageInfo,
    MessageState,
    TargetInfo,
)
from tongguan.messaging.models import FanOut, Lane, Message, WebhookTarget
from tongguan.people.contracts import Actor, Post
from tongguan.people.queries import division_q
from tongguan.runtime.queries import engine_state

MAX_PAGE = 200


def inbox(
    actor: Actor, after: UUID | None = None, limit: int = 50, *, unread_only: bool = False
) -> list[InboxLine]:
    """Give the actor's own messages, the newest first; ``after`` is the last id of the page before."""
    if actor.id is None:
        return []
    rows = Message.objects.filter(channel=Channel.INBOX, to_user=actor.id)
    if after is not None:
        rows = rows.filter(id__lt=after)
    if unread_only:
        rows = rows.filter(read_at=None)
    fields = ("id", "subject", "body", "link", "case_id", "created_at", "read_at")
    page = rows.order_by("-id").values_list(*fields)[: max(1, min(limit, MAX_PAGE))]
    return [InboxLine(*row) for row in page]


def unread(actor: Actor) -> int:
    """Count the actor's unread inbox messages."""
    if actor.id is None:
        return 0
    return Message.objects.filter(channel=Channel.INBOX, to_user=actor.id, read_at=None).count()


def dead_letters(
    actor: Actor, after: UUID | None = None, limit: int = 50, lane: str | None = None
) -> list[MessageInfo]:
    """Give the messages given up in the actor's divisions (as system administrator), newest first."""
    rows = _operated(actor).filter(state=MessageState.DEAD)
    if lane is not None:
        rows = rows.filter(lane=lane)
    if after is not None:
        rows = rows.filter(id__lt=after)
    return [info(row) for row in rows.order_by("-id")[: max(1, min(limit, MAX_PAGE))]]


def lanes(actor: Actor) -> list[LaneInfo]:
    """Give every lane with what waits and failed in it; for system administrators, else nothing."""
    if Post.SYSADMIN not in actor.scope.posts():
        return []
    counted = {
        row["lane"]: (row["waiting"], row["dead"])
        for row in Message.objects.filter(Q(due_at__isnull=False) | Q(state=MessageState.DEAD))
        .values("lane")
        .annotate(
            waiting=Count("pk", filter=Q(state=MessageState.WAITING)),
            dead=Count("pk", filter=Q(state=MessageState.DEAD)),
        )
    }
    known = {row.lane: row for row in Lane.objects.all()}
    return [
        LaneInfo(
            lane,
            *counted.get(lane, (0, 0)),
            failures=row.failures if row else 0,
            down_since=row.down_since if row else None,
            open_until=row.open_until if row else None,
            error=row.error if row else "",
            last_ok_at=row.last_ok_at if row else None,
        )
        for lane in sorted(known.keys() | counted.keys())
        for row in (known.get(lane),)
    ]


def targets(actor: Actor) -> list[TargetInfo]:
    """Give the webhook targets of the actor's divisions as system administrator, by code."""
    rows = WebhookTarget.objects.filter(division_q(actor.scope, "division", Post.SYSADMIN))
    return [
        TargetInfo(
            code=row.code,
            name=row.name,
            url=row.url,
            division=row.division,
            active=row.active,
            facts=tuple(sorted({one.fact for one in row.subscriptions.all()})),
            created_at=row.created_at,
            created_by=row.created_by,
        )
        for row in rows.prefetch_related("subscriptions").order_by("code")
    ]


def bus(actor: Actor) -> FanOutInfo | None:
    """Tell how far facts were copied to the message bus; None for others than system administrators."""
    row = FanOut.objects.filter(name="nats").first()
    if row is None or Post.SYSADMIN not in actor.scope.posts():
        return None
    lag = max(0, engine_state().last_seq - row.seq)
    return FanOutInfo(row.name, row.seq, lag, row.failing_since, row.error)


def of_case(actor: Actor, case_id: UUID, limit: int = 200) -> list[MessageInfo]:
    """Give the messages about a case that lie in the actor's divisions (centre posts), newest first."""
    rows = Message.objects.filter(division_q(actor.scope, "division"), case_id=case_id)
    return [info(row) for row in rows.order_by("-id")[: max(1, min(limit, MAX_PAGE))]]


def info(row: Message) -> MessageInfo:
    """Give a message as operators see it."""
    return MessageInfo(
        id=row.pk,
        channel=row.channel,
        lane=row.lane,
        recipient=f"user:{row.to_user_id}" if row.to_user_id else masks.address(row.to_address),
        subject=row.subject,
        case_id=row.case_id,
        division=row.division,
        state=MessageState(row.state),
        attempts=row.attempts,
        due_at=row.due_at,
        error=row.error,
        created_at=row.created_at,
        sent_at=row.sent_at,
    )


def _operated(actor: Actor) -> QuerySet[Message]:
    return Message.objects.filter(division_q(actor.scope, "division", Post.SYSADMIN))
