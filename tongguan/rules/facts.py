# SPDX-License-Identifier: Apache-2.0
"""What happens to rules."""

from uuid import UUID

from tongguan.kernel.facts import Fact


class RulesPublished(Fact, frozen=True, kw_only=True):
    """A version of the rules of a kind came into force for a division prefix."""

    ruleset_id: UUID
    kind: str
    version: int
