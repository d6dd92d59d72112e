# SPDX-License-Identifier: Apache-2.0
"""Matters that come back: a kind at a place, more than place and kind apart would give, in separate spells.

What acting before could have spared is counted on history: only the cases that came after the day on which
the same rule, knowing only what was known then, would have seen it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import gammainc

from tongguan.patterns.contracts import RATE, Floats, Ints, Recurrence
from tongguan.patterns.rates import discovery

_MONTHS: Final = 12


@dataclass(frozen=True, slots=True)
class Recipe:
    """What counts as coming back. ``spells``: separate times, ``apart`` days without it between two of them.

    ``rate``: false discovery rate over all pairs looked at. ``seasonal``: share of the cases that the four
    heaviest months in a row hold, from which on it is of the season.
    """

    spells: int = 4
    apart: int = 7
    rate: float = RATE
    seasonal: float = 0.8


def recurrences(
    places: Ints,
    kinds: Ints,
    days: Ints,
    months: Ints,
    recipe: Recipe | None = None,
    refused: Mapping[tuple[int, int], int] | None = None,
) -> list[Recurrence]:
    """Give what comes back, the most spared cases first.

    One row per case: place and kind by number, day (whole number), month of the year (1 … 12). ``refused``:
    pairs that were turned down, with the day: what came up to then no longer speaks for them.
    """
    recipe = recipe or Recipe()
    if not len(places):
        return []
    fresh = np.ones(len(places), dtype=bool)
    for (place, kind), day in (refused or {}).items():
        fresh &= ~((places == place) & (kinds == kind) & (days <= day))
    width = int(kinds.max()) + 1
    keys, inverse, counts = np.unique(places * width + kinds, return_inverse=True, return_counts=True)
    expected = _expected(places, kinds, keys, width)
    # P(at least so many) of Poisson's law is the lower incomplete gamma function.
    q = discovery(gammainc(counts.astype(float), np.maximum(expected, 1e-9)))
    order = np.lexsort((days, inverse))
    ends = np.cumsum(counts)
    found = []
    for n in np.flatnonzero((q <= recipe.rate) & (counts >= recipe.spells)):
        rows = order[ends[n] - counts[n] : ends[n]]
        rows = rows[fresh[rows]]
        known = _known(days[rows], recipe)
        if known is None:
            continue
        found.append(
            Recurrence(
                place=int(keys[n]) // width,
                kind=int(keys[n]) % width,
                months=season(months[rows], recipe.seasonal),
                rows=tuple(rows.tolist()),
                spells=int(_begins(days[rows], recipe.apart).sum()),
                known_day=known,
                after=int((days[rows] > known).sum()),
                expected=float(expected[n]),
                q=float(q[n]),
            )
        )
    return sorted(found, key=lambda one: (-one.after, one.q, one.place, one.kind))


def _expected(places: Ints, kinds: Ints, keys: Ints, width: int) -> Floats:
    """Give how many cases each pair would have if the kinds were spread over the places as all cases are."""
    by_place = np.bincount(places)
    by_kind = np.bincount(kinds, minlength=width)
    return np.asarray(by_place[keys // width] * by_kind[keys % width] / len(places))


def _begins(days: Ints, apart: int) -> np.ndarray:
    """Tell which of the rising days begin a spell of their own."""
    return np.concatenate([[True], np.diff(days) > apart]) if len(days) else np.zeros(0, dtype=bool)


def _known(days: Ints, recipe: Recipe) -> int | None:
    """Give the day on which so many spells had begun, None when there never were."""
    begun = days[_begins(days, recipe.apart)]
    return int(begun[recipe.spells - 1]) if len(begun) >= recipe.spells else None


def season(months: Ints, share: float) -> tuple[int, ...]:
    """Give the four months in a row (of the year) that hold that share of the cases, () when none do."""
    by_month = np.bincount(months - 1, minlength=_MONTHS)
    run = np.array([by_month[np.arange(begin, begin + 4) % _MONTHS].sum() for begin in range(_MONTHS)])
    begin = int(np.argmax(run))
    if not len(months) or run[begin] < share * len(months):
        return ()
    return tuple((begin + step) % _MONTHS + 1 for step in range(4))
