# SPDX-License-Identifier: Apache-2.0
"""The declaration of kinds and reasons: shipped, replaced by the city's own file."""

import logging
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Final

import msgspec
import yaml
from django.conf import settings

log = logging.getLogger(__name__)
_SHIPPED: Final = Path(__file__).with_name("kinds.yaml")
Share = Annotated[float, msgspec.Meta(gt=0, lt=1)]
Count = Annotated[int, msgspec.Meta(ge=1, le=100_000)]


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of finding."""

    title: str
    item: str
    window: Count
    least: Count
    spot: Count
    target: Share | None = None


class Reason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a finding is rejected, and whether that was the camera's mistake."""

    title: str
    wrong: bool


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it."""

    book_days: Count
    kinds: dict[str, Kind]
    reasons: dict[str, Reason]


def read(path: Path) -> Declared:
    """Give what a file declares. Raises ValueError naming what is wrong."""
    try:
        return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), Declared)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        message = f"{path}: {error}"
        raise ValueError(message) from error


def checked(*, own: bool = True) -> bool:
    """Read the file that counts, or the shipped one; tell whether it is the city's own. Raises ValueError."""
    city = Path(settings.HOME) / "city" / "video.yaml"
    found = own and city.is_file()
    read(city if found else _SHIPPED)
    return found


def declared() -> Declared:
    """Give what counts; while the city's own file is wrong the shipped one does, and the log tells."""
    own = Path(settings.HOME) / "city" / "video.yaml"
    path = own if own.is_file() else _SHIPPED
    return _declared(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _declared(path: Path, stamp: int) -> Declared:
    del stamp  # the cache's key: a changed file is read again
    try:
        return read(path)
    except ValueError:
        if path == _SHIPPED:
            raise
        log.exception("%s is wrong; the shipped one counts until it is mended", path)
        return read(_SHIPPED)
