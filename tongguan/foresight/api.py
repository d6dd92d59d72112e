# SPDX-License-Identifier: Apache-2.0
"""Verbs of foresight: choose what is forecast, forecast and settle now."""

from tongguan.foresight import choosing, keeping
from tongguan.kernel import clock

__all__ = ["choose", "drop", "foretell"]

choose = choosing.choose
drop = choosing.drop


def foretell() -> int:
    """Make the forecasts of this hour and settle those whose hours are over; give how many rows that were.

    Raises Unavailable when the owner of readings does not answer.
    """
    hour = keeping.hour_at(clock.now())
    return keeping.foretell(hour) + keeping.settle(hour)
