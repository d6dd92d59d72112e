# SPDX-License-Identifier: Apache-2.0
"""For other packages' tests: what was told, and a sender that does what the test says."""

from collections.abc import Callable, Sequence

from tongguan.messaging.deliver import Deliverer
from tongguan.messaging.models import Message
from tongguan.messaging.spi import Envelope, Fate, Result
from tongguan.messaging.webhooks import WebhookSender


def told(user_id: int | None = None, channel: str = "inbox") -> list[str]:
    """Give the subjects of all messages (of one person), the oldest first."""
    rows = Message.objects.filter(channel=channel).order_by("id")
    if user_id is not None:
        rows = rows.filter(to_user=user_id)
    return list(rows.values_list("subject", flat=True))


class ScriptedSender:
    """Keeps what it was given and answers as the script says; by default everything is sent."""

    def __init__(self, script: Callable[[Envelope], Result] | None = None, batch: int = 50) -> None:
        self.script = script or (lambda _: Result(Fate.SENT))
        self.batch = batch
        self.deadline = 1.0
        self.seen: list[Envelope] = []

    def send(self, envelopes: Sequence[Envelope]) -> list[Result]:
        """Answer one by one."""
        self.seen += envelopes
        return [self.script(envelope) for envelope in envelopes]

    def keys(self) -> list[str]:
        """Give the keys of what it was given."""
        return [envelope.key for envelope in self.seen]


def patient_sender(seconds: float = 1.0, deadline: float = 3.0) -> WebhookSender:
    """Give a webhook sender that may talk to servers on this machine."""
    return WebhookSender(seconds=seconds, deadline=deadline, private=True)


def deliver() -> None:
    """Send what is due now."""
    deliverer = Deliverer()
    while deliverer.round(patience=3):
        pass
    deliverer.close()
