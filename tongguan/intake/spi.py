# SPDX-License-Identifier: Apache-2.0
"""What others may supply to intake: how a reporter's contact is sealed."""

from typing import Protocol

from tongguan.kernel.registry import Registry


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
