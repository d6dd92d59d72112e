# SPDX-License-Identifier: Apache-2.0
"""When to try again, when to leave a neighbour alone, when to give up. Pure."""

import hashlib
from datetime import timedelta
from typing import Final
from uuid import UUID

#: After so many attempts a message is given up: with the pauses below, about four hours of trouble.
MAX_ATTEMPTS: Final = 12
#: After so many failures in a row, with no success between, a lane is left alone for a while.
THRESHOLD: Final = 3
_FIRST, _MOST = 10.0, 3600.0
_REST_FIRST, _REST_MOST = 10.0, 300.0
_JITTER: Final = 0.2


def doubling(times: int, first: float, most: float) -> timedelta:
    """Give the pause after the n-th failure (from 1): doubling from ``first`` seconds up to ``most``."""
    return timedelta(seconds=min(most, first * 2 ** min(times - 1, 30)))


def pause(attempts: int, message_id: UUID, asked: float = 0.0) -> timedelta:
    """Give the wait after a message's n-th failure: doubling from 10 s to 1 h, spread by ±20 %.

    The spread comes from the message's id and attempt, so that a thousand messages which failed together
    do not come back together. ``asked`` are the seconds the neighbour wanted (at most 1 h is granted).
    """
    digest = hashlib.blake2b(message_id.bytes + attempts.to_bytes(4), digest_size=4).digest()
    spread = 1 + _JITTER * (int.from_bytes(digest) / 0xFFFFFFFF * 2 - 1)
    wait = doubling(attempts, _FIRST, _MOST) * spread
    return max(wait, timedelta(seconds=min(asked, _MOST)))


def rest(failures: int) -> timedelta | None:
    """Give how long to leave a lane alone after so many failures in a row; None: go on."""
    if failures < THRESHOLD:
        return None
    return doubling(failures - THRESHOLD + 1, _REST_FIRST, _REST_MOST)


def share(failures: int, batch: int) -> int:
    """Give how many messages to try: the whole batch, or a single one while the lane is in doubt."""
    return 1 if failures >= THRESHOLD else batch
