# SPDX-License-Identifier: Apache-2.0
"""Hash chains and their daily roots. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from tongguan.kernel.canonical import canonical


def link(previous: str, record: Mapping[str, Any]) -> str:
    """Give the SHA-256 (64 hex digits) that binds the record to the hash before it (``""`` at the start)."""
    return hashlib.sha256(previous.encode("ascii") + b"\n" + canonical(record)).hexdigest()


def root(hashes: Iterable[str]) -> tuple[str, int]:
    """Give the Merkle root (64 hex digits) over row hashes in order, and how many there were.

    Leaves and nodes are hashed with different first bytes (RFC 6962), so neither passes for the other.
    Memory grows with the logarithm of the number of rows.
    """
    peaks: list[tuple[int, bytes]] = []
    count = 0
    for leaf in hashes:
        count += 1
        height, node = 0, hashlib.sha256(b"\x00" + leaf.encode("ascii")).digest()
        while peaks and peaks[-1][0] == height:
            _, left = peaks.pop()
            height, node = height + 1, _join(left, node)
        peaks.append((height, node))
    if not peaks:
        return hashlib.sha256(b"").hexdigest(), 0
    _, top = peaks.pop()
    while peaks:
        top = _join(peaks.pop()[1], top)
    return top.hex(), count


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
