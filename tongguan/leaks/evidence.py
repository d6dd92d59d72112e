# SPDX-License-Identifier: Apache-2.0
"""Pure: a Kalman filter over what is usual and what known leaks run, and what its surprises say of one more.

The state is what each channel reads on a day without leaks, drifting slowly, and the flow of each leak known.
Had a leak of unit flow begun on some day, the surprises since would be off by a matrix times its signature;
that matrix is the same for every node. So the evidence for a beginning is one matrix and one vector, however
many nodes are asked afterwards (the generalised likelihood ratio of Willsky and Jones, 1976).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from tongguan.leaks.contracts import Caution, Floats, Leak, Signatures


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """What is believed on a morning: mean and covariance of the usual and of the known leaks' flows."""

    mean: Floats
    spread: Floats
    leaks: tuple[Leak, ...] = ()


class Evidence:
    """What the days since ``onset`` say of one leak more: of steady flow, growing, or of a known course."""

    __slots__ = ("_moved", "growing", "normal", "onset", "score", "share")

    def __init__(self, onset: int, *, growing: bool, channels: int, size: int) -> None:
        """Begin on a day with a belief of ``size`` values."""
        self.onset, self.growing = onset, growing
        #: The leak's flow of a day in shares of that of the last one; days since the onset when it grows.
        self.share = 1.0
        self.normal, self.score = np.zeros((channels, channels)), np.zeros(channels)
        self._moved = np.zeros((channels, size))

    def days(self, day: int) -> float:
        """Give what the fitted flow is to be multiplied with to have that of ``day``."""
        return day - self.onset + 1.0 if self.growing else 1.0

    def hear(self, day: int, sees: Floats, precision: Floats, surprise: Floats, gain: Floats) -> None:
        """Take a day of the filter: what it sees of its state, its surprise, and what it learned of it."""
        share = self.days(day) if self.growing else self.share
        off = share * np.eye(len(surprise)) - self._moved @ sees.T
        weight = off @ precision
        self.normal = self.normal + weight @ off.T
        self.score = self.score + weight @ surprise
        self._moved = self._moved + off @ gain.T

    def keep(self, rows: list[int], more: int) -> None:
        """Follow the belief: it keeps these of its values and gets so many new ones."""
        kept = self._moved[:, rows]
        self._moved = np.hstack([kept, np.zeros((len(kept), more))])

    def most(self) -> float:
        """Give the most that any signature whatever could win, twice the log likelihood ratio."""
        return float(self.score @ np.linalg.pinv(self.normal, rcond=1e-9, hermitian=True) @ self.score)

    def weighed(self, signatures: Signatures, day: int) -> tuple[Floats, Floats]:
        """Give for each node what a leak there wins, and its flow on ``day`` (m³/h)."""
        days = self.days(day)
        shape, wins, flow = signatures.effects[0], np.zeros(0), np.zeros(0)
        for _ in range(3):  # signatures depend on the flow a little: a few turns settle it
            norm = np.maximum(((shape @ self.normal) * shape).sum(axis=1), 1e-12)
            won = shape @ self.score
            flow = np.maximum(won / norm, 0.0)
            wins = flow * won
            # While it grew it mostly ran less than it does now.
            shape = signatures.at(flow * days * (0.7 if self.growing else 1.0))
        return wins, flow * days


class Filter:
    """The rules by which a belief changes; ``own`` and ``common`` are covariances of a day's residual."""

    def __init__(self, signatures: Signatures, own: Floats, common: Floats, caution: Caution) -> None:
        """Take the model's answers; ``common`` is the part that days share."""
        self._signatures, self._own, self._caution = signatures, own, caution
        self._drift = common * caution.drift**2
        self._channels = signatures.channels

    def first(self, quiet: Floats) -> Belief:
        """Give the belief after days that teach what is usual, days × channels."""
        days = len(quiet)
        return Belief(quiet.mean(axis=0), self._own / days + self._drift * days / 3)

    def morning(self, day: int, belief: Belief, leaks: Iterable[Leak], more: Sequence[Evidence]) -> Belief:
        """Give the belief with leaks that begin today and without those repaired or not among ``leaks``."""
        now = [one for one in leaks if one.onset <= day and not 0 <= one.repaired <= day]
        kept = [n for n, one in enumerate(belief.leaks) if one in now]
        rows = [*range(self._channels), *(self._channels + n for n in kept)]
        known = tuple(belief.leaks[n] for n in kept)
        new = tuple(one for one in now if one not in known and one.onset == day)
        mean = np.append(belief.mean[rows], [0.0 if one.growing else one.flow for one in new])
        spread = np.zeros((len(mean), len(mean)))
        spread[: len(rows), : len(rows)] = belief.spread[np.ix_(rows, rows)]
        for n, one in enumerate(new, start=len(rows)):
            spread[n, n] = max(5.0, one.flow / 2) ** 2
        for evidence in more:
            evidence.keep(rows, len(new))
        return Belief(mean, spread, known + new)

    def evening(self, day: int, belief: Belief, residual: Floats, more: Sequence[Evidence]) -> Belief:
        """Give the belief once the day's residual is heard; evidence hears it too."""
        spread, sees, noise = self._foreseen(day, belief)
        precision = np.asarray(np.linalg.inv(sees @ spread @ sees.T + noise), np.float64)
        surprise = residual - sees @ belief.mean
        gain = spread @ sees.T @ precision
        for evidence in more:
            evidence.hear(day, sees, precision, surprise, gain)
        mean = belief.mean + gain @ surprise
        mean[self._channels :] = np.maximum(mean[self._channels :], 0.0)
        spread = spread - gain @ sees @ spread
        for one, flow in zip(belief.leaks, mean[self._channels :], strict=True):
            one.flows[day] = float(flow)
        return Belief(mean, (spread + spread.T) / 2, belief.leaks)

    def ended(self, day: int, belief: Belief, residual: Floats) -> Leak | None:
        """Give the known leak whose end explains the day better than anything, or one that runs dry."""
        if not belief.leaks:
            return None
        spread, sees, noise = self._foreseen(day, belief)
        precision = np.asarray(np.linalg.inv(sees @ spread @ sees.T + noise), np.float64)
        left = residual - sees @ belief.mean
        now, won = left @ precision @ left, []
        flows = belief.mean[self._channels :]
        for n, (one, flow) in enumerate(zip(belief.leaks, flows, strict=True)):
            without = left + flow * sees[:, self._channels + n]
            won.append(now - without @ precision @ without if one.repaired < 0 else 0.0)
        if max(won) >= self._caution.repaired:
            return belief.leaks[int(np.argmax(won))]
        limit, since = self._caution.dry, day - self._caution.dry_days
        known = zip(belief.leaks, flows, strict=True)
        return next(
            (one for one, q in known if q < limit and one.told[0][0] < since and one.repaired < 0), None
        )

    def _foreseen(self, day: int, belief: Belief) -> tuple[Floats, Floats, Floats]:
        """Give today's spread before anything is heard, what is seen of the state, and a day's noise."""
        usual, caution = self._channels, self._caution
        flows = belief.mean[usual:]
        spread = belief.spread.copy()
        sees: Floats = np.eye(usual)
        spread[:usual, :usual] += self._drift
        noise = self._own.copy()
        for n, (one, flow) in enumerate(zip(belief.leaks, flows, strict=True), start=usual):
            slower = one.speed * 0.95 ** max(0, day - one.told[0][0])
            change = caution.walk + caution.grow * max(flow, 1.0) + slower
            spread[n, n] += change**2 + one.leaps.get(day, 0.0) ** 2
            effect = self._signatures.of(one.node, max(flow, 1.0))
            sees = np.column_stack([sees, effect])
            noise += np.diag((caution.model * flow * effect) ** 2)
        return spread, sees, noise
