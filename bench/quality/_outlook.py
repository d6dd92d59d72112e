# SPDX-License-Identifier: Apache-2.0
"""How long a new matter will take and whether it will be late, learned from ended ones. Pure.

What a matter is (categories), its limit and when it came are told; each category is told to the trees by how
its past matters went (share late, mean log duration), drawn towards the whole where they are few, so that
rare kinds do not mislead. While learning, a row's own outcome is not in what it is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

Floats = NDArray[np.float64]
Words = NDArray[np.str_]
Mask = NDArray[np.bool_]

#: Matters of the whole that a category's few own ones are weighed against.
WEIGHT: Final = 10.0
_FOLDS: Final = 5
_LEAST: Final = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Matters:
    """Matters side by side: ``words`` by name of category, ``limit`` and ``began`` of each.

    ``limit``: hours allowed, NaN without one. ``began``: hours since any fixed local midnight of a Monday.
    """

    words: Mapping[str, Words]
    limit: Floats
    began: Floats

    def __len__(self) -> int:
        """Give how many there are."""
        return len(self.limit)

    def of(self, rows: NDArray[np.int64] | Mask) -> "Matters":
        """Give some of them."""
        return Matters(
            {name: column[rows] for name, column in self.words.items()}, self.limit[rows], self.began[rows]
        )


class Outlook:
    """Learned from ended matters: the chance of a new one to be late, and the hours it will take."""

    def __init__(self, *, pairs: Sequence[tuple[str, str]] = (), seed: int = 7) -> None:
        """Take which pairs of categories are looked at together beside each alone."""
        self.pairs, self.seed = tuple(pairs), seed
        self._late: HistGradientBoostingClassifier | None = None
        self._long: HistGradientBoostingRegressor | None = None
        self._told: dict[str, tuple[dict[str, tuple[float, float, float]], tuple[float, float]]] = {}

    def fit(self, matters: Matters, hours: Floats) -> None:
        """Learn from ended matters and the hours each took."""
        logs = np.log(np.maximum(hours, _LEAST))
        late = (hours > matters.limit).astype(np.float64)
        columns = self._columns(matters)
        fold = np.random.default_rng(self.seed).permutation(len(matters)) % _FOLDS
        table = np.zeros((len(matters), 3 * len(columns)))
        for number in range(_FOLDS):
            kept, left = fold != number, fold == number
            for place, column in enumerate(columns.values()):
                known = _learned(column[kept], late[kept], logs[kept])
                table[left, 3 * place : 3 * place + 3] = _said(known, column[left])
        self._told = {name: _learned(column, late, logs) for name, column in columns.items()}
        whole = np.hstack([table, _clock(matters)])
        limited = ~np.isnan(matters.limit)
        shape = {"max_iter": 120, "learning_rate": 0.05, "max_leaf_nodes": 15, "min_samples_leaf": 20}
        shape |= {"l2_regularization": 5.0, "random_state": self.seed, "early_stopping": False}
        self._late = HistGradientBoostingClassifier(**shape).fit(whole[limited], late[limited])
        self._long = HistGradientBoostingRegressor(loss="absolute_error", **shape).fit(whole, logs)

    def _columns(self, matters: Matters) -> dict[str, Words]:
        found = dict(matters.words)
        for one, other in self.pairs:
            joined = np.char.add(np.char.add(matters.words[one], "\x1f"), matters.words[other])
            found[f"{one}+{other}"] = joined
        return found

    def _table(self, matters: Matters) -> Floats:
        said = [_said(self._told[name], column) for name, column in self._columns(matters).items()]
        return np.hstack([*said, _clock(matters)])

    def late(self, matters: Matters) -> Floats:
        """Give each one's chance to be late; NaN without a limit. Raises ValueError before ``fit``."""
        if self._late is None:
            raise ValueError("fit first")
        chance = self._late.predict_proba(self._table(matters))[:, -1]
        return np.where(np.isnan(matters.limit), np.nan, chance)

    def hours(self, matters: Matters) -> Floats:
        """Give the hours each will take (the median). Raises ValueError before ``fit``."""
        if self._long is None:
            raise ValueError("fit first")
        return np.exp(self._long.predict(self._table(matters)))


def _clock(matters: Matters) -> Floats:
    day = matters.began / 24
    return np.stack(
        [np.log(np.maximum(matters.limit, _LEAST)), matters.began % 24, day % 7, day % 365.25], axis=1
    )


def _learned(
    column: Words, late: Floats, logs: Floats
) -> tuple[dict[str, tuple[float, float, float]], tuple[float, float]]:
    names, place = np.unique(column, return_inverse=True)
    count = np.bincount(place).astype(np.float64)
    known = ~np.isnan(late)
    whole = (float(late[known].mean()) if known.any() else 0.0, float(logs.mean()) if len(logs) else 0.0)
    lates = (np.bincount(place, late) + WEIGHT * whole[0]) / (count + WEIGHT)
    longs = (np.bincount(place, logs) + WEIGHT * whole[1]) / (count + WEIGHT)
    rows = zip(lates.tolist(), longs.tolist(), np.log1p(count).tolist(), strict=True)
    return dict(zip(names.tolist(), rows, strict=True)), whole


def _said(known: tuple[dict[str, tuple[float, float, float]], tuple[float, float]], column: Words) -> Floats:
    table, whole = known
    names, place = np.unique(column, return_inverse=True)
    blank = (whole[0], whole[1], 0.0)
    return np.array([table.get(name, blank) for name in names.tolist()], dtype=np.float64).reshape(-1, 3)[
        place
    ]
