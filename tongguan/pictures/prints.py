# SPDX-License-Identifier: Apache-2.0
"""What a picture looks like, in 64 bits that scaling, recompression and light hardly change. Pure.

The grey picture is shrunk to 32 x 32 and taken apart into waves (discrete cosine transform). Of the 64
longest waves, without the mean, each bit says whether the wave is stronger than half of them. Cutting off
a border, turning or mirroring make another picture: these are not seen.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

#: Up to so many bits apart, two prints are of one photo: measured in ``tests/test_prints.py``.
SAME: Final = 6
BITS: Final = 64
#: Smaller pictures are icons and signatures; flatter ones are walls, lids on lenses and white pages.
LEAST_SIDE: Final = 64
LEAST_SPREAD: Final = 4.0
_SIDE: Final = 32
_BAND_BITS: Final = 16

_row, _column = np.indices((_SIDE, _SIDE))
_WAVES: Final = np.cos(np.pi * _row * (2 * _column + 1) / (2 * _SIDE))
#: The longest waves first; among equals the rows before the columns.
_LONGEST: Final = np.lexsort((_row.ravel(), (_row + _column).ravel()))[1 : BITS + 1]


def taken(image: Image.Image) -> int | None:
    """Give the print of an upright picture, unsigned, or None when it shows too little to tell it by."""
    if min(image.size) < LEAST_SIDE:
        return None
    small = image.resize((_SIDE, _SIDE), Image.Resampling.BOX, reducing_gap=8.0).convert("L")
    grey = np.asarray(small, np.float64)
    if float(grey.std()) < LEAST_SPREAD:
        return None
    strength = (_WAVES @ grey @ _WAVES.T).ravel()[_LONGEST]
    return int.from_bytes(np.packbits(strength > np.median(strength)).tobytes(), "big")


def distances(one: Sequence[int], other: Sequence[int]) -> NDArray[np.uint8]:
    """Give by how many bits each print of ``one`` (rows) differs from each of ``other`` (columns)."""
    rows, columns = np.array(one, np.uint64), np.array(other, np.uint64)
    return np.asarray(np.bitwise_count(rows[:, None] ^ columns[None, :]), np.uint8)


def bands(picture: int) -> tuple[int, ...]:
    """Give the four quarters of a print, by which its like are found in an index."""
    return tuple(picture >> shift & 0xFFFF for shift in range(0, BITS, _BAND_BITS))


def probes(picture: int) -> list[list[int]]:
    """Give for each quarter what the quarters of a like print may be.

    Seven differing bits leave at least one of four quarters with at most one of them: each quarter itself
    and with any one bit turned finds every print up to 7 bits away.
    """
    return [[band, *(band ^ 1 << bit for bit in range(_BAND_BITS))] for band in bands(picture)]
