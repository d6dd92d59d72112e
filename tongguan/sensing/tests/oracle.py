# SPDX-License-Identifier: Apache-2.0
"""The rules of quality once more, reading by reading in plain Python: what whole columns must equal."""

import math
from dataclasses import dataclass

from tongguan.kernel.frames import Quality
from tongguan.sensing.contracts import Policy


@dataclass
class Heard:
    """What is remembered of one stream."""

    top: int = -1
    value: float = math.nan
    since: int = 0
    told: tuple[int, int] = (-1, 0)
    burst: tuple[int, int] = (-1, 0)


def counted(before, window):
    """Give the window with one reading more in it."""
    return (window, before[1] + 1 if window == before[0] else 1)


class PlainJudge:
    """Judges one reading after the other."""

    def __init__(self, policy: Policy, declared):
        self.policy = policy
        self.declared = {row[0]: row[1:] for row in declared}
        self.heard: dict[int, Heard] = {}

    def judge(self, stream, at, value, bits, heard):
        """Give (bits, whether it stays)."""
        low, high, every, still = self.declared.get(stream, (None, None, 0, 0))
        policy, known = self.policy, self.heard.setdefault(stream, Heard())
        finite, ahead = math.isfinite(value), at > heard + policy.ahead_ms
        if not finite:
            bits |= Quality.NOT_A_NUMBER
        elif (low is not None and value < low) or (high is not None and value > high):
            bits |= Quality.OUT_OF_RANGE
        if ahead:
            bits |= Quality.AHEAD
        if at < heard - max(policy.late_ms, 2 * every):
            bits |= Quality.LATE
        if not ahead and at < known.top:
            bits |= Quality.OUT_OF_ORDER
        if still and finite and not ahead and at > known.top:
            if value != known.value:
                known.value, known.since = value, at
            if at - known.since >= still:
                bits |= Quality.STUCK
        if not ahead:
            known.top = max(known.top, at)
        if bits & Quality.BACKFILLED:
            return int(bits), True
        known.told = counted(known.told, min(at, heard) // policy.flood_window_ms)
        known.burst = counted(known.burst, heard // policy.flood_window_ms)
        allowed = policy.flood_undeclared
        if every:
            allowed = max(policy.flood_floor, policy.flood_factor * policy.flood_window_ms // every)
        excess = max(known.told[1] - allowed, known.burst[1] - max(allowed, policy.flood_burst))
        if excess > 0:
            bits |= Quality.FLOOD
        return int(bits), excess <= 0 or (excess - 1) % policy.flood_sample == 0
