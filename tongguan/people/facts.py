# SPDX-License-Identifier: Apache-2.0
"""What happened to units and posts."""

from tongguan.kernel.facts import Fact


class UnitMoved(Fact, frozen=True, kw_only=True):
    """A unit got another superior: every path that began with ``old_path`` now begins with ``new_path``."""

    unit_id: int
    old_path: str
    new_path: str


class PostGranted(Fact, frozen=True, kw_only=True):
    """A person was appointed; ``division`` is the division of the post."""

    appointment_id: int
    user_id: int
    unit_id: int
    post: str


class PostEnded(Fact, frozen=True, kw_only=True):
    """An appointment got its last day or was revoked at once."""

    appointment_id: int
    user_id: int
    unit_id: int
    post: str
