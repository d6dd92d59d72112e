# SPDX-License-Identifier: Apache-2.0
"""What people do to alarms: the one verb for every move, for the alarm and for those it stands for."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from tongguan.alarms import history, lifecycle, queries, telling
from tongguan.alarms.contracts import AlarmInfo
from tongguan.alarms.facts import (
    AlarmConfirmed,
    AlarmEvaluated,
    AlarmHandled,
    AlarmNotified,
    AlarmRejected,
    AlarmSnoozed,
)
from tongguan.alarms.hearing import millis, moment, set_due
from tongguan.alarms.lifecycle import State
from tongguan.alarms.models import Alarm, Line, Matter, Notified, Told
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid
from tongguan.kernel.facts import Fact
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic
from tongguan.tables import api as tables

#: Moves that those make too for which the alarm stands: one cause, one decision.
_TOGETHER: Final = frozenset(
    {"confirm", "reject", "notify", "handle", "settle", "disown", "evaluate", "lapse"}
)
_PEOPLES: Final = tables.names(Alarm)
_FOLLOWS: Final = "随首条预警办理"


@dataclass(frozen=True, slots=True)
class _Act:
    """One move as it is made."""

    actor: Actor
    move: str
    post: Post
    inputs: Mapping[str, Any]
    now: datetime


def perform(actor: Actor, alarm_id: UUID, move: str, inputs: Mapping[str, Any]) -> AlarmInfo:
    """Make a move of the table: post, scope, state and inputs are checked, history and audit written.

    Those for which the alarm stands make it too, if their state allows it. Raises NotFound, Forbidden,
    Invalid naming the input, Conflict (the state does not allow it: somebody was faster).
    """
    queries.row_of(actor, alarm_id)
    with atomic():
        rows = _locked([alarm_id])
        row = rows[alarm_id]
        return queries.info(_performed(actor, row, rows.values(), move, inputs))


def settle(ids: Collection[UUID], move: str, inputs: Mapping[str, Any]) -> int:
    """Let the platform make a move for those alarms whose state allows it; give how many.

    In the open transaction of a subscriber.
    """
    rows = _locked(ids)
    fit = [rows[pk] for pk in ids if pk in rows and rows[pk].state in lifecycle.MOVES[move].frm]
    for row in fit:
        if row.state in lifecycle.MOVES[move].frm:  # not moved meanwhile with another of them
            _performed(PLATFORM, row, rows.values(), move, inputs)
    return len(fit)


def _locked(ids: Collection[UUID]) -> dict[UUID, Alarm]:
    """Lock alarms with those they stand for, in the order in which hearing locks them."""
    wanted = Q(pk__in=ids) | Q(pk__in=_standing_for(ids))
    return {row.pk: row for row in Alarm.objects.filter(wanted).order_by("id").select_for_update()}


def _standing_for(ids: Collection[UUID]) -> list[UUID]:
    return list(Alarm.objects.filter(membership__head__in=ids).values_list("pk", flat=True))


def _performed(
    actor: Actor, row: Alarm, around: Collection[Alarm], move: str, inputs: Mapping[str, Any]
) -> Alarm:
    given = {name: value for name, value in inputs.items() if value not in (None, "", [])}
    posts = queries.posts_for(actor, row)
    _, post = lifecycle.check(move, row.state, posts, given, cleared=row.cleared_at is not None)
    act = _Act(actor, move, post, given, clock.now())
    rows = [row, *(_followers(row, around, move) if move in _TOGETHER else ())]
    facts = [_EFFECTS[move](act, one) for one in rows]
    lines = [_made(act, one, first=one is row) for one in rows]
    tables.update(rows, _PEOPLES)
    tables.insert(lines)
    audit.record_many(
        actor,
        f"alarm.{move}",
        [(f"alarm:{one.pk}", {key: _plain(v) for key, v in given.items()}) for one in rows],
    )
    outbox.publish(*facts)
    if move == "notify":
        units = list(people.units(given["unit_ids"]).values())
        telling.tell_units(row, units, str(given.get("note", "")))
    return row


def _followers(row: Alarm, around: Collection[Alarm], move: str) -> list[Alarm]:
    members = set(_standing_for([row.pk])) - {row.pk}
    fits = lifecycle.MOVES[move].frm
    return [
        one
        for one in around
        if one.pk in members and one.state in fits and (move != "lapse" or one.cleared_at is not None)
    ]


def _made(act: _Act, row: Alarm, *, first: bool) -> Line:
    """Bring the alarm into its next state and give the line of its history."""
    move = lifecycle.MOVES[act.move]
    frm = str(row.state)
    if move.to != "=":
        row.state = str(move.to)
    if row.state != State.RAISED:
        row.due_at = None
    row.version += 1
    words = str(act.inputs.get("reason") or act.inputs.get("result") or act.inputs.get("note") or "")
    return history.line(
        row,
        act.move,
        at=act.now,
        written_at=act.now,
        frm=frm,
        words=words if first else _FOLLOWS,
        actor=act.actor,
        post=str(act.post),
        inputs={key: _plain(value) for key, value in act.inputs.items()},
    )


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _confirm(act: _Act, row: Alarm) -> Fact:
    row.confirmed_at = act.now
    return AlarmConfirmed(alarm_id=row.pk, grade=row.grade, division=row.division)


def _reject(act: _Act, row: Alarm) -> Fact:
    row.rejected_at, row.rejected_grade, row.cause = act.now, row.grade, act.inputs["cause"]
    row.snoozed_until = None
    return AlarmRejected(alarm_id=row.pk, cause=row.cause, division=row.division)


def _notify(act: _Act, row: Alarm) -> Fact:
    unit_ids = tuple(dict.fromkeys(act.inputs["unit_ids"]))
    known = people.units(unit_ids)
    strange = next((pk for pk in unit_ids if pk not in known or not known[pk].active), None)
    if strange is not None:
        raise Invalid("unit.unknown", zh="没有这个机构", en="no such unit", field="unit_ids")
    row.notified_at = row.notified_at or act.now
    made = [
        Notified(
            alarm_id=row.pk, unit_id=pk, unit_path=known[pk].path, at=act.now, by_name=act.actor.name
        )
        for pk in unit_ids
    ]  # fmt: skip
    Notified.objects.bulk_create(made, ignore_conflicts=True)
    return AlarmNotified(alarm_id=row.pk, unit_ids=unit_ids, division=row.division)


def _handle(act: _Act, row: Alarm) -> Fact:
    row.handled_at, row.snoozed_until = act.now, None
    return AlarmHandled(alarm_id=row.pk, division=row.division)


def _evaluate(act: _Act, row: Alarm) -> Fact:
    row.outcome, row.evaluated_at = act.inputs["outcome"], act.now
    row.snoozed_until = None
    if row.cleared_at is None:
        _end(act, row)
    return AlarmEvaluated(alarm_id=row.pk, outcome=row.outcome, division=row.division)


def _end(act: _Act, row: Alarm) -> None:
    """End what people closed while its readings were not good yet: the next raise is a new alarm."""
    matter = Matter.objects.get(pk=row.matter_id)
    at = max(millis(act.now), millis(row.graded_at) + 1)
    Told.objects.get_or_create(
        matter=matter, at=at, grade=0,
        defaults={"version": row.rule_version, "words": "人工评估归档", "division": row.division},
    )  # fmt: skip
    Matter.objects.filter(pk=matter.pk, last_at__lt=at).update(last_at=at)
    row.cleared_at = moment(at)


def _snooze(act: _Act, row: Alarm) -> Fact:
    row.snoozed_until = act.now + timedelta(minutes=act.inputs["minutes"])
    return AlarmSnoozed(alarm_id=row.pk, division=row.division)


def wake(act: _Act, row: Alarm) -> Fact:
    """Let it remind again; the time to confirm it begins anew."""
    row.snoozed_until = row.due_at = None
    set_due(row, act.now)
    return AlarmSnoozed(alarm_id=row.pk, awake=True, division=row.division)


_EFFECTS: Final[Mapping[str, Callable[[_Act, Alarm], Fact]]] = {
    "confirm": _confirm,
    "reject": _reject,
    "disown": _reject,
    "notify": _notify,
    "handle": _handle,
    "settle": _handle,
    "evaluate": _evaluate,
    "lapse": _evaluate,
    "snooze": _snooze,
    "wake": wake,
}


def woken(rows: Sequence[Alarm]) -> None:
    """Wake alarms whose snooze is over, in the open transaction; they must be locked."""
    now = clock.now()
    act = _Act(PLATFORM, "wake", Post.SYSTEM, {}, now)
    facts = [wake(act, row) for row in rows]
    lines = [_made(act, row, first=True) for row in rows]
    tables.update(rows, ["snoozed_until", "due_at", "version", "line_no", "line_hash"])
    tables.insert(lines)
    if facts:
        outbox.publish(*facts)
