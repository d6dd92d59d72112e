# SPDX-License-Identifier: Apache-2.0
"""What the staff will do for one record and when: a list of moves from telling to ending. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from tongguan.replay.mapping import WAITS, Twists
from tongguan.replay.records import Record

_FILED: Final = ("register", "dispatch")
_HANDLED: Final = ("assign", "submit", "dept_confirm", "send_check")


@dataclass(frozen=True, slots=True)
class Step:
    """One move at a moment."""

    at: datetime
    move: str


def moves_of(record: Record, twists: Twists, rng: np.random.Generator) -> list[str]:
    """Give the moves of a record's life in their order."""
    verified, returned, reworked = (float(x) for x in rng.random(3))
    if record.ending == "reported":
        return []
    if record.ending == "refused":
        return ["accept", "refuse"]
    moves = ["accept"]
    if verified < twists.verified:
        moves += ["send_verify", "verify_reply"]
    moves += _FILED
    if returned < twists.returned:
        moves += ["return_dispatcher", "dispatch"]
    if record.ending == "dispatched":
        return moves
    moves += ["sign", "assign"]
    if record.ending == "handling":
        return moves
    moves += ["submit", "dept_confirm", "send_check"]
    if reworked < twists.reworked:
        moves += ["check_fail", *_HANDLED]
    return [*moves, "check_pass", "close"]


def plan(
    record: Record, twists: Twists, waits: Mapping[str, float], rng: np.random.Generator
) -> tuple[Step, ...]:
    """Spread the moves over the record's life; the last move of an ended one is at its closing moment."""
    moves = moves_of(record, twists, rng)
    if not moves:
        return ()
    shares = np.array([waits.get(move, WAITS[move]) for move in moves]) * rng.uniform(0.5, 1.5, len(moves))
    ended = record.ending in {"closed", "refused"}
    whole = float(shares.sum()) if ended else 1.0
    span = record.closed_at - record.told_at
    parts = np.cumsum(shares) / (whole or 1.0)
    times = [record.told_at + timedelta(seconds=round(span.total_seconds() * float(p))) for p in parts]
    times = [min(at, record.closed_at) for at in times]
    if ended:
        times[-1] = record.closed_at
    return tuple(Step(at, move) for at, move in zip(times, moves, strict=True))
