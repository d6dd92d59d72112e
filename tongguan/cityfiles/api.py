# SPDX-License-Identifier: Apache-2.0
"""The file that counts: the shipped one, or the city's own of the same name in ``TONGGUAN_HOME/city``.

While the city's own is wrong the shipped one counts and the log tells of it, once for every change: a slip
in a file must not stop a city's work. The doctor reads the same files and tells of the slip in words.
"""

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import yaml
from django.conf import settings

__all__ = ["CityFile", "mapping_of", "version_of"]

log = logging.getLogger(__name__)
T = TypeVar("T")
_DIGITS: Final = 12
_Stamp = tuple[Path, int | None]


class CityFile(Generic[T]):
    """A shipped file, what reads it, and what the city says instead.

    ``read`` gets the path, behind it those of the files ``beside`` that it rests on, and raises ValueError
    naming what is wrong. ``instead`` turns what the shipped file says into what counts while the city's own
    is wrong (unless told: the same), ``meanwhile`` says it in the log.
    """

    def __init__(
        self,
        shipped: Path,
        read: Callable[..., T],
        *,
        beside: tuple["CityFile[Any]", ...] = (),
        instead: Callable[[T], T] | None = None,
        meanwhile: str = "the shipped one counts",
    ) -> None:
        """Nothing is read before it is asked for."""
        self.shipped = shipped
        self._reader = read
        self._beside = beside
        self._instead = instead
        self._meanwhile = meanwhile
        self._kept: tuple[tuple[_Stamp, ...], Path, T] | None = None

    def counting(self) -> T:
        """Give what counts now; a changed file is read again. Raises ValueError when the shipped is wrong."""
        return self._now()[1]

    def source(self) -> Path:
        """Give the file that counts now."""
        return self._now()[0]

    def checked(self, *, own: bool = True) -> tuple[bool, T]:
        """Read the file that is meant to count, or the shipped one; give (whether it is the city's own, it).

        Raises ValueError naming what is wrong, OSError for a file that cannot be read.
        """
        city = self._city()
        found = own and city.is_file()
        beside = [one.source() if own else one.shipped for one in self._beside]
        return found, self._reader(city if found else self.shipped, *beside)

    def _city(self) -> Path:
        return Path(settings.HOME) / "city" / self.shipped.name

    def _stamps(self) -> tuple[_Stamp, ...]:
        city = self._city()
        try:
            first: _Stamp = city, city.stat().st_mtime_ns
        except OSError:
            first = self.shipped, None
        return (first, *(stamp for one in self._beside for stamp in one._stamps()))  # noqa: SLF001 - the same class

    def _now(self) -> tuple[Path, T]:
        stamps, kept = self._stamps(), self._kept
        if kept is None or kept[0] != stamps:
            kept = self._kept = (stamps, *self._read_anew(*stamps[0]))
        return kept[1:]

    def _read_anew(self, path: Path, stamp: int | None) -> tuple[Path, T]:
        beside = [one.source() for one in self._beside]
        try:
            return path, self._reader(path, *beside)
        except (OSError, ValueError):
            if stamp is None:
                raise
            log.exception("%s is wrong; %s until it is mended", path, self._meanwhile)
            shipped = self._reader(self.shipped, *beside)
            return self.shipped, shipped if self._instead is None else self._instead(shipped)


def mapping_of(path: Path) -> dict[str, Any]:
    """Give what a YAML file says. Raises ValueError where it is none, or no mapping."""
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (UnicodeError, yaml.YAMLError) as error:
        raise ValueError(f"{path}: {error}") from error
    if not isinstance(body, dict):
        raise ValueError(f"{path}: must be a mapping")  # noqa: TRY004 - one kind of error for bad files
    return body


def version_of(path: Path) -> str:
    """Give twelve digits that tell one content of a file from another."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:_DIGITS]
