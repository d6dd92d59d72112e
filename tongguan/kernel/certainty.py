# SPDX-License-Identifier: Apache-2.0
"""How sure something is, in figures that stand to each other as the numbers do."""

from decimal import ROUND_FLOOR, Decimal
from math import sqrt
from statistics import NormalDist
from typing import Final

#: Shares of a thousandth of a percent are told apart; closer ones by words.
_MOST_PLACES: Final = 3


def percent(share: float, places: int = 0) -> str:
    """Give a share of 0 to 1 in percent, rounded down: 100% is only what is wholly certain."""
    step = Decimal(1).scaleb(-places)
    return f"{(Decimal(repr(float(share))) * 100).quantize(step, ROUND_FLOOR)}%"


def short_of(share: float, least: float) -> tuple[str, str]:
    """Give two shares, the first below the second, in percent and with as many places as show it.

    Rounding never makes them look alike: ("89.9%", "90.0%"). Raises ValueError when it is not below.
    """
    if not share < least:
        message = f"{share} is not below {least}"
        raise ValueError(message)
    for places in range(_MOST_PLACES + 1):
        told, wanted = percent(share, places), percent(least, places)
        if told != wanted:
            return told, wanted
    return f"不到 {wanted}", wanted


def z_of(level: float) -> float:
    """Give the two-sided normal quantile of a level (0–1): 1.96 for 0.95."""
    return NormalDist().inv_cdf((1 + level) / 2)


def bounds(share: float, worth: float, level: float = 0.95) -> tuple[float, float]:
    """Give the bounds of a share (0–1) known from ``worth`` answers (Wilson 1927); endless ones are sure."""
    square = z_of(level) ** 2
    grown = 1 + square / worth
    middle = (share + square / (2 * worth)) / grown
    reach = sqrt(square * (share * (1 - share) / worth + square / (4 * worth * worth))) / grown
    # Rounding must not leave a share outside of its own interval.
    return max(0.0, min(middle - reach, share)), min(1.0, max(middle + reach, share))


def wilson(right: float, tries: float, level: float = 0.95) -> tuple[float, float]:
    """Give the interval of a share seen ``right`` times in ``tries``; (0, 1) without tries."""
    return bounds(right / tries, tries, level) if tries > 0 else (0.0, 1.0)
