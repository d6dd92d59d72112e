# SPDX-License-Identifier: Apache-2.0
"""What is kept sealed: a reporter's contact, and parcels that could not be read."""

import msgspec
from django.conf import settings

from tongguan.intake.contracts import ReporterIn
from tongguan.intake.spi import seals


def close(plain: bytes) -> tuple[str, bytes]:
    """Seal bytes with the seal in use; give its key and the sealed bytes."""
    key = str(getattr(settings, "TONGGUAN_CONTACT_SEAL", "plain"))
    return key, seals.get(key).close(plain)


def opened(key: str, sealed: bytes | memoryview) -> bytes:
    """Open bytes that were sealed under that key. Raises ValueError when they were tampered with."""
    return seals.get(key).open(bytes(sealed))


def close_contact(reporter: ReporterIn | None) -> tuple[str, bytes]:
    """Seal a contact; nothing when the reporter left none."""
    return close(msgspec.json.encode(reporter)) if reporter is not None else ("", b"")
