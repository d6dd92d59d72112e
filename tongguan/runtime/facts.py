# SPDX-License-Identifier: Apache-2.0
"""Facts of the cellar."""

from uuid import UUID

from tongguan.kernel.facts import Fact


class JobEnded(Fact, frozen=True, kw_only=True):
    """A job came to its end: done, failed or cancelled."""

    job_id: UUID
    kind: str
    actor_key: str
    state: str
    done: int
    failed: int
