# SPDX-License-Identifier: Apache-2.0
"""What others supply: senders, one per channel, and templates."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import UUID

from tongguan.kernel.registry import Registry
from tongguan.messaging.templates import Template, load


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message as a sender gets it. ``id`` and ``key`` are the same at every attempt."""

    id: UUID
    key: str
    address: str
    subject: str
    body: str
    created_at: datetime
    url: str = ""
    secret: str = ""


class Fate(StrEnum):
    """What became of an envelope.

    SENT; FAILED: the neighbour is in trouble, try again; REFUSED: this message will never be taken;
    UNTRIED: it was not its turn before the neighbour failed.
    """

    SENT = "sent"
    FAILED = "failed"
    REFUSED = "refused"
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class Result:
    """An envelope's fate: the neighbour's receipt, or the error in words; seconds it asked us to wait.

    ``status``: what an HTTP neighbour answered, 0 when it did not.
    """

    fate: Fate
    receipt: str = ""
    error: str = ""
    retry_after: float = 0.0
    status: int = 0


class Sender(Protocol):
    """Sends the messages of a channel. Runs in a thread of its own, without database."""

    #: Envelopes it takes at once.
    batch: int
    #: Seconds after which ``send`` has given up, whatever the neighbour does.
    deadline: float

    def send(self, envelopes: Sequence[Envelope]) -> list[Result]:
        """Send, and give one result per envelope in the same order, within ``deadline`` seconds.

        The envelope's ``id`` goes along as message id, so that a receiver can drop what comes twice.
        """


#: Channel -> sender. Set up from settings at start; others may register more channels.
senders: Final[Registry[Sender]] = Registry("sender")
#: Scheme of an address (``report:…``) -> what opens it for a channel when the message is sent; "" when it
#: cannot. So what is sealed elsewhere is not kept in the open here.
addressees: Final[Registry[Callable[[str, str], str]]] = Registry("scheme of addresses")
templates: Final[Registry[Template]] = Registry("message template")


def add_templates(path: Any) -> None:
    """Register every template of a YAML file. Raises TemplateError when one does not hold."""
    for template in load(path):
        templates.register(template.code, template)
