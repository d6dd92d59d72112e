# SPDX-License-Identifier: Apache-2.0
"""What briefings do when they hear of something."""

from tongguan.briefings import writing
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.facts import JobEnded
from tongguan.runtime.subscribers import subscribe


@subscribe(JobEnded, name="briefings.ended")
def ended(batch: list[Delivered]) -> None:
    """Let a briefing know that its writing was cancelled or failed."""
    for one in batch:
        if isinstance(one.fact, JobEnded) and one.fact.kind == writing.KIND and one.fact.state != "done":
            writing.ended(one.fact.job_id, one.fact.state)
