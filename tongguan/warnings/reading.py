# SPDX-License-Identifier: Apache-2.0
"""What an outside warning means here: its grade, its signal, whether it is told as a report. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tongguan.cityfiles.api import CityFile, mapping_of
from tongguan.warnings.cap import Info, Message

_KEYS: Final = {"severity", "colours", "signals", "tells"}
#: Parts a city's own file may leave out.
_MAY: Final = {"parameters"}
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
    grades_in: frozenset[str] = frozenset()
    signals_in: frozenset[str] = frozenset()


def parse(body: Mapping[str, Any]) -> Reading:
    """Check a file. Raises ValueError in words."""
    if not _KEYS <= set(body) <= _KEYS | _MAY:
        raise ValueError(f"needs {', '.join(sorted(_KEYS))}, may have {', '.join(_MAY)}")
    named = body.get("parameters") or {}
    if (
        not isinstance(named, dict)
        or not set(named) <= {"grade", "signal"}
        or not all(isinstance(one, list) for one in named.values())
    ):
        raise ValueError("parameters: lists of names under grade and signal")
    tells = []
    for no, row in enumerate(body["tells"] or (), start=1):
        if (
            not isinstance(row, dict)
            or set(row) != {"event", "from", "item"}
            or row["from"] not in range(1, 5)
        ):
            raise ValueError(f"tells, line {no}: needs event, from (1 to 4), item")
        tells.append(Telling(str(row["event"]), int(row["from"]), str(row["item"])))
    names = [frozenset(str(name) for name in named.get(part, ())) for part in ("grade", "signal")]
    return Reading(body["severity"], body["colours"], body["signals"], tuple(tells), *names)


FILE: Final = CityFile(Path(__file__).with_name("cap.yaml"), lambda path: parse(mapping_of(path)))


def grade_of(info: Info, how: Reading) -> int:
    """Give the grade (0 to 4): the colour of a parameter or of its words, a signal's code, the severity."""
    for name, value in info.parameters:
        if name in how.grades_in:
            found = [grade for colour, grade in how.colours.items() if colour[0] in value]
            if len(found) == 1:
                return found[0]
    words = f"{info.headline} {info.event}"
    for colour, grade in how.colours.items():
        if colour in words:
            return grade
    for _, code in info.codes:
        if len(code) == _CODE and code[:2] in how.signals and code[2:] in {"01", "02", "03", "04"}:
            return int(code[2:])
    return how.severity.get(info.severity, 0)


def signal_of(info: Info, how: Reading) -> str:
    """Give the name of the weather signal that its code or a parameter says, "" for none."""
    known = set(how.signals.values())
    told = next((v for name, v in info.parameters if name in how.signals_in and v in known), "")
    codes = (code[:2] for _, code in info.codes if len(code) == _CODE)
    return next((how.signals[code] for code in codes if code in how.signals), told)


def told_as(message: Message, grade: int, how: Reading) -> Telling | None:
    """Give how a warning is told as a report; None where it is not. Exercises and tests never are."""
    if message.status != "Actual" or message.msg_type not in {"Alert", "Update"} or not message.infos:
        return None
    words = f"{message.infos[0].event} {message.infos[0].headline} {signal_of(message.infos[0], how)}"
    return next((one for one in how.tells if one.event in words and grade >= one.grade), None)
