# SPDX-License-Identifier: Apache-2.0
"""How right a forecaster has been: due forecasts against the truth and the seasonal naive ones."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from tongguan.forecasts.contracts import Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Said:
    horizon: int
    value: Floats
    low: Floats
    high: Floats
    usual: Floats


class Record:
    """Forecasts waiting for their time, and what became of those whose time has come."""

    def __init__(self, horizons: tuple[int, ...]) -> None:
        """Begin with nothing."""
        self.horizons = horizons
        self._waiting: dict[int, list[_Said]] = defaultdict(list)
        kinds = ("count", "absolute", "squared", "held", "usual", "width")
        self._sums = {kind: np.zeros(len(horizons)) for kind in kinds}

    def said(self, at: int, step: int, value: Floats, low: Floats, high: Floats, usual: Floats) -> None:
        """Keep one origin's forecasts, (horizons × series), until they come due; ``step`` in milliseconds."""
        for number, horizon in enumerate(self.horizons):
            said = _Said(number, value[number], low[number], high[number], usual[number])
            self._waiting[at + horizon * step].append(said)

    def arrived(self, at: int, truth: Floats) -> Floats:
        """Count the forecasts due at ``at``; give per horizon the share held, NaN: none due."""
        shares = np.full(len(self.horizons), np.nan)
        for said in self._waiting.pop(at, []):
            seen = ~np.isnan(truth) & ~np.isnan(said.value)
            if not seen.any():
                continue
            off = truth[seen] - said.value[seen]
            held = (truth[seen] >= said.low[seen]) & (truth[seen] <= said.high[seen])
            for kind, amount in (
                ("count", seen.sum()),
                ("absolute", np.abs(off).sum()),
                ("squared", (off**2).sum()),
                ("held", held.sum()),
                ("usual", np.nansum(np.abs(truth[seen] - said.usual[seen]))),
                ("width", (said.high[seen] - said.low[seen]).sum()),
            ):
                self._sums[kind][said.horizon] += amount
            shares[said.horizon] = held.mean()
        return shares

    def figures(self) -> dict[int, dict[str, float]]:
        """Give per horizon what became of the due forecasts.

        ``count``, ``mae``, ``rmse``, ``coverage`` (share of truths inside the interval), ``width`` (mean of
        the intervals), ``usual_mae`` (of the seasonal naive forecast) and ``skill`` (1 − mae / usual_mae).
        """
        found = {}
        for number, horizon in enumerate(self.horizons):
            sums = {kind: float(column[number]) for kind, column in self._sums.items()}
            count = max(sums["count"], 1.0)
            usual = sums["usual"] / count
            mae = sums["absolute"] / count
            found[horizon] = {
                "count": sums["count"],
                "mae": mae,
                "rmse": float(np.sqrt(sums["squared"] / count)),
                "coverage": sums["held"] / count,
                "width": sums["width"] / count,
                "usual_mae": usual,
                "skill": 1 - mae / usual if usual else 0.0,
            }
        return found
