# SPDX-License-Identifier: Apache-2.0
"""A linear companion to the trees: the change of each series from the last values of all series, by ridge."""

import numpy as np
from sklearn.linear_model import Ridge

from tongguan.forecasts.contracts import Floats
from tongguan.forecasts.features import Known, back, bridged

#: Lags of all series that are looked at, in steps, and the one whose change is looked at besides.
LAGS = (0, 1, 2, 3, 4, 5)
FAR = 11


class Linear:
    """Changes of all series at one horizon, each from the last values of all."""

    def __init__(self, told: Known, penalty: float) -> None:
        """Take what is known of the series, and the ridge penalty for values of unit width."""
        self._told = told
        self._model = Ridge(alpha=penalty)
        self._width = np.maximum(told.width, 1e-9)

    def _table(self, values: Floats) -> Floats:
        now = (bridged(values) - self._told.level) / self._width
        parts = [back(now, lag) for lag in LAGS] + [now - back(now, FAR)]
        return np.nan_to_num(np.concatenate(parts, axis=1))

    def fit(self, values: Floats, horizon: int, rows: np.ndarray) -> None:
        """Learn from those rows, a mask; a change that is not known is taken for none."""
        change = np.nan_to_num((back(values, -horizon) - bridged(values)) / self._width)
        self._model.fit(self._table(values)[rows], change[rows])

    def change(self, values: Floats) -> Floats:
        """Give the changes expected after each row, in the series' own unit."""
        return np.asarray(self._model.predict(self._table(values)) * self._width)
