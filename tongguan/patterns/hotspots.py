# SPDX-License-Identifier: Apache-2.0
"""Hot and cold spots: Getis-Ord Gi* of counts by H3 cell with its rings of neighbours.

Getis and Ord 1992, Ord and Getis 1995. p by conditional permutation: the cell keeps its own value, its
neighbours' are drawn from all others. Counts are skewed, and a map has thousands of cells: the law of what is
drawn is therefore taken by its exact mean, variance and skewness
(Pearson's type III), whose tail has no floor; shuffling itself, which is there as well, would need a million
rounds to tell one cell in thousands.
"""

from typing import Final

import h3.api.basic_int as h3
import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.stats import pearson3

from tongguan.patterns.contracts import Floats, Ints, Spots
from tongguan.patterns.rates import discovery

#: Sums nearer to each other than this are equal.
_SAME: Final = 1e-9
_FEWEST: Final = 3
#: Less skew than this is none.
_STRAIGHT: Final = 1e-4


def around(cells: Ints, rings: int = 1) -> csr_array:
    """Give who is near whom: (cells × cells) ones for a cell itself and its neighbours up to ``rings`` away.

    ``cells`` are distinct H3 cells of one resolution, in rising order; neighbours that are not among them
    are none.
    """
    disks = [h3.grid_disk(int(cell), rings) for cell in cells]
    sizes = np.fromiter((len(disk) for disk in disks), dtype=np.int64, count=len(disks))
    near = np.fromiter((one for disk in disks for one in disk), dtype=np.int64, count=int(sizes.sum()))
    rows = np.repeat(np.arange(len(cells)), sizes)
    place = np.minimum(np.searchsorted(cells, near), max(len(cells) - 1, 0))
    known = cells[place] == near if len(cells) else np.zeros(0, dtype=bool)
    ones = np.ones(int(known.sum()))
    return coo_array((ones, (rows[known], place[known])), shape=(len(cells), len(cells))).tocsr()


def gi_star(values: Floats, near: csr_array) -> Floats:
    """Give z of each cell by definition (Ord, Getis 1995, eq. 6 with the cell itself), 0 without spread."""
    count = len(values)
    if count < _FEWEST:
        return np.zeros(count)
    mean, width = values.mean(), values.std()
    total, weights = near @ values, near.sum(1)
    squares = near.multiply(near).sum(1)
    scale = width * np.sqrt(np.maximum(count * squares - weights**2, 0.0) / (count - 1))
    return np.divide(total - mean * weights, scale, out=np.zeros(count), where=scale > 0)


def spots(values: Floats, near: csr_array, *, permutations: int = 0, seed: int = 7) -> Spots:
    """Give hot and cold spots of the values; ``permutations``: by so many shuffles, 0: by their law."""
    z = gi_star(values, near)
    total = np.asarray(near @ values)
    p = _drawn(values, near, total, permutations, seed) if permutations else _by_law(values, near, total)
    p = np.where(z == 0, 1.0, p)
    return Spots(z, p, discovery(p), total)


def _by_law(values: Floats, near: csr_array, total: Floats) -> Floats:
    """Give two-sided p of each cell's sum by three moments of drawing its neighbours without return."""
    count = len(values)
    others = np.minimum(near.sum(1).astype(np.int64) - 1, count - 1)
    size = count - 1
    if size < _FEWEST:
        return np.ones(count)
    mean = (values.sum() - values) / size
    second = ((values**2).sum() - values**2) / size
    third = ((values**3).sum() - values**3) / size
    spread = np.maximum(second - mean**2, 0.0)
    drawn = others * spread * (size - others) / (size - 1)
    known = drawn > _SAME
    tilt = (third - 3 * mean * second + 2 * mean**3) / np.where(known, spread, 1.0) ** 1.5
    left = np.maximum(others * (size - others), 1)
    skew = tilt * (size - 2 * others) * np.sqrt(size - 1) / ((size - 2) * np.sqrt(left))
    gap = (total - values - others * mean) / np.sqrt(np.where(known, drawn, 1.0))
    skew = np.where(np.abs(skew) < _STRAIGHT, _STRAIGHT, skew)
    above, below = pearson3.sf(gap, skew), pearson3.cdf(gap, skew)
    return np.where(known, np.minimum(2 * np.minimum(above, below), 1.0), 1.0)


def _drawn(values: Floats, near: csr_array, total: Floats, permutations: int, seed: int) -> Floats:
    """Give two-sided p of ones-and-zeros weights: the cell's own value beside so many drawn from the others.

    All cells are put in a random ring; each takes those that follow it there: distinct, never itself, and
    for each cell any set is as likely as another.
    """
    rng = np.random.default_rng(seed)
    count = len(values)
    if count < _FEWEST:
        return np.ones(count)
    others = np.minimum(near.sum(1).astype(np.int64) - 1, count - 1)
    above = np.zeros(count)
    below = np.zeros(count)
    place = np.arange(count)
    for _ in range(permutations):
        ring = rng.permutation(count)
        sums = np.concatenate([[0.0], np.cumsum(np.concatenate([values[ring], values[ring]]))])
        drawn = np.empty(count)
        drawn[ring] = sums[place + 1 + others[ring]] - sums[place]
        above += drawn >= total - _SAME
        below += drawn <= total + _SAME
    return np.asarray(np.minimum(2 * (np.minimum(above, below) + 1) / (permutations + 1), 1.0))
