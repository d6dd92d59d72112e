# SPDX-License-Identifier: Apache-2.0
"""What an outside warning means here: its grade, its signal, whether it is told as a report. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tongguan.cityfiles.api import CityFile, mapping_of
from tongguan.warnings.cap import Info, Message

_KEYS: Final = {"severity", "colours", "signals", "tells"}
_CODE: Final = 4


@dataclass(frozen=True, slots=True)
class Telling:
    """Warnings whose event holds a word are told as reports from a grade on, as an item of the catalogue."""

    event: str
    grade: int
    item: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How outside warnings are read."""

    severity: Mapping[str, int]
    colours: Mapping[str, int]
    signals: Mapping[str, str]
    tells: tuple[Telling, ...]


def parse(body: Mapping[str, Any]) -> Reading:
    """Check a file. Raises ValueError in words."""
    if set(body) != _KEYS:
        raise ValueError(f"needs exactly {', '.join(sorted(_KEYS))}")
    tells = []
    for no, row in enumerate(body["tells"] or (), start=1):
        if (
            not isinstance(row, dict)
            or set(row) != {"event", "from", "item"}
            or row["from"] not in range(1, 5)
        ):
            raise ValueError(f"tells, line {no}: needs event, from (1 to 4), item")
        tells.append(Telling(str(row["event"]), int(row["from"]), str(row["item"])))
    return Reading(body["severity"], body["colours"], body["signals"], tuple(tells))


FILE: Final = CityFile(Path(__file__).with_name("cap.yaml"), lambda path: parse(mapping_of(path)))


def grade_of(info: Info, how: Reading) -> int:
    """Give the grade (0 to 4): the colour in its words, the code of a weather signal, else the severity."""
    words = f"{info.headline} {info.event}"
    for colour, grade in how.colours.items():
        if colour in words:
            return grade
    for _, code in info.codes:
        if len(code) == _CODE and code[:2] in how.signals and code[2:] in {"01", "02", "03", "04"}:
            return int(code[2:])
    return how.severity.get(info.severity, 0)


def signal_of(info: Info, how: Reading) -> str:
    """Give the name of the weather signal that its code says, "" for none."""
    codes = (code[:2] for _, code in info.codes if len(code) == _CODE)
    return next((how.signals[code] for code in codes if code in how.signals), "")


def told_as(message: Message, grade: int, how: Reading) -> Telling | None:
    """Give how a warning is told as a report; None where it is not. Exercises and tests never are."""
    if message.status != "Actual" or message.msg_type not in {"Alert", "Update"} or not message.infos:
        return None
    words = f"{message.infos[0].event} {message.infos[0].headline} {signal_of(message.infos[0], how)}"
    return next((one for one in how.tells if one.event in words and grade >= one.grade), None)
