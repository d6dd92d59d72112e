# SPDX-License-Identifier: Apache-2.0
"""How long to wait before trying again. Pure."""

from datetime import timedelta


def wait(attempts: int, first: float = 1.0, most: float = 300.0) -> timedelta:
    """Give the pause after the n-th failure (from 1): doubling from ``first`` seconds up to ``most``."""
    if attempts < 1:
        message = f"attempts count from 1, not {attempts}"
        raise ValueError(message)
    return timedelta(seconds=min(most, first * 2 ** min(attempts - 1, 30)))
