# SPDX-License-Identifier: Apache-2.0
"""Where more will come: learned from where it came, at a cell and around it, lately and long ago.

How fast the past pales, how far it spreads, and whether what was done lately comes back at all (a mended road
does not) is not fixed: a Poisson regression learns it from the last stretch of history.
"""

from typing import Final

import numpy as np
from scipy.sparse import csr_array
from sklearn.linear_model import PoissonRegressor

from tongguan.patterns.contracts import Floats, Ints

#: Days after which a case weighs half; the last: never.
_MEMORIES: Final = (7.0, 28.0, 1e6)
_PENALTY: Final = 0.01
_ROUNDS: Final = 1000
#: With fewer cases on either side of the stretch nothing is learned: what came long ago and around counts.
_FEWEST: Final = 50
#: Added to sums before their logarithm is taken: none is not minus infinity.
_NONE: Final = 0.1


def heat(places: Ints, ages: Floats, near: csr_array, wide: csr_array, ahead: float = 28.0) -> Floats:
    """Give how much of the next cases each cell may expect, adding up to one.

    ``places``: the cell of each case; ``ages``: its age in days; ``near`` and ``wide``: who is around whom
    in a narrow and in a wide ring (ones, the cell itself among them); ``ahead``: days that are looked ahead.
    """
    cells = near.shape[0]
    looked = _looked(places, ages, near, wide)
    stretch = min(ahead, float(ages.max()) / 2) if len(ages) else 0.0
    last = ages < stretch
    if last.sum() >= _FEWEST and (~last).sum() >= _FEWEST:
        came = np.bincount(places[last], minlength=cells)
        older = _looked(places[~last], ages[~last] - stretch, near, wide)
        law = PoissonRegressor(alpha=_PENALTY, max_iter=_ROUNDS).fit(older, came)
        share = np.asarray(law.predict(looked))
    else:
        share = np.exp(looked[:, [1, 4]]).sum(1)
    return np.asarray(share / share.sum())


def _looked(places: Ints, ages: Floats, near: csr_array, wide: csr_array) -> Floats:
    """Give what is looked at of each cell: its own sums over three memories, and those of its rings."""
    cells = near.shape[0]
    week, month, ever = (np.bincount(places, 0.5 ** (ages / memory), cells) for memory in _MEMORIES)
    others = np.maximum(near.sum(1) - 1, 1)
    around = [(near @ one - one) / others for one in (month, ever)]
    region = [(wide @ one) / wide.sum(1) for one in (ever, week)]
    return np.log(np.stack([week, month, ever, *around, *region], axis=1) + _NONE)
