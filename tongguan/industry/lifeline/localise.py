# SPDX-License-Identifier: Apache-2.0
"""Pure: leaks found and placed by residuals of pressures and inflows against a hydraulic model.

A district's day is one vector: what its sensors read less what the model says. A leak of q at a node adds
that node's signature, which the model gives; everything else is demand that nobody knows exactly, whose
covariance the model gives as well. Each day the hypotheses *nothing new*, *a leak at node j* and *leak k is
repaired* are weighed against each other by generalised least squares; flows of known leaks are followed by a
Kalman filter. A leak is told when it is certain enough *and* its place is.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Signatures:
    """What a leak at each node does to each channel, on top of the leaks known: nodes × channels, per m³/h.

    Two flows, because friction is not linear; between and beyond them a straight line is drawn.
    """

    small: Floats
    large: Floats
    flows: tuple[float, float]

    def at(self, flow: Floats) -> Floats:
        """Give the effect of a leak of ``flow`` (m³/h, one per node) at each node, nodes × channels."""
        low, high = self.flows
        part = np.clip((flow - low) / (high - low), -0.5, 2.0)[:, None]
        return np.asarray(flow[:, None] * (self.small + part * (self.large - self.small)))


@dataclass(frozen=True, slots=True)
class Caution:
    """How sure it must be; fitted on other years than those scored.

    ``gain``: twice the log likelihood ratio that a new leak must win; ``near_m`` and ``mass``: so much of the
    probability must lie within so many metres of the place told. ``dull``: the model is wrong in ways its
    covariance does not know, so likelihoods are flattened by this; ``model``: the share by which signatures
    may be wrong. ``windows``: days over which residuals are averaged; ``patience``: days after which a
    certain leak is told though its place is not.
    """

    gain: float = 40.0
    near_m: float = 300.0
    mass: float = 0.85
    dull: float = 3.0
    model: float = 0.08
    windows: tuple[int, ...] = (1, 3, 7, 14, 28)
    patience: int = 45
    repaired: float = 40.0
    walk: float = 0.3


@dataclass(slots=True)
class Found:
    """A leak that is told: on which day of the watch, at which node, how much (m³/h), how surely."""

    day: int
    node: int
    flow: float
    gain: float
    mass: float
    repaired: int = -1


@dataclass(slots=True)
class Watch:
    """The state of the watch over one network: leaks believed in, their flows and how sure those are."""

    active: list[Found] = field(default_factory=list)
    told: list[Found] = field(default_factory=list)
    flows: Floats = field(default_factory=lambda: np.zeros(0))
    spread: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    suspected: int = -1


class Localiser:
    """Watches a network day by day.

    ``signatures``: what the model says a leak at each node does. ``covariance``: of one day's residual,
    channels × channels; ``common``: the part of it that averaging over days does not lower. ``metres``:
    between nodes along the pipes.
    """

    def __init__(
        self,
        signatures: Signatures,
        covariance: Floats,
        common: Floats,
        metres: Floats,
        caution: Caution,
    ) -> None:
        """Take the model's answers."""
        self._known, self._own, self._common = signatures, covariance, common
        self._near, self.caution = (metres <= caution.near_m).astype(np.float64), caution
        self.watch = Watch()
        self._number = 0
        self._left: list[Floats] = []

    def day(self, residual: Floats) -> Found | None:
        """Hear one day's residual (channels; what it was on quiet days taken off); give a leak newly told."""
        number, self._number = self._number, self._number + 1
        self._follow(residual)
        if self._mended(residual, number):
            return None
        self._left.append(residual - self.watch.flows @ self._effect())
        best: tuple[float, int, float, float] | None = None
        for window in self.caution.windows:
            if window > len(self._left):
                continue
            mean = np.mean(self._left[-window:], axis=0)
            gains, flows = self._weighed(mean, window)
            if gains.max() < self.caution.gain:
                continue
            node, mass = self._place(gains)
            if best is None or gains[node] > best[0]:
                best = (float(gains[node]), node, float(flows[node]), mass)
        if best is None or best[0] < self.caution.gain:
            self.watch.suspected = -1
            return None
        if self.watch.suspected < 0:
            self.watch.suspected = number
        waited = number - self.watch.suspected >= self.caution.patience
        if best[3] < self.caution.mass and not waited:
            return None
        return self._tell(number, best)

    def _effect(self) -> Floats:
        """Give the signature per m³/h of each leak known, leaks × channels."""
        if not self.watch.active:
            return np.zeros((0, len(self._own)))
        flow = np.maximum(self.watch.flows, 1.0)
        every = np.ones(len(self._known.small))
        nodes = [one.node for one in self.watch.active]
        rows = []
        for node, q in zip(nodes, flow, strict=True):
            rows.append(self._known.at(every * q)[node] / q)
        return np.array(rows)

    def _noise(self, window: int) -> Floats:
        wrong = (
            (self.caution.model * self._effect() * self.watch.flows[:, None]) if self.watch.active else None
        )
        total = self._own / window + self._common
        if wrong is not None:
            total = total + np.diag((wrong**2).sum(axis=0))
        return np.asarray(total)

    def _follow(self, residual: Floats) -> None:
        """Bring the flows of known leaks up to date (one step of a Kalman filter, flows never negative)."""
        if not self.watch.active:
            return
        effect = self._effect()
        spread = self.watch.spread + self.caution.walk**2 * np.eye(len(effect))
        noise = self._noise(1)
        gain = np.linalg.solve(effect.T @ spread @ effect + noise, effect.T @ spread).T
        flows = self.watch.flows + gain @ (residual - self.watch.flows @ effect)
        self.watch.flows = np.maximum(flows, 0.0)
        self.watch.spread = spread - gain @ effect.T @ spread

    def _mended(self, residual: Floats, number: int) -> bool:
        """Drop the leak whose end explains the day best, if one does."""
        if not self.watch.active:
            return False
        effect = self._effect()
        precision = np.linalg.inv(self._noise(1))
        left = residual - self.watch.flows @ effect
        now = left @ precision @ left
        gains = []
        for n, q in enumerate(self.watch.flows):
            without = left + q * effect[n]
            gains.append(now - without @ precision @ without)
        small = self.watch.flows < 1.0
        worst = int(np.argmax(gains))
        if gains[worst] < self.caution.repaired and not small.any():
            return False
        gone = worst if gains[worst] >= self.caution.repaired else int(np.argmax(small))
        self.watch.active[gone].repaired = number
        self._drop(gone)
        return True

    def _drop(self, gone: int) -> None:
        keep = [n for n in range(len(self.watch.active)) if n != gone]
        self.watch.active = [self.watch.active[n] for n in keep]
        self.watch.flows = self.watch.flows[keep]
        self.watch.spread = self.watch.spread[np.ix_(keep, keep)]
        self._renew()

    def _renew(self) -> None:
        self._left.clear()
        self.watch.suspected = -1

    def _weighed(self, mean: Floats, window: int) -> tuple[Floats, Floats]:
        """Give for each node how much better a leak there explains the mean, and of which flow."""
        effect = self._effect()
        noise = self._noise(window)
        if len(effect):
            noise = (
                noise + effect.T @ (self.watch.spread + self.caution.walk**2 * np.eye(len(effect))) @ effect
            )
        precision = np.linalg.inv(noise)
        left = mean
        nodes = len(self._known.small)
        flows, gains = np.zeros(nodes), np.zeros(nodes)
        shape = self._known.small
        for _ in range(3):  # signatures depend on the flow a little: a few turns settle it
            weight = shape @ precision
            norm = np.maximum((weight * shape).sum(axis=1), 1e-12)
            flows = np.maximum(weight @ left / norm, 0.0)
            gains = flows * (2 * (weight @ left) - flows * norm)
            shape = self._known.at(np.maximum(flows, 0.1)) / np.maximum(flows, 0.1)[:, None]
        return gains, flows

    def _place(self, gains: Floats) -> tuple[int, float]:
        """Give the node around which the most probability lies, and how much lies near it."""
        chance = np.exp((gains - gains.max()) / (2 * self.caution.dull))
        chance /= chance.sum()
        near = self._near @ chance
        best = int(np.argmax(near + 1e-6 * chance))
        return best, float(near[best])

    def _tell(self, number: int, best: tuple[float, int, float, float]) -> Found:
        gain, node, flow, mass = best
        found = Found(number, node, flow, gain, mass)
        self.watch.active.append(found)
        self.watch.told.append(found)
        self.watch.flows = np.append(self.watch.flows, flow)
        size = len(self.watch.flows)
        wider = np.zeros((size, size))
        wider[: size - 1, : size - 1] = self.watch.spread
        wider[-1, -1] = max(flow * 0.3, 1.0) ** 2
        self.watch.spread = wider
        self._renew()
        return found


#: Two flows at which signatures are asked for, m³/h.
FLOWS: Final = (4.0, 16.0)
