# SPDX-License-Identifier: Apache-2.0
"""Pure: the recipes, and which of them suits what there is to learn from."""

from collections.abc import Mapping
from typing import Final

from tongguan.learning import sense
from tongguan.learning.alike import MOST, Alike
from tongguan.learning.ensemble import Part, Recipe
from tongguan.learning.features import View
from tongguan.learning.members import Centres, Counts, Margins, Ratios

#: From this many rows on a task's own recipe is used; below, its rare-gram limits would leave nothing.
ENOUGH: Final = 500
#: Rows up to which one machine over all likenesses is used: some room is left for the classes' names.
FEW: Final = MOST - 1_000
_SHORT: Final = (View("chars", "char", 1, 2), View("words", "word", 1, 2))
#: Few classes, many texts of all lengths: titles and bodies of messages.
FIELDS: Final = Recipe(
    "fields-2",
    (View("chars", "char", 1, 3, 2),),
    (Part("chars", lambda: Ratios(2.0, balanced=True), 1.0, 0.35),),
)
#: Many classes with names of their own, few short texts each: which unit answers.
UNITS: Final = Recipe(
    "units-2-sense",
    (*_SHORT, View("sense", "sense")),
    (Part(("chars", "words", "sense"), lambda: Alike((0.5, 0.5, 2.0)), 1.0, 0.3),),
    named=True,
)
#: The same where the encoder is not installed.
UNITS_PLAIN: Final = Recipe(
    "units-2", _SHORT, (Part(("chars", "words"), lambda: Alike((0.5, 0.5)), 1.0, 0.3),), named=True
)
#: For very many texts a second, or more history than one machine over all likenesses can take.
QUICK: Final = Recipe(
    "quick-1", (View("chars", "char", 1, 3, 2),), (Part("chars", lambda: Margins(1.0), 1.0, 0.2),), named=True
)
_PAIR: Final = (View("chars", "char", 1, 3), View("words", "word", 1, 2))
#: Little history.
SMALL: Final = Recipe(
    "small-1",
    _PAIR,
    (
        Part("chars", lambda: Margins(1.0), 1.0, 0.2),
        Part("chars", lambda: Counts(0.1), 0.5, 1.0),
        Part("words", Centres, 0.3, 0.05),
    ),
)
#: No history: likeness to the registers' own words, nothing else.
COLD: Final = Recipe("cold-1", _PAIR, (Part("chars", Centres, 1.0, 0.1), Part("words", Centres, 1.0, 0.1)))
NAMED: Final[Mapping[str, Recipe]] = {"fields": FIELDS, "units": UNITS, "quick": QUICK}
#: By version, as artefacts name them.
KNOWN: Final[Mapping[str, Recipe]] = {r.version: r for r in (FIELDS, UNITS, UNITS_PLAIN, QUICK, SMALL, COLD)}


def here(recipe: Recipe) -> Recipe:
    """Give the recipe, or the one that does without the encoder where it is not installed."""
    return UNITS_PLAIN if recipe is UNITS and not sense.available() else recipe


def suiting(name: str, rows: int) -> Recipe:
    """Give the recipe for a task's wish and the number of its history's rows. Raises KeyError."""
    wished = here(NAMED[name])
    if rows < ENOUGH:
        return COLD if rows == 0 else SMALL
    return QUICK if rows > FEW and wished in {UNITS, UNITS_PLAIN} else wished
