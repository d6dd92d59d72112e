# SPDX-License-Identifier: Apache-2.0
"""What alarms tell the house; grades are 1 蓝 to 4 红."""

from uuid import UUID

from tongguan.kernel.facts import Fact


class AlarmRaised(Fact, frozen=True, kw_only=True):
    """An alarm came up; ``quiet``: it is held back. ``head_id``: what stands for its storm."""

    alarm_id: UUID
    rule: str
    grade: int
    head_id: UUID
    quiet: bool = False


class AlarmAnnounced(Fact, frozen=True, kw_only=True):
    """An alarm that was kept quiet is so no longer and still active."""

    alarm_id: UUID
    grade: int


class AlarmGraded(Fact, frozen=True, kw_only=True):
    """An alarm's grade went up or down."""

    alarm_id: UUID
    frm: int
    to: int


class AlarmGrouped(Fact, frozen=True, kw_only=True):
    """An alarm belongs to a storm for which another one stands."""

    alarm_id: UUID
    head_id: UUID
    grade: int


class AlarmCleared(Fact, frozen=True, kw_only=True):
    """An alarm's readings are good again."""

    alarm_id: UUID


class AlarmConfirmed(Fact, frozen=True, kw_only=True):
    """Somebody found an alarm right."""

    alarm_id: UUID
    grade: int


class AlarmRejected(Fact, frozen=True, kw_only=True):
    """Somebody found an alarm false; ``cause`` is a word of the list."""

    alarm_id: UUID
    cause: str


class AlarmNotified(Fact, frozen=True, kw_only=True):
    """Units were told of an alarm."""

    alarm_id: UUID
    unit_ids: tuple[int, ...]


class AlarmHandled(Fact, frozen=True, kw_only=True):
    """What an alarm warned of was dealt with."""

    alarm_id: UUID


class AlarmEvaluated(Fact, frozen=True, kw_only=True):
    """Somebody judged an alarm afterwards: ``true`` or ``false``."""

    alarm_id: UUID
    outcome: str


class AlarmSnoozed(Fact, frozen=True, kw_only=True):
    """An alarm does not remind for a while, or (``awake``) reminds again."""

    alarm_id: UUID
    awake: bool = False


class AlarmEscalated(Fact, frozen=True, kw_only=True):
    """Nobody confirmed an alarm in time; the next level was told."""

    alarm_id: UUID
    level: int


class AlarmLinked(Fact, frozen=True, kw_only=True):
    """An alarm knows the case that it became."""

    alarm_id: UUID
    case_id: UUID


class AlarmMissed(Fact, frozen=True, kw_only=True):
    """A case stands in the book of missed alarms: there should have been a warning."""

    miss_id: UUID
    case_id: UUID
