# SPDX-License-Identifier: Apache-2.0
"""Pure: runs of characters as sparse rows, counted with arrays instead of one string after another.

Weights are those of scikit-learn's ``TfidfVectorizer(analyzer="char", sublinear_tf=True)``: 1 + ln(times),
times 1 + ln((1 + texts) / (1 + texts with the run)), rows of length one.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Keys = npt.NDArray[np.uint64]
#: Four characters of 16 bits make one key; rare signs beyond the basic plane share keys with others.
LONGEST: Final = 4
#: Texts that are counted at once: bounds the memory.
_AT_ONCE: Final = 4_096


class Grams:
    """Runs of ``low`` to ``high`` characters that stand in ``least`` texts or more."""

    def __init__(self, low: int, high: int, least: int = 1) -> None:
        """Start without texts. Raises ValueError unless 1 <= low <= high <= ``LONGEST``."""
        if not 1 <= low <= high <= LONGEST:
            message = f"runs of {low} to {high} characters"
            raise ValueError(message)
        self._low, self._high, self._least = low, high, least
        self._known: Keys = np.empty(0, np.uint64)
        self._weights = np.empty(0, np.float32)

    def fit(self, texts: Sequence[str]) -> "Grams":
        """Learn which runs there are and how rare each is."""
        keys, met = np.empty(0, np.uint64), np.empty(0, np.int64)
        for part in _parts(texts):
            rows, found = self._runs(part)
            order = np.lexsort((rows, found))
            rows, found = rows[order], found[order]
            first = np.append(True, (rows[1:] != rows[:-1]) | (found[1:] != found[:-1]))[: len(rows)]
            here, times = np.unique(found[first], return_counts=True)
            keys, place = np.unique(np.concatenate([keys, here]), return_inverse=True)
            met = np.bincount(place, np.concatenate([met, times]), len(keys)).astype(np.int64)
        kept = met >= self._least
        self._known = keys[kept]
        self._weights = (1 + np.log((1 + len(texts)) / (1 + met[kept]))).astype(np.float32)
        return self

    def transform(self, texts: Sequence[str]) -> Any:
        """Give a CSR matrix, texts × runs; runs that were not met in training count nothing."""
        made = [self._counted(part) for part in _parts(texts)]
        return (
            sp.vstack(made, format="csr") if made else sp.csr_matrix((0, len(self._known)), dtype=np.float32)
        )

    def _counted(self, texts: Sequence[str]) -> Any:
        rows, found = self._runs(texts)
        width = max(len(self._known), 1)
        column = np.minimum(np.searchsorted(self._known, found), width - 1)
        known = self._known[column] == found if len(self._known) else np.zeros(len(found), bool)
        cells, times = np.unique(rows[known] * width + column[known], return_counts=True)
        row, column = np.divmod(cells, width)
        values = (1 + np.log(times.astype(np.float32))) * self._weights[column]
        length = np.sqrt(np.bincount(row, values.astype(np.float64) ** 2, len(texts)))
        values = (values / length[row]).astype(np.float32)
        starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(texts)))])
        return sp.csr_matrix((values, column, starts), shape=(len(texts), len(self._known)))

    def _runs(self, texts: Sequence[str]) -> tuple[npt.NDArray[np.int64], Keys]:
        """Give the row and the key of every run. Shorter keys begin with zeros, which no character is."""
        codes = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), np.uint32)
        signs = np.maximum(codes & 0xFFFF, 1).astype(np.uint64)
        place = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
        rows, found = [], []
        for length in range(self._low, self._high + 1):
            many = max(len(signs) - length + 1, 0)
            key = np.zeros(many, np.uint64)
            for step in range(length):
                key = (key << np.uint64(16)) | signs[step : step + many]
            whole = place[:many] == place[length - 1 : length - 1 + many]
            rows.append(place[:many][whole])
            found.append(key[whole])
        return np.concatenate(rows), np.concatenate(found)


def _parts(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(texts), _AT_ONCE):
        yield texts[start : start + _AT_ONCE]
