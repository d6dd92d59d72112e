# SPDX-License-Identifier: Apache-2.0
"""What messaging announces."""

from uuid import UUID

from tongguan.kernel.facts import Fact


class InboxArrived(Fact, frozen=True, kw_only=True):
    """Something new lies in these people's inboxes; they may be shown a bell."""

    user_ids: tuple[int, ...]


class MessageGivenUp(Fact, frozen=True, kw_only=True):
    """A message could not be delivered and waits for somebody to replay it."""

    message_id: UUID
    channel: str
    case_id: UUID | None = None
