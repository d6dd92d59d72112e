# SPDX-License-Identifier: Apache-2.0
"""Pure: one machine over several likenesses of texts at once (kernel ridge regression, solved exactly).

Two texts are as alike as the weighted sum of what each view says: common grams, and nearness of meaning.
Each class is a target of one for its own rows and zero for the others; the answer is a closed formula, so
nothing depends on a start or an order. Memory goes with the square of the rows: ``MOST`` bounds it.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from scipy.linalg import cho_factor, cho_solve

from tongguan.learning.measures import Floats, Ints

#: Rows beyond this are not learned from: 8,000 need half a gigabyte.
MOST: Final = 8_000
_AT_ONCE: Final = 2_048


class Alike:
    """Sparse views count by their cosine, dense ones by exp(cosine - 1), which falls off quicker."""

    def __init__(self, shares: Sequence[float], slack: float = 0.1) -> None:
        """``shares`` weighs the views in their order; ``slack`` is what a row's own label may be doubted."""
        self._shares, self._slack = list(shares), slack
        self._weights: list[Any] = []
        self._near: list[Any] = []

    def fit(self, rows: Sequence[Any], labels: Ints, classes: int) -> None:
        """Learn. Raises ValueError for more than ``MOST`` rows."""
        if len(labels) > MOST:
            message = f"{len(labels)} rows are more than {MOST}"
            raise ValueError(message)
        likeness = np.zeros((len(labels), len(labels)))
        for share, view in zip(self._shares, rows, strict=True):
            if sp.issparse(view):
                likeness += share * (view @ view.T).toarray()
            else:
                likeness += share * np.exp(view @ view.T - 1)
        likeness[np.diag_indices_from(likeness)] += self._slack
        factor = cho_factor(likeness, overwrite_a=True, check_finite=False)
        pull = cho_solve(factor, np.eye(classes)[labels], check_finite=False)
        for share, view in zip(self._shares, rows, strict=True):
            own = share * pull
            self._near.append(None if sp.issparse(view) else view)
            self._weights.append((view.T @ own if sp.issparse(view) else own).astype(np.float32))

    def scores(self, rows: Sequence[Any]) -> Floats:
        """Give (rows × classes) scores around zero and one."""
        found = np.zeros((rows[0].shape[0], self._weights[0].shape[1]))
        for near, weights, view in zip(self._near, self._weights, rows, strict=True):
            if near is None:
                found += view @ weights
                continue
            for start in range(0, len(view), _AT_ONCE):
                stretch = slice(start, start + _AT_ONCE)
                found[stretch] += np.exp(view[stretch] @ near.T - 1) @ weights
        return found
