# SPDX-License-Identifier: Apache-2.0
"""A job that counts rows, who may listen to the stream, and a companion that does not end when asked."""

import os
import threading
import time
from collections.abc import Mapping
from typing import Any

import duckdb

from tongguan.runtime import sequences, spi
from tongguan.runtime.contracts import JobInfo


def count_rows(job: JobInfo, progress: spi.Progress) -> dict[str, Any]:
    """Count the rows 0, 1, 2 … one step each."""
    for row in range(progress.position or 0, job.total):
        with progress.step(rows=1, position=row + 1):
            sequences.take(f"row:{row}")
            time.sleep(0.002)
    return {"counted": job.total}


spi.job_kinds.register("ledger.count", count_rows)


def view_of(who: str) -> spi.StreamView | None:
    """Let user 1 and 2 listen: to district 990101, and to what is theirs alone."""
    if who not in {"user:1", "user:2"}:
        return None
    user_id = int(who[-1])

    def may_see(_name: str, division: str, payload: Mapping[str, Any]) -> bool:
        return payload.get("to_user") in {None, user_id} and division.startswith("990101")

    return may_see


spi.stream_scope.register("ledger", view_of)


def stay(_stop: threading.Event) -> None:
    """Where ``LEDGER_STAYS`` is set: ask the column store, without end."""
    while os.environ.get("LEDGER_STAYS"):
        duckdb.execute("SELECT sum(i) FROM range(1000) AS numbers(i)").fetchall()


spi.companions.register("ledger.stays", stay)
