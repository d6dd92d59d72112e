# SPDX-License-Identifier: Apache-2.0
"""How long a survey is open: city data, and the token of its link."""

import base64
import hmac
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import yaml
from django.conf import settings

_log = logging.getLogger(__name__)
_NAME: Final = "survey.yaml"
_SHIPPED: Final = Path(__file__).parent / _NAME
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
    """Give what counts: the city's own file, and while that is wrong (or none) the shipped one."""
    own = settings.HOME / "city" / _NAME
    if own.is_file():
        try:
            return _read(own)
        except ValueError as error:
            _log.error("%s is wrong, the shipped one counts: %s", own, error)
    return _read(_SHIPPED)


def checked(*, own: bool = True) -> bool:
    """Read the file that counts, or the shipped one; tell whether it is the city's own. Raises ValueError."""
    city = settings.HOME / "city" / _NAME
    found = own and city.is_file()
    _read(city if found else _SHIPPED)
    return found


def _read(path: Path) -> Windows:
    try:
        told: Any = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(str(error)) from error
    if not isinstance(told, dict) or set(told) != {"answer_days", "change_days"}:
        message = "needs exactly answer_days and change_days"
        raise ValueError(message)
    if not all(type(days) is int and 1 <= days <= _MOST_DAYS for days in told.values()):
        message = f"whole days from 1 to {_MOST_DAYS}"
        raise ValueError(message)
    return Windows(**told)


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
