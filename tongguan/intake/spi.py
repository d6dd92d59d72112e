# SPDX-License-Identifier: Apache-2.0
"""What others may supply to intake: channels with their gates, and takers of what is no telling."""

from collections.abc import Sequence
from typing import Protocol

from tongguan.intake.contracts import Answer, Parcel, Piece, Taken
from tongguan.kernel.errors import Refusal
from tongguan.kernel.registry import Registry
from tongguan.people.contracts import Actor


class Channel(Protocol):
    """A way by which tellings come in. Its registry key is part of the address it is posted to."""

    @property
    def title(self) -> str:
        """Its name for officials."""

    def decode(self, parcel: Parcel) -> Sequence[Piece]:
        """Give the tellings in the order they stand in the parcel. Pure.

        What is wrong with one part is in its piece; Raises Refusal when the parcel as a whole is unreadable.
        """


channels: Registry[Channel] = Registry("channel")


class Taker(Protocol):
    """Takes parcels that tell no reports; what it refuses is kept like what could not be read."""

    @property
    def title(self) -> str:
        """Its name for officials."""

    def take(self, sender: Actor, parcel: Parcel) -> Sequence[Answer]:
        """Take a kept parcel again, in the open transaction, for the sender whose ``key`` it bears."""


takers: Registry[Taker] = Registry("taker")


class Gate(Protocol):
    """Takes what a channel decodes but what is no telling yet: it is kept apart until somebody judges it."""

    def __call__(self, actor: Actor, pieces: Sequence[Piece]) -> Sequence[Taken | Refusal]:
        """Keep each piece's ``held``, once per sender and number; give where it is, or why it is refused."""


#: The gate of a channel, by the channel's key.
gates: Registry[Gate] = Registry("gate")
