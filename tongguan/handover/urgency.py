# SPDX-License-Identifier: Apache-2.0
"""How urgent a matter is by its item and the words of a telling, and why: by data, as danger is read.

The words are found by the engine of the danger file, with its spelling, negations and contexts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tongguan.cityfiles.api import CityFile, mapping_of, version_of
from tongguan.handover import danger, words
from tongguan.handover.danger import Danger, Rules

NAMES: Final = {"normal": "一般", "urgent": "紧急", "critical": "特急"}
LEVELS: Final = tuple(NAMES)


@dataclass(frozen=True, slots=True)
class Weighed:
    """How urgent a matter is: ``normal``, ``urgent`` or ``critical``; why, in words; by which file.

    ``spoke``: something other than the register of items spoke for it.
    """

    level: str
    words: str
    version: str
    spoke: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """An urgency file, checked and made ready."""

    version: str
    items: Mapping[str, tuple[str, str]]
    rules: Rules

    def weigh(self, texts: Sequence[str], items: Sequence[tuple[str, str, str]]) -> list[Weighed]:
        """Give for each text and its item (code, name, urgency in the register) how urgent the matter is."""
        heard = self.rules.look(texts)
        return [self._one(said, *item) for said, item in zip(heard, items, strict=True)]

    def _one(self, said: Danger | None, code: str, name: str, registered: str) -> Weighed:
        found = [(registered or "normal", f"事项“{name}”登记为{NAMES[registered or 'normal']}")]
        prefix = max((p for p in self.items if code.startswith(p)), key=len, default="")
        if prefix:
            level, because = self.items[prefix]
            found.append((level, f"事项“{name}”：{because}"))
        if said is not None:
            level = max(said.services, key=LEVELS.index)
            named = "、".join(f"“{one.words}”（{one.title}）" for one in said.spoken if one.weight > 0)
            found.append((level, f"反映用词{named}"))
        level = max((level for level, _ in found), key=LEVELS.index)
        # What says less than the highest is no reason for it.
        why = "；".join(why for one, why in found if one == level)
        return Weighed(level, f"紧急程度：{NAMES[level]}；{why}", self.version, len(found) > 1)


def scale() -> Scale:
    """Give the scale that counts now."""
    return FILE.counting()


def _read(path: Path, base: Path) -> Scale:
    return parse(mapping_of(path), mapping_of(base), f"urgency-{version_of(path)}")


FILE: Final = CityFile(Path(__file__).with_name("urgency.yaml"), _read, beside=(words.FILE,))


def parse(body: Any, base: Mapping[str, Any], version: str) -> Scale:
    """Check an urgency file on a danger file's contexts. Raises ValueError naming what is wrong."""
    try:
        levels = {str(level): {"name": name, "number": ""} for level, name in body["levels"].items()}
        items = {
            str(prefix): (str(row["level"]), str(row["because"])) for prefix, row in body["items"].items()
        }
        rules = [{**row, "services": [row["level"]]} for row in body["rules"]]
        threshold = body["threshold"]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"urgency file: {error!r}") from error
    if levels.keys() != set(LEVELS[1:]):
        raise ValueError("urgency file: the levels are urgent and critical")
    unknown = {level for level, _ in items.values()} - set(LEVELS)
    if unknown:
        raise ValueError(f"urgency file: no level {', '.join(sorted(unknown))}")
    whole = {**base, "services": levels, "ladder": {}, "rules": rules, "threshold": threshold}
    try:
        return Scale(version, items, danger.parse(whole, version))
    except ValueError as error:
        raise ValueError(str(error).replace("danger file", "urgency file")) from error
