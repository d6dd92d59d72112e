# SPDX-License-Identifier: Apache-2.0
"""What walls tell the house; ``division`` is the centre's."""

from uuid import UUID

from tongguan.kernel.facts import Fact


class WallModeSet(Fact, frozen=True, kw_only=True):
    """A centre's walls were put into a mode: daily, warning or emergency."""

    mode: str


class WallLed(Fact, frozen=True, kw_only=True):
    """A desk led the centre's walls to a case."""

    case_id: UUID
    push_id: UUID


class WallReleased(Fact, frozen=True, kw_only=True):
    """The centre's walls go their own way again."""

    push_id: UUID
