# SPDX-License-Identifier: Apache-2.0
"""Pure: what goes out and does not come back (heat), and readings that were read before (an attack)."""

from typing import Final

import numpy as np

from tongguan.detection.contracts import Floats, Parameter, Reason, Settings, Slots, State, Times
from tongguan.industry.lifeline.detectors.polls import (
    EachPoll,
    elapsed,
    empty,
    ladder_parameters,
    poll_parameter,
    share,
    towards,
)
from tongguan.industry.lifeline.detectors.water import middle


class Loss(EachPoll):
    """Grades what a heat station sends out and does not get back 热网失水, beyond what its meters differ by.

    Parts: supply flow, return flow, pressure. The median of five polls counts, and only when pressure fell
    with it: a meter that sticks or drifts makes a difference without a fall.
    """

    code = "heat_loss"
    zh = "热网失水"
    en = "heat network loss"
    reason = Reason.BALANCE
    parameters = (
        poll_parameter(),
        Parameter("drop", "压力下降", "fall of pressure", "MPa", 0, 10, needed=True),
        *ladder_parameters("t/h"),
    )
    _FOLLOW_S: Final = 86_400.0
    _RING: Final = 5

    def memory(self, slots: int, settings: Settings) -> State:
        """Give the usual difference and pressure, and the last five of both."""
        rings = {name: np.full((slots, self._RING), np.nan) for name in ("losses", "presses")}
        return super().memory(slots, settings) | empty(slots, "usual", "press") | rings

    def measure(self, settings: Settings, state: State, slots: Slots, at: Times, values: Floats) -> Floats:
        """Give the loss, t/h; 0 unless pressure fell."""
        seconds = elapsed(state, slots, at)
        lost, press = values[:, 0] - values[:, 1], values[:, 2]
        for name, value in (("losses", lost), ("presses", press)):
            state[name][slots] = np.concatenate([state[name][slots][:, 1:], value[:, None]], axis=1)
        now, head = middle(state["losses"][slots]), middle(state["presses"][slots])
        usual, own = state["usual"][slots], state["press"][slots]
        fell = own - head >= settings["drop"]
        part = share(seconds, self._FOLLOW_S)
        # In the first hour of a station its usual difference is still being found.
        part = np.where(np.isnan(usual), 1.0, part) * np.where(fell, 0.02, 1.0)
        state["usual"][slots] = towards(usual, now, part)
        state["press"][slots] = towards(own, head, part)
        return np.where(fell, np.maximum(now - usual, 0.0), 0.0)


class Replay(EachPoll):
    """Finds polls that were read before, all parts to the last digit: SCADA readings played again 重放攻击.

    Each poll leaves a print of all its parts; the prints of ``remember`` polls are kept. Grades how many
    polls in a row have the print of one the same number of polls back. Noise never repeats twelve sensors at
    once; an attacker who adds noise of his own is not found this way.
    """

    code = "scada_replay"
    zh = "SCADA 数据重放"
    en = "SCADA replay"
    reason = Reason.ANOMALY
    parameters = (
        poll_parameter(),
        Parameter("remember", "记住的轮询次数", "polls remembered", "", 10, 20_000, 2_900.0),
        *ladder_parameters("1"),
    )

    def memory(self, slots: int, settings: Settings) -> State:
        """Give the prints, where the next goes, and the run of repeats at one distance."""
        kept = int(settings["remember"])
        return {
            **super().memory(slots, settings),
            "prints": np.zeros((slots, kept), np.uint32),
            "next": np.zeros(slots, np.int64),
            "back": np.zeros(slots, np.int64),
            "repeats": np.zeros(slots),
        }

    def measure(self, settings: Settings, state: State, slots: Slots, at: Times, values: Floats) -> Floats:
        """Give how many polls in a row repeat earlier ones at one distance."""
        elapsed(state, slots, at)
        del settings
        whole = ~np.isnan(values).any(axis=1)
        seen = _print(values)
        kept = state["prints"].shape[1]
        place = state["next"][slots]
        same = state["prints"][slots] == seen[:, None]
        same[~whole] = False
        found = same.any(axis=1)
        back = (place - same.argmax(axis=1)) % kept
        # The run goes on when the print at the same distance matches, whatever else does.
        expected = (place - state["back"][slots]) % kept
        goes_on = found & (state["repeats"][slots] > 0) & same[np.arange(len(slots)), expected]
        repeats = np.where(goes_on, state["repeats"][slots] + 1, found.astype(np.float64))
        state["back"][slots] = np.where(goes_on, state["back"][slots], back)
        state["repeats"][slots] = repeats
        state["prints"][slots, place % kept] = np.where(whole, seen, 0)
        state["next"][slots] = (place + 1) % kept
        return repeats


def _print(values: Floats) -> np.ndarray:
    """Give a print of 32 bits, never 0, of each row of numbers: order and every digit matter."""
    bits = np.ascontiguousarray(values).view(np.uint64)
    mixed = np.full(len(values), 0x9E3779B97F4A7C15, np.uint64)
    for column in bits.T:
        mixed = (mixed ^ column) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(29)
    return np.asarray(mixed >> np.uint64(32), np.uint32) | np.uint32(1)
