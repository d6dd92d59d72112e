# SPDX-License-Identifier: Apache-2.0
"""The declaration of kinds and reasons: shipped, replaced by the city's own file."""

from pathlib import Path
from typing import Annotated, Final

import msgspec

from tongguan.cityfiles.api import CityFile, mapping_of

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


def _read(path: Path) -> Declared:
    try:
        return msgspec.convert(mapping_of(path), Declared)
    except msgspec.ValidationError as error:
        raise ValueError(f"{path}: {error}") from error


FILE: Final = CityFile(Path(__file__).with_name("video.yaml"), _read)


def declared() -> Declared:
    """Give what counts now."""
    return FILE.counting()
