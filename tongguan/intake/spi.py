# SPDX-License-Identifier: Apache-2.0
"""What others may supply to intake: channels, and how a reporter's contact is sealed."""

from collections.abc import Sequence
from typing import Protocol

from tongguan.intake.contracts import Parcel, Piece
from tongguan.kernel.registry import Registry


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


class Seal(Protocol):
    """Turns a contact into bytes at rest and back. Its registry key is stored with every sealed value."""

    def close(self, plain: bytes) -> bytes:
        """Give the bytes to store."""

    def open(self, sealed: bytes) -> bytes:
        """Give the bytes back. Raises ValueError when they were tampered with."""


class PlainSeal:
    """Keeps the bytes as they are: for databases that are encrypted as a whole."""

    def close(self, plain: bytes) -> bytes:
        """Give the same bytes."""
        return plain

    def open(self, sealed: bytes) -> bytes:
        """Give the same bytes."""
        return bytes(sealed)


#: The key under which new contacts are sealed is the setting ``TONGGUAN_CONTACT_SEAL`` ("plain").
seals: Registry[Seal] = Registry("contact seal")
seals.register("plain", PlainSeal())
