# SPDX-License-Identifier: Apache-2.0
"""Time in equal steps: the mean of each step of each subject, given when the step is over. Pure."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from tongguan.detection import grading
from tongguan.detection.contracts import (
    NEVER,
    SECOND,
    Batch,
    Floats,
    Parameter,
    Reason,
    Settings,
    Slots,
    State,
    Times,
    Verdicts,
    newer,
)
from tongguan.detection.segments import order, rounds

EVERY = Parameter("every", "统计步长", "step", "s", 1, 86_400, 60.0)


class Closed(NamedTuple):
    """Steps that are over, at most one per slot: when they ended (ms UTC) and the mean of their readings."""

    slot: Slots
    at: Times
    mean: Floats


def fresh(slots: int) -> State:
    """Give the state of sums not yet begun."""
    return {
        "seen": np.full(slots, NEVER),
        "step": np.full(slots, NEVER),
        "count": np.zeros(slots, np.int64),
        "total": np.zeros(slots),
    }


def closed(state: State, batch: Batch, every: int) -> Iterator[Closed]:
    """Add the readings to their steps (of ``every`` ms); gives each round of steps that a later one closes.

    A step without readings is no step: nothing is said of it.
    """
    batch = newer(batch, state["seen"])
    for piece, step in rounds(batch, batch.at // every):
        mine = piece.slots
        over = state["step"][mine] != step
        done = over & (state["step"][mine] >= 0)
        if done.any():
            slot = mine[done]
            yield Closed(slot, (state["step"][slot] + 1) * every, state["total"][slot] / state["count"][slot])
        anew = mine[over]
        state["step"][anew], state["count"][anew], state["total"][anew] = step[over], 0, 0.0
        state["count"][mine] += np.diff(np.append(piece.starts, len(piece)))
        state["total"][mine] += np.add.reduceat(piece.value, piece.starts)
        state["seen"][mine] = piece.at[piece.ends]


def judged(
    settings: Settings, state: State, batch: Batch, measure: Callable[[Closed], Floats], reason: Reason
) -> tuple[State, Verdicts]:
    """Measure each step that is over, one round after the other, and climb the ladder with what came out."""
    told = [(one, measure(one)) for one in closed(state, batch, int(settings["every"] * SECOND))]
    if not told:
        return state, Verdicts.none()
    slot = np.concatenate([one.slot for one, _ in told])
    at = np.concatenate([one.at for one, _ in told])
    measured = np.concatenate([found for _, found in told])
    if len(told) > 1:
        sorting = order(slot.astype(np.int64))
        slot, at, measured = slot[sorting], at[sorting], measured[sorting]
    return state, grading.climb(grading.Ladder.of(settings), state, slot, at, measured, reason)
