# SPDX-License-Identifier: Apache-2.0
"""The citizen's secret beside the tracking code: derived, so that a repeated telling gets it again."""

import hashlib
import hmac
from uuid import UUID

from django.conf import settings

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 10


def secret_for(report_id: UUID) -> str:
    """Give the 50-bit secret of a report: the same for the same id and installation."""
    key = b"tongguan.report-secret:" + settings.SECRET_KEY.encode()
    digest = int.from_bytes(hmac.digest(key, report_id.bytes, "sha256"), "big")
    letters = []
    for _ in range(_LENGTH):
        digest, rest = divmod(digest, 32)
        letters.append(_ALPHABET[rest])
    return "".join(letters)


def hash_of(secret: str) -> str:
    """Give what is stored of a secret. It has 50 random bits, so a plain hash is enough."""
    return hashlib.sha256(normal(secret).encode()).hexdigest()


def normal(code: str) -> str:
    """Read a code as people type it: any case, with or without dashes, O for 0 and I or L for 1."""
    return code.strip().upper().replace("-", "").replace("O", "0").replace("I", "1").replace("L", "1")


def tracking_form(code: str) -> str:
    """Give a typed tracking code in the form it is stored: ``7K2M-9QXA-4TD0``."""
    plain = normal(code)
    return "-".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def matches(secret: str, stored_hash: str) -> bool:
    """Tell whether the secret is the report's, in constant time."""
    return hmac.compare_digest(hash_of(secret), stored_hash)
