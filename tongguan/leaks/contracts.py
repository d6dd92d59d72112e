# SPDX-License-Identifier: Apache-2.0
"""What goes into placing leaks and what comes out: signatures, caution, leaks told. Flows in m³/h."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Flows at which signatures are usefully asked for, m³/h.
FLOWS: Final = (4.0, 16.0, 32.0)


@dataclass(frozen=True, slots=True, eq=False)
class Signatures:
    """What the model says a leak does to each channel, per m³/h: ``effects`` is flows × nodes × channels.

    Several rising ``flows`` (at least two), because friction is not linear; between them and a little beyond
    a straight line is drawn.
    """

    flows: tuple[float, ...]
    effects: Floats

    @property
    def nodes(self) -> int:
        """Give how many nodes there are."""
        return int(self.effects.shape[1])

    @property
    def channels(self) -> int:
        """Give how many channels there are."""
        return int(self.effects.shape[2])

    def at(self, flow: Floats) -> Floats:
        """Give the effect per m³/h of a leak of ``flow`` (one per node) at each node, nodes × channels."""
        every = np.arange(self.nodes)
        below, part = self._between(flow)
        low, high = self.effects[below, every], self.effects[below + 1, every]
        return np.asarray(low + part[:, None] * (high - low))

    def of(self, node: int, flow: float) -> Floats:
        """Give the effect per m³/h of a leak of ``flow`` at one node, by channel."""
        below, part = self._between(np.array([flow]))
        low, high = self.effects[below[0], node], self.effects[below[0] + 1, node]
        return np.asarray(low + part[0] * (high - low))

    def _between(self, flow: Floats) -> tuple[NDArray[np.intp], Floats]:
        known = np.array(self.flows)
        below = np.clip(np.searchsorted(known, flow) - 1, 0, len(known) - 2)
        part = (flow - known[below]) / (known[below + 1] - known[below])
        return below, np.clip(part, -0.33, 1.5)


@dataclass(frozen=True, slots=True)
class Caution:
    """How sure it must be before a place is told.

    ``gain``: twice the log likelihood ratio that a new leak must win; ``repaired``: what the end of one must
    win. ``near_m`` and ``mass``: so much of the probability must lie within so many metres of the place;
    ``patience``: days after which a certain leak is told though its place is not. ``model``: the share by
    which signatures may be wrong; likelihoods are flattened by ``dull`` and by its square times the gain.
    ``walk`` and ``grow``: by how much a leak's flow may change in a day, m³/h and share. ``drift``: by which
    share of its common doubt the usual changes in a day. ``oldest``: days that a leak may have run unseen.
    ``dry``: the flow (m³/h) below which a leak that has been told for ``dry_days`` counts as repaired.
    """

    gain: float = 45.0
    near_m: float = 300.0
    mass: float = 0.8
    patience: int = 30
    dull: float = 1.5
    model: float = 0.09
    repaired: float = 40.0
    walk: float = 0.3
    grow: float = 0.05
    drift: float = 0.1
    oldest: int = 90
    dry: float = 0.7
    dry_days: int = 5


@dataclass(slots=True, eq=False)
class Leak:
    """A leak believed in. Days are those of the watch.

    ``node`` is where it is believed now, ``told`` the days and nodes at which it was told, the last one
    nearest to the truth. ``flow`` is what it ran when first told; ``speed`` what it then gained in a day.
    ``repaired`` is the first day on which it was gone, or -1. ``chance``: the probability of each node to be
    its place, as of the day ``looked``: when it was told or its place was last looked at anew.
    """

    node: int
    onset: int
    flow: float
    gain: float
    mass: float
    growing: bool
    speed: float = 0.0
    repaired: int = -1
    looked: int = -1
    chance: Floats = field(default_factory=lambda: np.zeros(0))
    told: list[tuple[int, int]] = field(default_factory=list)
    #: Flow by day, and how much it may have leapt on a day.
    flows: dict[int, float] = field(default_factory=dict)
    leaps: dict[int, float] = field(default_factory=dict)
