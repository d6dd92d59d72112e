# SPDX-License-Identifier: Apache-2.0
"""Pure: heavy vehicles by scale and strain together; steps and drifts of hourly means."""

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
from tongguan.industry.lifeline.detectors.water import middle

_HOUR_MS: Final = 3_600_000


class Overload(EachPoll):
    """Grades the vehicle on a lane 桥梁超载, tonnes, when the lane's strain gauges feel it too.

    Parts: the weigh-in-motion scale, then strain gauges. How much strain a tonne makes is learned from
    lorries. A weight the structure does not feel is the scale's fault; without a scale strain speaks alone.
    """

    code = "overload"
    zh = "桥梁超载"
    en = "bridge overload"
    reason = Reason.HIGH
    parameters = (
        poll_parameter(),
        Parameter("felt", "应变佐证比例", "share of strain that must be felt", "1", 0, 1, 0.5),
        *ladder_parameters("t"),
    )
    _FOLLOW_S: Final = 900.0
    #: Lighter vehicles teach nothing; so much of what is learned is kept at each lorry.
    _LORRY_T, _KEEP = 10.0, 0.999
    #: Squares of tonnes seen before strain is believed.
    _TAUGHT: Final = 20_000.0

    def memory(self, slots: int, settings: Settings) -> State:
        """Give unloaded strain, and the sums of weight × strain and weight²."""
        return {**super().memory(slots, settings), **empty(slots, "rest"), **zeros(slots, "ws", "ww")}

    def measure(self, settings: Settings, state: State, slots: Slots, at: Times, values: Floats) -> Floats:
        """Give the weight that scale and structure agree on."""
        seconds = elapsed(state, slots, at)
        weight, strain = values[:, 0], middle(values[:, 1:])
        rest = state["rest"][slots]
        rest = np.where(np.isnan(rest), strain, rest)
        felt = strain - rest
        ws, ww = state["ws"][slots], state["ww"][slots]
        per_t = np.where(ww > self._TAUGHT, ws / np.maximum(ww, 1.0), np.nan)
        by_strain = felt / per_t
        lorry = (weight > self._LORRY_T) & ~(felt < settings["felt"] * per_t * weight)
        state["ws"][slots] = np.where(lorry, ws * self._KEEP + weight * felt, ws)
        state["ww"][slots] = np.where(lorry, ww * self._KEEP + weight**2, ww)
        # The structure is at rest when strain is low: it sinks to rest quickly and rises from it slowly.
        part = share(seconds, self._FOLLOW_S) * np.where(felt < 0, 1.0, 0.1)
        state["rest"][slots] = towards(rest, strain, part)
        agreed = np.where(by_strain < settings["felt"] * weight, 0.0, weight)
        return np.where(np.isnan(weight), by_strain, agreed)


class HourlyStep(EachReading):
    """Grades how far the mean of an hour stands from its own of the days before 沉降突变, either way."""

    code = "hourly_step"
    zh = "小时均值突变"
    en = "step of hourly means"
    reason = Reason.CUSUM
    parameters = (
        Parameter("days", "本底天数", "days of its own", "d", 0.5, 60, 3.0),
        Parameter("hours", "至少小时数", "hours needed before", "h", 1, 1_000, 24.0),
        *ladder_parameters("value"),
    )

    def memory(self, slots: int, settings: Settings) -> State:
        """Give the running hour and the level of its own."""
        del settings
        hour = np.full(slots, -1, np.int64)
        return zeros(slots, "sum", "count", "hours_seen") | empty(slots, "level") | {"hour": hour}

    def measure(self, settings: Settings, state: State, slots: Slots, at: Times, values: Floats) -> Floats:
        """Give the distance at the first reading after an hour; nothing within it."""
        elapsed(state, slots, at)
        over, mean = closed_hour(state, slots, at, values)
        done = slots[over]
        level = state["level"][done]
        away = mean - level
        seen = state["hours_seen"][done]
        state["hours_seen"][done] = seen + 1
        part = np.maximum(1.0 / (settings["days"] * 24), 1.0 / (seen + 1))
        part *= np.where(np.abs(away) >= lowest(settings) / 2, 0.1, 1.0) ** (seen >= settings["hours"])
        state["level"][done] = towards(level, mean, part)
        measured = np.full(len(slots), np.nan)
        measured[over] = np.where(seen >= settings["hours"], np.abs(away), np.nan)
        return measured


class Drift(EachPoll):
    """Grades a slow walk of a sensor 传感器漂移 over a day, away from its neighbours or from itself.

    Parts: the sensor; then neighbours of the same quantity, whose median is taken off (none: itself alone).
    Hourly means are compared with those 24 hours ago; where they moved by ``jump`` or more within two hours
    something happened in the world, and nothing is said for a day and six hours.
    """

    code = "sensor_drift"
    zh = "传感器漂移"
    en = "sensor drift"
    reason = Reason.NEIGHBOURS
    parameters = (
        poll_parameter(),
        Parameter("jump", "突变幅度", "change that is an occurrence", "value", 0, 1e9, needed=True),
        *ladder_parameters("value"),
    )
    _QUIET_H: Final = 30

    def memory(self, slots: int, settings: Settings) -> State:
        """Give the running hour and the last 25 hourly means."""
        return {
            **super().memory(slots, settings),
            "hour": np.full(slots, -1, np.int64),
            **zeros(slots, "sum", "count"),
            "means": np.full((slots, 25), np.nan),
            "disturbed": np.zeros(slots, np.int64),
        }

    def measure(self, settings: Settings, state: State, slots: Slots, at: Times, values: Floats) -> Floats:
        """Give the walk over a day at the first poll after an hour; nothing within it."""
        elapsed(state, slots, at)
        value = values[:, 0]
        if values.shape[1] > 1:
            value = value - middle(values[:, 1:])
        there = ~np.isnan(value)
        over, mean = closed_hour(state, slots[there], at[there], value[there])
        done = slots[there][over]
        means = np.concatenate([state["means"][done][:, 1:], mean[:, None]], axis=1)
        state["means"][done] = means
        # An occurrence within an hour shows in two steps: both are looked at together.
        newest = means[:, -1, None]
        jumped = (np.abs(newest - means[:, -3:-1]) >= settings["jump"]).any(axis=1)
        calm = np.where(jumped, self._QUIET_H, np.maximum(state["disturbed"][done] - 1, 0))
        state["disturbed"][done] = calm
        measured = np.full(len(slots), np.nan)
        walk = np.where(calm > 0, 0.0, np.abs(means[:, -1] - means[:, 0]))
        measured[np.flatnonzero(there)[over]] = walk
        return measured


class RestDrift(EachPoll):
    """Grades a walk away from where a sensor rests while its witness is quiet 静置漂移, as in dry weather.

    Parts: the sensor; its witness (the rain gauge of a level, the level of a rain gauge). Hours count that
    begin ``calm`` hours after the witness was last above ``wet`` or silent. What stands still or comes back
    is no drift: a stuck sensor, water that is left.
    """

    code = "rest_drift"
    zh = "静置漂移"
    en = "drift at rest"
    reason = Reason.CUSUM
    parameters = (
        poll_parameter(),
        Parameter("wet", "佐证量静置上限", "highest of a quiet witness", "value", -1e9, 1e9, needed=True),
        Parameter("calm", "静置时间", "hours of quiet before", "h", 0, 240, 5.0),
        Parameter("hours", "至少小时数", "hours needed before", "h", 1, 1_000, 12.0),
        Parameter("walks", "连续远离小时数", "hours it walks on", "h", 1, 48, 4.0),
        *ladder_parameters("value"),
    )
    _FOLLOW_H: Final = 120.0

    def memory(self, slots: int, settings: Settings) -> State:
        """Give the running hour, where it rests, how far and for how many hours it has walked."""
        names = ("sum", "count", "hours_seen", "away", "walked", "wet_at")
        hour = np.full(slots, -1, np.int64)
        return super().memory(slots, settings) | empty(slots, "level") | zeros(slots, *names) | {"hour": hour}

    def measure(self, settings: Settings, state: State, slots: Slots, at: Times, values: Floats) -> Floats:
        """Give the distance from rest at the first poll after an hour; nothing within it."""
        elapsed(state, slots, at)
        state["wet_at"][slots] = np.where(values[:, 1] <= settings["wet"], state["wet_at"][slots], at)
        calm = at - state["wet_at"][slots] >= settings["calm"] * _HOUR_MS
        over, mean = closed_hour(state, slots, at, np.where(calm, values[:, 0], np.nan))
        done = slots[over]
        level, seen, before = state["level"][done], state["hours_seen"][done], state["away"][done]
        away = np.nan_to_num(mean - level)
        limit = lowest(settings)
        outward = (away * before >= 0) & (np.abs(away) - np.abs(before) > limit / 20)
        walked = np.where(outward, state["walked"][done] + 1, 0)
        state["away"][done], state["walked"][done], state["hours_seen"][done] = away, walked, seen + 1
        part = np.maximum(1.0 / self._FOLLOW_H, 1.0 / (seen + 1))
        part *= np.where(np.abs(away) >= limit / 2, 0.1, 1.0) ** (seen >= settings["hours"])
        state["level"][done] = towards(level, mean, part)
        tells = (seen >= settings["hours"]) & ((walked >= settings["walks"]) | (np.abs(away) < limit / 2))
        measured = np.full(len(slots), np.nan)
        measured[over] = np.where(tells, np.abs(away), np.nan)
        return measured


def closed_hour(state: State, slots: Slots, at: Times, values: Floats) -> tuple[np.ndarray, Floats]:
    """Add values (NaN: none) to their hour; give which subjects have just ended an hour, and its mean."""
    hour = at // _HOUR_MS
    over = (hour > state["hour"][slots]) & (state["count"][slots] > 0)
    done = slots[over]
    mean = state["sum"][done] / state["count"][done]
    fresh = hour > state["hour"][slots]
    begun = slots[fresh]
    state["sum"][begun] = state["count"][begun] = 0.0
    state["hour"][begun] = hour[fresh]
    state["sum"][slots] += np.nan_to_num(values)
    state["count"][slots] += ~np.isnan(values)
    return over, mean
