# SPDX-License-Identifier: Apache-2.0
"""What upper floors supply to gateways: decoders of payloads."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from tongguan.gateways.contracts import Message, Readings
from tongguan.kernel.registry import Registry


class Reader(Protocol):
    """Reads one connection's messages in the order in which they came; may remember between batches."""

    def read(self, messages: Sequence[Message]) -> Readings:
        """Give the readings and faults of a batch. Never raises for what a message holds."""

    def memory(self) -> bytes:
        """Give what a new reader must know to go on; b"" for nothing."""


class Decoder(Protocol):
    """One form of payload."""

    title: str
    #: Whether several connections may share the topics: not where one message explains another.
    shared: bool

    def reader(self, declaration: Mapping[str, Any], memory: bytes = b"") -> Reader:
        """Give a reader for a declaration. Raises Invalid naming the declaration's field."""


decoders: Registry[Decoder] = Registry("payload decoder")
