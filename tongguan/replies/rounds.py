# SPDX-License-Identifier: Apache-2.0
"""How long a survey is open: city data, and the token of its link."""

import base64
import hmac
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from tongguan.cityfiles.api import CityFile, mapping_of

_MOST_DAYS: Final = 365
_MAC: Final = 16
#: Where a reporter sees how far it is.
PAGE: Final = "/m/progress"


@dataclass(frozen=True, slots=True)
class Windows:
    """Days in which a survey may be answered after closing, and changed after the first answer."""

    answer_days: int
    change_days: int


def windows() -> Windows:
    """Give the windows that count now."""
    return FILE.counting()


def _read(path: Path) -> Windows:
    told = mapping_of(path)
    if set(told) != {"answer_days", "change_days"}:
        raise ValueError(f"{path}: needs exactly answer_days and change_days")
    if not all(type(days) is int and 1 <= days <= _MOST_DAYS for days in told.values()):
        raise ValueError(f"{path}: whole days from 1 to {_MOST_DAYS}")
    return Windows(**told)


FILE: Final = CityFile(Path(__file__).with_name("survey.yaml"), _read)


def token_of(report_id: UUID) -> str:
    """Give the token that opens a report's survey and nothing else; the same for the same installation."""
    return base64.urlsafe_b64encode(report_id.bytes + _mac(report_id)).decode()


def report_of(token: str) -> UUID | None:
    """Give the report whose token this is; None for one that was not given here."""
    try:
        raw = base64.b64decode(token, altchars=b"-_", validate=True)
    except ValueError:
        return None
    if len(raw) != 2 * _MAC:
        return None
    report_id = UUID(bytes=raw[:_MAC])
    return report_id if hmac.compare_digest(raw[_MAC:], _mac(report_id)) else None


def link_of(report_id: UUID) -> str:
    """Give the address of a report's survey; without a known origin only the page's path."""
    origin = settings.CSRF_TRUSTED_ORIGINS[0] if settings.CSRF_TRUSTED_ORIGINS else ""
    return f"{origin}{path_of(report_id)}"


def path_of(report_id: UUID) -> str:
    """Give the path of a report's survey on the phone's page of progress."""
    return f"{PAGE}?survey={token_of(report_id)}"


def _mac(report_id: UUID) -> bytes:
    key = b"tongguan.survey:" + settings.SECRET_KEY.encode()
    return hmac.digest(key, report_id.bytes, "sha256")[:_MAC]
