# SPDX-License-Identifier: Apache-2.0
"""How sure something is, in figures that stand to each other as the numbers do."""

from decimal import ROUND_FLOOR, Decimal
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
