# SPDX-License-Identifier: Apache-2.0
"""Identifiers: time-ordered UUIDs for rows, short unguessable codes for people."""

import secrets
from uuid import UUID

from uuid_utils import compat

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TRACKING_LENGTH = 12


def new_id() -> UUID:
    """Give a UUIDv7: sorts by creation time, unique without asking anyone."""
    return compat.uuid7()


def new_tracking_code() -> str:
    """Give 12 Crockford base-32 characters (60 random bits) in groups of four: ``7K2M-9QXA-4TD0``."""
    raw = "".join(secrets.choice(_ALPHABET) for _ in range(_TRACKING_LENGTH))
    return "-".join(raw[i : i + 4] for i in range(0, _TRACKING_LENGTH, 4))
