# SPDX-License-Identifier: Apache-2.0
"""What evaluation announces."""

from tongguan.kernel.facts import Fact


class EvaluationSetApproved(Fact, frozen=True, kw_only=True):
    """A version of an indicator set came into force."""

    code: str
    version: int


class EvaluationClosed(Fact, frozen=True, kw_only=True):
    """A period was closed: its scores no longer move."""

    code: str
    period: str
    result: str
