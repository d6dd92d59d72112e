# SPDX-License-Identifier: Apache-2.0
"""What intake does by time: triage what waits."""

from tongguan.intake import api
from tongguan.runtime import spi

BATCH = 500
#: At most so many batches in one round, so that other duties get their turn.
_ROUNDS = 20


@spi.every(1.0, "intake.triage")
def triage_waiting() -> int:
    """Triage what waits, in batches; give how many."""
    done = 0
    for _ in range(_ROUNDS):
        count = api.triage_batch(BATCH)
        done += count
        if count < BATCH:
            break
    return done
