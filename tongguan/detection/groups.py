# SPDX-License-Identifier: Apache-2.0
"""Subjects of several streams: the latest value of each, looked at together after every step. Pure."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

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
)
from tongguan.detection.segments import order, risen, rounds, run_of

#: What the layout adds to the settings of a grouped rule: the streams of the largest subject.
PARTS: Final = "parts"
PARAMETERS: Final = (
    Parameter("every", "研判步长", "step", "s", 1, 86_400, 60.0),
    Parameter("stale", "数据有效时间", "how long a value holds", "s", 1, 7 * 86_400, 600.0),
)


class Looked(NamedTuple):
    """Subjects whose step is over, at most once each: when it ended (ms UTC), the parts' values then.

    ``values``: one row per slot, one column per part; NaN: never heard, or too old.
    """

    slot: Slots
    at: Times
    values: Floats


def fresh(slots: int, settings: Settings) -> State:
    """Give the state of groups not yet heard."""
    parts = int(settings[PARTS])
    return {
        "step": np.full(slots, NEVER),
        "heard": np.full((slots, parts), NEVER),
        "value": np.full((slots, parts), np.nan),
    }


def judged(
    settings: Settings,
    state: State,
    batch: Batch,
    measure: Callable[[Looked], Floats],
    reason: Reason,
    ladder: grading.Ladder | None = None,
) -> tuple[State, Verdicts]:
    """Look at every subject whose step is over, measure, and climb the ladder with what came out.

    A step is over when a reading of the subject belongs to a later one. A reading that comes after its step
    was over counts in the step that is open: nothing is looked at twice, nothing is foreseen.
    """
    every, stale = int(settings["every"] * SECOND), int(settings["stale"] * SECOND)
    late = batch.at <= state["heard"][batch.slot, batch.part]
    if late.any():
        batch = batch.taken(~late)
    if not len(batch):
        return state, Verdicts.none()
    run = run_of(batch.starts, len(batch))
    step = risen(np.maximum(batch.at // every, state["step"][batch.slots][run]), batch.starts)
    told: list[tuple[Looked, Floats]] = []
    for piece, now in rounds(batch, step):
        mine = piece.slots
        over = state["step"][mine]
        done = (over >= 0) & (over < now)
        if done.any():
            looked = _look(state, mine[done], (over[done] + 1) * every, stale)
            told.append((looked, measure(looked)))
        state["step"][mine] = now
        state["heard"][piece.slot, piece.part] = piece.at
        state["value"][piece.slot, piece.part] = piece.value
    if not told:
        return state, Verdicts.none()
    slot, at = (np.concatenate([getattr(one, name) for one, _ in told]) for name in ("slot", "at"))
    sorting = order(slot.astype(np.int64))
    measured = np.concatenate([found for _, found in told])[sorting]
    ladder = ladder or grading.Ladder.of(settings)
    return state, grading.climb(ladder, state, slot[sorting], at[sorting], measured, reason)


def _look(state: State, slot: Slots, at: Times, stale: int) -> Looked:
    heard = state["heard"][slot]
    values = np.where(heard >= (at - stale)[:, None], state["value"][slot], np.nan)
    return Looked(slot, at, values)


def laid_out(settings: Settings, parts: int, **layout: Any) -> dict[str, Any]:
    """Give settings with the layout of the rule's groups: the most parts, and arrays of (slots, parts)."""
    return {**settings, PARTS: parts, **layout}
