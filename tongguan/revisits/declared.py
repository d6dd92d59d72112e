# SPDX-License-Identifier: Apache-2.0
"""What a city declares: how calls go and what is asked; which detectors look, from which score on."""

from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

import msgspec

from tongguan.cityfiles.api import CityFile, mapping_of, version_of

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Count = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
T = TypeVar("T")
DETECTORS: Final = (
    "recomplaint",
    "reused_photo",
    "photo_elsewhere",
    "photo_untimely",
    "too_fast",
    "unsolved",
)
_ASKED: Final = ("opening", "responded", "solved", "satisfied", "closing")


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A level of satisfaction; ``content``: it counts as 满意."""

    zh: Words
    en: Words
    content: bool


class Way(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a call may go, and what follows."""

    zh: Words
    en: Words
    leads: Literal["talk", "again", "end", "refuse"]


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing a caller says."""

    ask: str
    zh: Words
    en: Words


class Calling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that a caller needs."""

    hold_minutes: Count
    levels: dict[str, Level]
    outcomes: dict[str, Way]
    script: tuple[Line, ...]


class Detector(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One detector: what its score means, from where it counts, and its own settings."""

    zh: Words
    en: Words
    meaning: Words
    start: Share
    low: Share
    high: Share
    settings: dict[str, float]


class Looking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The detectors, and how their thresholds are learned and their pauses decided."""

    book_days: Count
    least: Count
    aim: Share
    pause: Share
    detectors: dict[str, Detector]


_NEEDED: Final = {
    "recomplaint": {"metres", "days"},
    "photo_untimely": {"slack_minutes"},
    "too_fast": {"least_history", "quantile", "deviations", "days"},
}


def _calling(path: Path) -> Calling:
    told = _converted(path, Calling)
    if tuple(line.ask for line in told.script) != _ASKED:
        raise ValueError(f"{path}: script needs exactly {', '.join(_ASKED)}, in this order")
    if not told.levels or sum(one.leads == "talk" for one in told.outcomes.values()) != 1:
        raise ValueError(f"{path}: needs levels, and exactly one outcome that leads to talk")
    for line in told.script:
        _worded(line, path)
    return told


def _worded(line: Line, path: Path) -> None:
    for text in (line.zh, line.en):
        try:
            text.format(title="", told_on="", closed_on="")
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(f"{path}: script.{line.ask}: {error!r}") from error


def _looking(path: Path) -> Looking:
    told = _converted(path, Looking)
    if set(told.detectors) != set(DETECTORS):
        raise ValueError(f"{path}: detectors must be exactly {', '.join(DETECTORS)}")
    for name, one in told.detectors.items():
        if not one.low <= one.start <= one.high:
            raise ValueError(f"{path}: detectors.{name}: needs low ≤ start ≤ high")
        if set(one.settings) != _NEEDED.get(name, set()) or any(v <= 0 for v in one.settings.values()):
            raise ValueError(
                f"{path}: detectors.{name}.settings: above zero, exactly {_NEEDED.get(name, set())}"
            )
    return told


def _converted(path: Path, shape: type[T]) -> T:
    try:
        return msgspec.convert(mapping_of(path), shape)
    except msgspec.ValidationError as error:
        raise ValueError(f"{path}: {error}") from error


CALLING: Final = CityFile(Path(__file__).with_name("revisits.yaml"), _calling)
LOOKING: Final = CityFile(Path(__file__).with_name("suspicions.yaml"), _looking)


def calling() -> Calling:
    """Give what callers say and record now."""
    return CALLING.counting()


def looking() -> Looking:
    """Give which detectors look now."""
    return LOOKING.counting()


def looking_version() -> str:
    """Give the version of the detectors' declaration that counts."""
    return version_of(LOOKING.source())
