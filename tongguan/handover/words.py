# SPDX-License-Identifier: Apache-2.0
"""The danger file that counts: the shipped one, or the city's own of the same name."""

import hashlib
import logging
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.conf import settings

from tongguan.handover.danger import Rules, parse

log = logging.getLogger(__name__)
_NAME: Final = "danger.yaml"
_SHIPPED: Final = Path(__file__).parent / _NAME
_DIGITS: Final = 12


def rules() -> Rules:
    """Give the rules that count now; a changed file is read again.

    While the city's own file is wrong the shipped one counts and the log tells of it: a slip in a file must
    not silence the alarm.
    """
    return _read(*counting())


def counting() -> tuple[Path, int]:
    """Give the file that counts now, and the stamp of its last change."""
    own: Path = settings.HOME / "city" / _NAME
    if own.is_file():
        stamp = own.stat().st_mtime_ns
        try:
            _read(own, stamp)
        except ValueError:
            log.exception("%s is wrong; the shipped one counts until it is mended", own)
        else:
            return own, stamp
    return shipped()


def shipped() -> tuple[Path, int]:
    """Give the shipped file and the stamp of its last change."""
    return _SHIPPED, _SHIPPED.stat().st_mtime_ns


def checked(*, own: bool = True) -> tuple[bool, int]:
    """Read the file that counts, or the shipped one; give (whether it is the city's own, how many rules).

    Raises ValueError naming what is wrong.
    """
    city: Path = settings.HOME / "city" / _NAME
    path = city if own and city.is_file() else _SHIPPED
    return path is city, len(_read(path, path.stat().st_mtime_ns).rules)


@lru_cache(maxsize=4)
def _read(path: Path, stamp: int) -> Rules:
    """Read and check a file. Raises ValueError naming what is wrong."""
    del stamp  # part of the cache's key
    return parse(body_of(path), hashlib.sha256(path.read_bytes()).hexdigest()[:_DIGITS])


def body_of(path: Path) -> dict[str, Any]:
    """Give what a file says, not checked yet. Raises ValueError where it is no mapping."""
    try:
        body = yaml.safe_load(path.read_bytes())
    except yaml.YAMLError as error:
        raise ValueError(f"{path}: {error}") from error
    if not isinstance(body, dict):
        raise ValueError(f"{path}: must be a mapping")  # noqa: TRY004 - one kind of error for bad files
    return body
