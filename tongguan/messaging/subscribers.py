# SPDX-License-Identifier: Apache-2.0
"""Reactions to facts: messages to the webhook targets that asked for them."""

from typing import Final

from tongguan.kernel.facts import Fact, to_payload
from tongguan.messaging import signing
from tongguan.messaging.api import once
from tongguan.messaging.contracts import Channel
from tongguan.messaging.deliver import webhook_lane
from tongguan.messaging.facts import InboxArrived, MessageGivenUp
from tongguan.messaging.models import Message, Subscription
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe

#: Never pushed: a lost push must not cause the next, and inboxes are nobody else's business.
_OWN: Final = frozenset({InboxArrived.name, MessageGivenUp.name})


@subscribe(name="messaging.webhooks", batch=200)
def tell_targets(batch: list[Delivered]) -> None:
    """Store one message per fact and target, in the transaction of the cursor."""
    wanted = list(Subscription.objects.filter(target__active=True).select_related("target"))
    if not wanted:
        return
    rows = {}
    for delivered in batch:
        for subscription in wanted:
            if _wants(subscription, delivered.fact):
                row = _message(subscription, delivered)
                rows[row.once] = row
    Message.objects.bulk_create(rows.values(), ignore_conflicts=True, batch_size=500)


def _wants(subscription: Subscription, fact: Fact) -> bool:
    """Keep to the target's own division, whatever its subscriptions say."""
    return (
        fact.name not in _OWN
        and subscription.fact in {"*", fact.name}
        and fact.division.startswith(subscription.division)
        and fact.division.startswith(subscription.target.division)
    )


def _message(subscription: Subscription, delivered: Delivered) -> Message:
    code = subscription.target.code
    key = f"fact:{delivered.id}"
    case_id = getattr(delivered.fact, "case_id", None)
    return Message(
        once=once(Channel.WEBHOOK, code, key),
        key=key,
        channel=Channel.WEBHOOK,
        lane=webhook_lane(code),
        to_address=code,
        subject=delivered.fact.name,
        body=signing.body(key, delivered.fact.name, delivered.at, to_payload(delivered.fact)),
        case_id=case_id,
        division=delivered.fact.division,
        due_at=delivered.at,
        created_at=delivered.at,
    )
