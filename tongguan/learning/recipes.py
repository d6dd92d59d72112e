# SPDX-License-Identifier: Apache-2.0
"""Pure: which recipe suits what there is to learn from."""

from collections.abc import Mapping
from typing import Final

from tongguan.learning.ensemble import FIELDS, UNITS, Part, Recipe
from tongguan.learning.features import View
from tongguan.learning.members import Centres, Counts, Margins

#: From this many rows on a task's own recipe is used; below, its rare-gram limits would leave nothing.
ENOUGH: Final = 500
_VIEWS: Final = (View("chars", "char", 1, 3), View("words", "word", 1, 2))
#: Little history.
SMALL: Final = Recipe(
    "small-1",
    _VIEWS,
    (
        Part("chars", lambda: Margins(1.0), 1.0, 0.2),
        Part("chars", lambda: Counts(0.1), 0.5, 1.0),
        Part("words", Centres, 0.3, 0.05),
    ),
)
#: No history: likeness to the registers' own words, nothing else.
COLD: Final = Recipe("cold-1", _VIEWS, (Part("chars", Centres, 1.0, 0.1), Part("words", Centres, 1.0, 0.1)))
NAMED: Final[Mapping[str, Recipe]] = {"fields": FIELDS, "units": UNITS}
#: By version, as artefacts name them.
KNOWN: Final[Mapping[str, Recipe]] = {r.version: r for r in (FIELDS, UNITS, SMALL, COLD)}


def suiting(name: str, rows: int) -> Recipe:
    """Give the recipe for a task's wish and the number of its history's rows. Raises KeyError."""
    wished = NAMED[name]
    return COLD if rows == 0 else SMALL if rows < ENOUGH else wished
