# SPDX-License-Identifier: Apache-2.0
"""Pure: gas that seeps into a chamber 燃气渗入: a rise that stands, told apart from a sensor that spikes."""

from typing import Final

import numpy as np

from tongguan.detection.contracts import Floats, Parameter, Reason, Settings, Slots, State, Times
from tongguan.industry.lifeline.detectors.polls import (
    EachReading,
    elapsed,
    empty,
    ladder_parameters,
    share,
    towards,
    zeros,
)

#: The chamber's own level is followed within half an hour, and hardly while it is risen.
_FOLLOW_S, _RISEN_S, _FORGET_S = 1_800.0, 43_200.0, 7_200.0
#: A sensor that has lately jumped up and back must stand longer before it is believed.
_SPIKY: Final = 0.5
_PATIENT: Final = 3


class Seepage(EachReading):
    """Grades a chamber's gas once it has stood ``rise`` above its own level for ``stands`` readings.

    Gas that seeps in rises and stays (mass balance); a spike comes back at once. A sensor that has spiked
    within two hours needs three readings more. Sewer gas moves slowly and is followed.
    """

    code = "gas_seepage"
    zh = "燃气渗入井室"
    en = "gas seepage"
    reason = Reason.HIGH
    parameters = (
        Parameter("rise", "高出本底", "rise above its own level", "%LEL", 0, 100, needed=True),
        Parameter("quiet", "初始上限", "highest at first", "%LEL", 0, 100, 10.0),
        Parameter("stands", "连续读数", "readings in a row", "", 1, 20, 2.0),
        *ladder_parameters("%LEL"),
    )

    def memory(self, slots: int, settings: Settings) -> State:
        """Give level, run of risen readings, how spiky the sensor is of late."""
        del settings
        return {**empty(slots, "level"), **zeros(slots, "run", "spiky")}

    def measure(self, settings: Settings, state: State, slots: Slots, at: Times, values: Floats) -> Floats:
        """Give the concentration while it stands above the level, else 0."""
        seconds = elapsed(state, slots, at)
        level, run, spiky = state["level"][slots], state["run"][slots], state["spiky"][slots]
        level = np.where(np.isnan(level), np.minimum(values, settings["quiet"]), level)
        risen = values - level >= settings["rise"]
        needed = settings["stands"] + np.where(spiky > _SPIKY, _PATIENT, 0)
        back = ~risen & (run > 0) & (run < settings["stands"] + _PATIENT)
        spiky = spiky * np.exp(-seconds / _FORGET_S) + back
        run = np.where(risen, run + 1, 0)
        tau = np.where(risen, _RISEN_S, _FOLLOW_S)
        state["level"][slots] = towards(level, values, 1 - np.exp(-seconds / tau), settings["rise"])
        state["run"][slots], state["spiky"][slots] = run, spiky
        return np.where(run >= needed, values, 0.0)


class Spikes(EachReading):
    """Counts readings that jump by ``height`` and are back with the next one: a sensor fault 传感器毛刺.

    A count fades with ``fading``: seldom polled sensors need a longer memory for as many spikes.
    """

    code = "sensor_spikes"
    zh = "传感器毛刺"
    en = "sensor spikes"
    reason = Reason.ANOMALY
    parameters = (
        Parameter("height", "跳变幅度", "height of a jump", "value", 0, 1e9, needed=True),
        Parameter("fading", "计数衰减时间", "how long a spike counts", "h", 0.1, 48, 1.0),
        *ladder_parameters("1"),
    )

    def memory(self, slots: int, settings: Settings) -> State:
        """Give the last two values and the count that fades."""
        del settings
        return {**empty(slots, "newest", "before"), **zeros(slots, "count")}

    def measure(self, settings: Settings, state: State, slots: Slots, at: Times, values: Floats) -> Floats:
        """Give how many spikes there were of late."""
        seconds = elapsed(state, slots, at)
        last, before = state["newest"][slots], state["before"][slots]
        height = settings["height"]
        up, down = last - before, last - values
        hit = (np.minimum(np.abs(up), np.abs(down)) >= height) & (up * down > 0)
        hit &= np.abs(values - before) < height / 3
        count = state["count"][slots] * (1 - share(seconds, settings["fading"] * 3_600.0)) + hit
        state["count"][slots] = count
        state["before"][slots], state["newest"][slots] = last, values
        return count
