# SPDX-License-Identifier: Apache-2.0
"""Pure: what a channel says of itself, and the ladder of quality it climbs."""

from typing import Any, Final, Literal

import msgspec
import yaml

#: The rungs, from the lowest up; each is done, todo, or exempt with a reason.
LADDER: Final = {
    "bronze": ("samples", "faults_named", "fuzzed"),
    "silver": ("cut_and_recover", "contact_sealed", "media"),
    "gold": ("standard_client", "measured"),
}
RUNGS: Final = tuple(rung for rungs in LADDER.values() for rung in rungs)


class Exempt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rung that does not apply, and why."""

    exempt: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One channel: its key in the address, its name for officials, what it reads, how good it is."""

    name: str
    title: str
    version: int
    reads: tuple[str, ...]
    ladder: dict[str, Literal["done", "todo"] | Exempt]
    standard: str = ""
    gives: Literal["tellings", "readings"] = "tellings"

    def level(self) -> str:
        """Give the highest level of which every rung, and those below, are done or exempt; "" for none."""
        reached = ""
        for level, rungs in LADDER.items():
            if any(self.ladder[rung] == "todo" for rung in rungs):
                break
            reached = level
        return reached


def read(text: str, folder: str) -> Manifest:
    """Give the manifest of a folder. Raises ValueError naming what is wrong."""
    body: Any = yaml.safe_load(text)
    try:
        manifest = msgspec.convert(body, Manifest)
    except msgspec.ValidationError as error:
        message = f"channels/{folder}/manifest.yaml: {error}"
        raise ValueError(message) from error
    wrong = [rung for rung in RUNGS if rung not in manifest.ladder]
    wrong += [rung for rung in manifest.ladder if rung not in RUNGS]
    wrong += [
        r for r, state in manifest.ladder.items() if isinstance(state, Exempt) and not state.exempt.strip()
    ]
    if manifest.name != folder or wrong:
        message = f"channels/{folder}/manifest.yaml: name {manifest.name!r}, rungs to mend: {wrong}"
        raise ValueError(message)
    return manifest
