# SPDX-License-Identifier: Apache-2.0
"""How long matters take when some still run: Kaplan–Meier from counted durations, and the log-rank test.

Pure. A running case has not ended by its present age: it counts among those at risk up to there and never
as an end (right censoring). Durations come as tallies (value, how many ended, how many still ran), so
ten million rows that the column store has counted cost as much as a thousand. Times are in one unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tongguan.kernel.certainty import wilson, z_of

Floats = NDArray[np.floating]

#: Two-sided 95 %: standard normal quantile of the bounds.
_WIDE: Final = z_of(0.95)


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Durations counted: ``at`` rising distinct values, how many ``ended`` there, how many still ``ran``."""

    at: Floats
    ended: Floats
    ran: Floats

    @property
    def cases(self) -> int:
        """Give how many durations there are, ended or running."""
        return int(self.ended.sum() + self.ran.sum())

    @property
    def ends(self) -> int:
        """Give how many of them ended."""
        return int(self.ended.sum())


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Share of matters still open after each time, with bounds (95 %, log-log Greenwood).

    ``share``, ``low`` and ``high`` hold from their ``at`` up to the next; before the first all are open.
    """

    at: Floats
    share: Floats
    low: Floats
    high: Floats
    cases: int
    ends: int

    def open_after(self, time: float) -> tuple[float, float, float]:
        """Give the share open beyond a time, with its bounds: (share, low, high)."""
        place = int(np.searchsorted(self.at, time, side="right")) - 1
        if place < 0:
            return 1.0, 1.0, 1.0
        return float(self.share[place]), float(self.low[place]), float(self.high[place])

    def quantile(self, share: float) -> float | None:
        """Give the time by which this share has ended; None when so many have not been seen to end."""
        reached = np.flatnonzero(self.share <= 1 - share + 1e-12)
        return float(self.at[reached[0]]) if reached.size else None

    def late_given(self, age: Floats, limit: Floats) -> Floats:
        """Give for open matters of these ages the chance to be open beyond their limits: S(limit) / S(age).

        One for those past their limit. What history has not seen (nobody was open so long) is one too.
        """
        now, then = self._many(age), self._many(limit)
        chance = np.divide(then, now, out=np.ones_like(now), where=now > 0)
        return np.where(limit <= age, 1.0, np.clip(chance, 0.0, 1.0))

    def _many(self, times: Floats) -> Floats:
        place = np.searchsorted(self.at, times, side="right")
        return np.concatenate([[1.0], self.share])[place]


def tally(durations: Floats, ended: NDArray[np.bool_], times: Floats | None = None) -> Tally:
    """Count durations (any order, each once or so many ``times``) into a tally."""
    at, place = np.unique(np.asarray(durations, dtype=np.float64), return_inverse=True)
    size, each = len(at), np.ones(len(place)) if times is None else np.asarray(times, dtype=np.float64)
    return Tally(
        at,
        np.bincount(place, np.where(ended, each, 0.0), size).astype(np.float64),
        np.bincount(place, np.where(ended, 0.0, each), size).astype(np.float64),
    )


def merged(tallies: list[Tally]) -> Tally:
    """Put tallies together."""
    if not tallies:
        return Tally(np.empty(0), np.empty(0), np.empty(0))
    at, place = np.unique(np.concatenate([one.at for one in tallies]), return_inverse=True)
    size = len(at)
    return Tally(
        at,
        np.bincount(place, np.concatenate([one.ended for one in tallies]), size).astype(np.float64),
        np.bincount(place, np.concatenate([one.ran for one in tallies]), size).astype(np.float64),
    )


def curve(counted: Tally) -> Curve:
    """Give the Kaplan–Meier curve of a tally; ends go before those who were last seen at the same time."""
    gone = counted.ended + counted.ran
    risk = gone[::-1].cumsum()[::-1] if len(gone) else gone
    kept = counted.ended > 0
    at, ended, risk = counted.at[kept], counted.ended[kept], risk[kept]
    share = np.cumprod(1 - ended / risk) if len(at) else np.empty(0)
    low, high = _bounds(share, ended, risk)
    return Curve(at, share, low, high, counted.cases, counted.ends)


def _bounds(share: Floats, ended: Floats, risk: Floats) -> tuple[Floats, Floats]:
    """Give the log-log bounds; where nobody is left, Wilson's for none of all that ended."""
    left = risk - ended
    terms = np.divide(ended, risk * left, out=np.zeros_like(risk), where=left > 0)
    spread = np.sqrt(np.cumsum(terms))
    inner = (share > 0) & (share < 1)
    logs = np.log(share, out=np.full_like(share, -1.0), where=inner)
    reach = np.exp(_WIDE * np.divide(spread, logs, out=np.zeros_like(share), where=inner))
    low = np.where(inner, np.power(np.where(inner, share, 1.0), 1 / reach), share)
    high = np.where(inner, np.power(np.where(inner, share, 1.0), reach), share)
    if len(share) and share[-1] == 0.0:
        high[-1] = wilson(0, float(ended.sum()))[1]
    return np.minimum(low, share), np.maximum(high, share)


def logrank(groups: Mapping[str, Tally]) -> tuple[float, float]:
    """Compare the curves of groups: (chi-squared statistic, p-value); (0, 1) where nothing is to compare.

    The p-value is the chance of a difference at least as large if all groups were equally quick.
    """
    known = [one for one in groups.values() if one.cases]
    if len(known) < 2:  # noqa: PLR2004 - one group cannot differ
        return 0.0, 1.0
    whole = merged(known)
    ended = np.stack([_spread(one.ended, one.at, whole.at) for one in known])
    gone = np.stack([_spread(one.ended + one.ran, one.at, whole.at) for one in known])
    risk = gone[:, ::-1].cumsum(axis=1)[:, ::-1]
    all_risk, all_ended = risk.sum(axis=0), ended.sum(axis=0)
    share = risk / all_risk
    excess = (ended - share * all_ended).sum(axis=1)
    rest = np.divide(all_risk - all_ended, all_risk - 1, out=np.zeros_like(all_risk), where=all_risk > 1)
    weight = all_ended * rest
    spread = np.diag((weight * share).sum(axis=1)) - np.einsum("t,it,jt->ij", weight, share, share)
    statistic = float(excess[:-1] @ np.linalg.pinv(spread[:-1, :-1]) @ excess[:-1])
    return statistic, float(stats.chi2.sf(statistic, len(known) - 1))


def _spread(counts: Floats, at: Floats, onto: Floats) -> Floats:
    found = np.zeros(len(onto))
    found[np.searchsorted(onto, at)] = counts
    return found
