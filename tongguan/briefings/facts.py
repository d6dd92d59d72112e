# SPDX-License-Identifier: Apache-2.0
"""What briefings tell the house."""

from uuid import UUID

from tongguan.kernel.facts import Fact


class BriefingWritten(Fact, frozen=True, kw_only=True):
    """A briefing's document is there."""

    briefing_id: UUID


class BriefingSigned(Fact, frozen=True, kw_only=True):
    """A briefing was signed."""

    briefing_id: UUID
