# SPDX-License-Identifier: Apache-2.0
"""Reads of evaluation, scoped: who is scored sees the own line and of others what the set allows."""

from tongguan.evaluation.contracts import Compared, Correction, Explained, ScoreTable, SetVersionInfo
from tongguan.people.contracts import Actor


def table(actor: Actor, code: str, period: str, *, version: int | None = None) -> ScoreTable:
    """Give the scores of a set for a period (``2026-05``, ``2026-Q2``, ``2026``, ``…..…``).

    A closed period as it was closed. Raises NotFound for an unknown set or version, Invalid for a period,
    Forbidden for who has no part in evaluation.
    """
    raise NotImplementedError
