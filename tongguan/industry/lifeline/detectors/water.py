# SPDX-License-Identifier: Apache-2.0
"""Pure: bursts by flow and pressure together, leaks by night flow, water that stands in the street."""

from typing import Final

import numpy as np

from tongguan.detection.contracts import Floats, Parameter, Reason, Settings, Slots, State, Times
from tongguan.industry.lifeline.detectors.polls import (
    EachPoll,
    EachReading,
    elapsed,
    empty,
    ladder_parameters,
    lowest,
    poll_parameter,
    share,
    towards,
    zeros,
)

_HOUR_MS: Final = 3_600_000
_DAY_MS: Final = 24 * _HOUR_MS


def middle(values: Floats) -> Floats:
    """Give the median along the last axis of what is there; NaN where nothing is."""
    ordered = np.sort(values, axis=-1)  # NaN sorts last
    there = (~np.isnan(values)).sum(axis=-1)
    low = np.take_along_axis(ordered, np.maximum((there - 1) // 2, 0)[..., None], -1)[..., 0]
    high = np.take_along_axis(ordered, np.maximum(there // 2, 0)[..., None], -1)[..., 0]
    return np.asarray((low + high) / 2)


class Burst(EachPoll):
    """Grades the flow that a district takes beyond its own of the last minutes, when pressure fell with it.

    Parts: the inlet flow first, then pressures, of which the median counts: one bad gauge says nothing. A
    flow that rises alone is a meter's fault or a use; pressure that falls alone is a pump.
    """

    code = "burst"
    zh = "爆管"
    en = "burst"
    reason = Reason.BALANCE
    parameters = (
        poll_parameter(),
        Parameter("drop", "压力下降", "fall of pressure", "value", 0, 1e6, needed=True),
        Parameter("follow", "本底跟随时间", "how fast its own is followed", "s", 10, 86_400, 600.0),
        *ladder_parameters("m3/h"),
    )
    #: While it is risen its own is followed this many times slower.
    _SLOWER: Final = 40.0

    def memory(self, slots: int, settings: Settings) -> State:
        """Give flow and pressure of its own, and the last rise."""
        return {**super().memory(slots, settings), **empty(slots, "flow", "pressure"), **zeros(slots, "rise")}

    def measure(self, settings: Settings, state: State, slots: Slots, at: Times, values: Floats) -> Floats:
        """Give the smaller rise of the last two polls, m³/h; 0 unless pressure fell in both."""
        seconds = elapsed(state, slots, at)
        flow, pressure = values[:, 0], middle(values[:, 1:])
        own, head = state["flow"][slots], state["pressure"][slots]
        rise, fall = flow - own, head - pressure
        both = (fall >= settings["drop"]) & (rise > 0)
        rise = np.where(np.isnan(rise), state["rise"][slots], np.where(both, rise, 0.0))
        measured = np.minimum(rise, state["rise"][slots])
        state["rise"][slots] = rise
        limit = lowest(settings)
        tau = settings["follow"] * np.where(rise >= limit / 2, self._SLOWER, 1.0)
        part = np.asarray(1 - np.exp(-seconds / tau))
        state["flow"][slots] = towards(own, flow, part, limit)
        state["pressure"][slots] = towards(head, pressure, part)
        return measured


class NightFlow(EachReading):
    """Grades how much more a district took last night than in the nights before: a leak 漏损.

    The mean between ``from_hour`` and ``to_hour`` of the city's clock, less the median of up to seven
    nights that were quiet themselves. A meter that did not move all night, or was silent for a good part of
    it, is not believed.
    """

    code = "night_flow"
    zh = "夜间流量"
    en = "night flow"
    reason = Reason.SEASON
    parameters = (
        Parameter("from_hour", "夜间开始", "night begins", "h", 0, 23, 2.0),
        Parameter("to_hour", "夜间结束", "night ends", "h", 1, 24, 5.0),
        Parameter("zone", "时区", "hours ahead of UTC", "h", -12, 14, 8.0),
        Parameter("nights", "至少几夜", "nights needed before", "", 1, 7, 3.0),
        *ladder_parameters("m3/h"),
    )

    def memory(self, slots: int, settings: Settings) -> State:
        """Give the sums of this night and the means of seven quiet nights."""
        del settings
        return {
            **zeros(slots, "sum", "count"),
            **empty(slots, "least", "most", "first", "final"),
            "quiet": np.full((slots, 7), np.nan),
        }

    def measure(self, settings: Settings, state: State, slots: Slots, at: Times, values: Floats) -> Floats:
        """Give the rise at the first reading after the night, m³/h; nothing at other times."""
        elapsed(state, slots, at)
        hour = (at / _HOUR_MS + settings["zone"]) % 24
        night = (hour >= settings["from_hour"]) & (hour < settings["to_hour"])
        inside = slots[night]
        state["sum"][inside] += values[night]
        state["count"][inside] += 1
        state["least"][inside] = np.fmin(state["least"][inside], values[night])
        state["most"][inside] = np.fmax(state["most"][inside], values[night])
        state["first"][inside] = np.fmin(state["first"][inside], hour[night])
        state["final"][inside] = np.fmax(state["final"][inside], hour[night])
        measured = np.full(len(slots), np.nan)
        over = ~night & (state["count"][slots] > 0)
        if over.any():
            measured[over] = self._closed(settings, state, slots[over])
        return measured

    def _closed(self, settings: Settings, state: State, done: Slots) -> Floats:
        mean = state["sum"][done] / state["count"][done]
        length = settings["to_hour"] - settings["from_hour"]
        whole = state["final"][done] - state["first"][done] >= _MOST_OF * length
        moved = whole & (state["most"][done] > state["least"][done])
        known = state["quiet"][done]
        enough = (~np.isnan(known)).sum(axis=1) >= settings["nights"]
        rise = np.where(moved & enough, mean - middle(known), np.nan)
        limit = lowest(settings)
        keep = moved & ~(rise >= limit / 2)
        kept = done[keep]
        state["quiet"][kept] = np.concatenate([state["quiet"][kept][:, 1:], mean[keep][:, None]], axis=1)
        state["sum"][done] = state["count"][done] = 0.0
        for name in ("least", "most", "first", "final"):
            state[name][done] = np.nan
        return rise


#: A night of which less was heard says nothing: flow falls and rises within it.
_MOST_OF: Final = 0.85


class Standing(EachPoll):
    """Grades water that stands in the street 积水: depth over three polls, when it is wet.

    Parts: depth; level of the drain below; rain. The splash of a wheel is gone with the next poll. Depth
    without rain in the last hours and with the drain low is a sensor's matter, not water.
    """

    code = "standing_water"
    zh = "道路积水"
    en = "standing water"
    reason = Reason.HIGH
    parameters = (
        poll_parameter(),
        Parameter("wet", "算作有雨的雨量", "rain that counts as wet", "mm", 0, 100, 0.5),
        Parameter("drain", "算作高位的管内液位", "drain level that counts as high", "m", 0, 100, 1.5),
        *ladder_parameters("cm"),
    )
    _RAIN_S: Final = 7_200.0

    def memory(self, slots: int, settings: Settings) -> State:
        """Give the last two depths and the rain of late."""
        return {**super().memory(slots, settings), **zeros(slots, "one", "two", "fallen")}

    def measure(self, settings: Settings, state: State, slots: Slots, at: Times, values: Floats) -> Floats:
        """Give the least depth of three polls when it is wet, else 0; cm."""
        seconds = elapsed(state, slots, at)
        depth = values[:, 0]
        there = ~np.isnan(depth)
        parts = values.shape[1]
        rain = np.nan_to_num(values[:, 2]) if parts > 2 else np.zeros(len(slots))  # noqa: PLR2004
        level = np.nan_to_num(values[:, 1]) if parts > 1 else np.zeros(len(slots))
        fallen = state["fallen"][slots] * (1 - share(seconds, self._RAIN_S)) + rain
        state["fallen"][slots] = fallen
        least = np.fmin(np.fmin(depth, state["one"][slots]), state["two"][slots])
        state["two"][slots] = np.where(there, state["one"][slots], state["two"][slots])
        state["one"][slots] = np.where(there, depth, state["one"][slots])
        wet = (fallen >= settings["wet"]) | (level >= settings["drain"])
        return np.where(there, np.where(wet, least, 0.0), np.nan)
