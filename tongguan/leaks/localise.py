# SPDX-License-Identifier: Apache-2.0
"""Pure: leaks found and placed by residuals of pressures and inflows against a hydraulic model.

A district's day is one vector: what its sensors read less what the model says. A leak of q at a node adds
that node's signature, which the model gives; everything else is demand that nobody knows exactly, whose
covariance the model gives as well. Each day the hypotheses *nothing new*, *a leak at node j since day t,
steady or growing* and *leak k is repaired* are weighed against each other (``evidence``). A leak is told
when it is certain enough *and* its place is. The days since it began are then lived again with the leak
known, so leaks that run at once do not hide each other. What the days since say of its place is looked at
anew on a few later days: when they say elsewhere, the place is revised and told again.
"""

import numpy as np

from tongguan.leaks.contracts import Caution, Floats, Leak, Signatures
from tongguan.leaks.evidence import Belief, Evidence, Filter

#: Ages (days) between which one beginning is kept as a hypothesis, and at which a place is looked at anew.
_AGES = (1, 2, 3, 4, 5, 6, 7, 8, 11, 15, 20, 27, 36, 48, 64)
_ANEW = (2, 3, 4, 6, 8, 11, 15, 20, 27, 36, 48, 64, 85, 110, 140, 180)
#: Every so many days a growing leak may begin; so many beginnings are asked node by node.
_GROWING, _ASKED = 3, 6
#: Days that are lived through again before the beginning of a leak that was told.
_BEFORE = 60


class Localiser:
    """Watches a network day by day.

    ``signatures``: what the model says a leak at each node does. ``own``: covariance of one day's residual,
    channels × channels; ``common``: the part of it that days share. ``metres``: between nodes along the
    pipes. ``quiet``: residuals of days that teach what is usual, days × channels; leaks that run then stay
    unseen.
    """

    def __init__(
        self,
        signatures: Signatures,
        own: Floats,
        common: Floats,
        metres: Floats,
        caution: Caution,
        quiet: Floats,
    ) -> None:
        """Take the model's answers and the first days."""
        self._signatures, self._metres, self.caution = signatures, metres, caution
        #: Beyond the distance that matters, wrong is wrong.
        self._away = np.minimum(metres, 2 * caution.near_m)
        self._near = (metres <= caution.near_m).astype(np.float64)
        self._filter = Filter(signatures, own, common, caution)
        self._belief = self._filter.first(quiet)
        self._heard: list[Floats] = []
        self._mornings: list[Belief] = []
        self._more: list[Evidence] = []
        self._suspected = -1
        self.leaks: list[Leak] = []
        #: By day: what the strongest suspicion of one more leak wins, and the probability near its place.
        self.suspicions: list[tuple[float, float]] = []

    def day(self, residual: Floats) -> Leak | None:
        """Hear one day's residual; give a leak newly told, or one whose place was revised (``told[-1]``)."""
        day = len(self._heard)
        self._heard.append(residual)
        ended = self._filter.ended(day, self._belief, residual)
        if ended is not None:
            # For some hours of today it still ran: its flow may leap down, tomorrow it is gone.
            ended.repaired, ended.leaps[day] = day + 1, max(ended.flows.values())
        self._live(day)
        return self._judged(day) or self._revised(day)

    def _live(self, day: int) -> None:
        del self._mornings[day:]
        self._mornings.append(self._belief)
        belief = self._filter.morning(day, self._belief, self.leaks, self._more)
        shapes = (False, True) if day % _GROWING == 0 else (False,)
        channels, size = self._signatures.channels, len(belief.mean)
        self._more += [Evidence(day, growing=one, channels=channels, size=size) for one in shapes]
        self._belief = self._filter.evening(day, belief, self._heard[day], self._more)
        kept: dict[tuple[bool, int], Evidence] = {}
        for one in sorted(self._more, key=lambda one: one.onset):
            age = day - one.onset
            if age <= self.caution.oldest:
                kept.setdefault((one.growing, sum(age >= limit for limit in _AGES)), one)
        self._more = list(kept.values())

    def _again(self, onset: int) -> None:
        """Live the days since the morning of ``onset`` again with what is known now.

        Somewhat earlier days are lived through as well, for what they say of leaks that began before.
        """
        first = max(onset - _BEFORE, 0)
        self._belief, self._more = self._mornings[first], []
        for day in range(first, len(self._heard)):
            self._live(day)

    def _judged(self, day: int) -> Leak | None:
        """Give a new leak if one is certain enough and so is its place."""
        promising = sorted(((one.most(), n) for n, one in enumerate(self._more)), reverse=True)[:_ASKED]
        asked = [n for k, (most, n) in enumerate(promising) if not k or most >= self.caution.gain]
        weighed = [(self._more[n], *self._more[n].weighed(self._signatures, day)) for n in asked]
        evidence, wins, flows = max(weighed, key=lambda one: float(one[1].max()))
        won = float(wins.max())
        chance = self._chance(wins)
        node, mass, _ = self._place(chance)
        self.suspicions.append((won, mass))
        if won < self.caution.gain:
            self._suspected = -1
            return None
        if self._suspected < 0:
            self._suspected = day
        if mass < self.caution.mass and day - self._suspected < self.caution.patience:
            return None
        self._suspected = -1
        found = Leak(node, evidence.onset, float(flows[node]), float(wins[node]), mass, evidence.growing)
        found.looked, found.chance = day, chance
        return self._believe(day, found)

    def _believe(self, day: int, found: Leak) -> Leak | None:
        """Take a leak as known; when one is known near by, that one runs more than was believed."""
        length = day - found.onset + 1
        close = self._metres[found.node] <= self.caution.near_m
        near = [one for one in self._belief.leaks if close[one.node]]
        if near:
            old = min(near, key=lambda one: self._metres[one.node, found.node])
            old.onset = min(old.onset, found.onset)
            if found.growing:
                old.speed = max(old.speed, found.flow / length)
            else:
                old.leaps[found.onset] = max(old.leaps.get(found.onset, 0.0), found.flow)
                if found.onset == day:  # a leak's first day is seldom a whole one
                    old.leaps[day + 1] = found.flow
            self._again(found.onset)
            return None
        found.told.append((day, found.node))
        if found.growing:
            found.speed = found.flow / length
        else:
            found.leaps[found.onset + 1] = 5.0 + found.flow / 2
        self.leaks.append(found)
        self._again(found.onset)
        return found

    def _revised(self, day: int) -> Leak | None:
        """Look anew at the places of known leaks; give one that is told elsewhere than before."""
        for one in self._belief.leaks:
            if day - one.onset not in _ANEW or one.flows[day] < 1:
                continue
            one.looked, one.chance = day, self._chance(self._without(one, day))
            node, mass, held = self._place(one.chance, one.told[-1][1])
            if node == one.node or mass < self.caution.mass:
                continue
            one.node = node
            self._again(one.onset)
            if held < 1 - self.caution.mass:
                one.told.append((day, node))
                return one
        return None

    def _without(self, leak: Leak, day: int) -> Floats:
        """Give for each node what the leak wins if it is there, its course as believed and others known."""
        others = [one for one in self.leaks if one is not leak]
        belief = self._mornings[leak.onset]
        channels, size = self._signatures.channels, len(belief.mean)
        evidence = Evidence(leak.onset, growing=False, channels=channels, size=size)
        courses = [dict(one.flows) for one in others]
        for now in range(leak.onset, day + 1):
            belief = self._filter.morning(now, belief, others, [evidence])
            evidence.share = leak.flows[now] / leak.flows[day]
            belief = self._filter.evening(now, belief, self._heard[now], [evidence])
        for one, course in zip(others, courses, strict=True):
            one.flows = course
        return evidence.weighed(self._signatures, day)[0]

    def _chance(self, wins: Floats) -> Floats:
        """Give the probability of each node to be the place of a leak that wins so much there."""
        dull = self.caution.dull + self.caution.model**2 * wins.max()
        chance = np.exp((wins - wins.max()) / (2 * dull))
        return np.asarray(chance / chance.sum())

    def _place(self, chance: Floats, before: int = 0) -> tuple[int, float, float]:
        """Give the node expected nearest to the leak, how much probability lies near it, near ``before``."""
        near = self._near @ chance
        best = int(np.argmin(self._away @ chance))
        return best, float(near[best]), float(near[before])
