# SPDX-License-Identifier: Apache-2.0
"""What anybody could say without learning: as now, and as it was at this hour the last time."""

import numpy as np

from tongguan.forecasts.contracts import Floats, Panel
from tongguan.forecasts.features import back, bridged


def persistence(panel: Panel, horizons: tuple[int, ...]) -> Floats:
    """Say that everything stays as it is; (origins × horizons × series)."""
    now = bridged(panel.values)
    return np.stack([now] * len(horizons), axis=1)


def seasonal(panel: Panel, horizons: tuple[int, ...], season: int) -> Floats:
    """Say what was the last time at the same place of the season; as now where that is not known."""
    now = bridged(panel.values)
    found = []
    for horizon in horizons:
        whole = -(-horizon // season) * season
        then = back(now, whole - horizon)
        found.append(np.where(np.isnan(then), now, then))
    return np.stack(found, axis=1)
