# SPDX-License-Identifier: Apache-2.0
"""The urgency of cases: weighed for a batch, raised by further tellings, and an official's last word."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from tongguan.cases import api as cases
from tongguan.cases.contracts import Noting
from tongguan.handover import urgency
from tongguan.handover.contracts import UrgencyInfo
from tongguan.handover.models import UrgencyWord
from tongguan.handover.urgency import LEVELS, NAMES, Weighed
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, Invalid
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic
from tongguan.tables import api as tables

#: Who may say how urgent a case is.
DECIDERS: Final = (Post.ACCEPTOR, Post.DISPATCHER, Post.DUTY_CHIEF)
_LONGEST: Final = 500


def weigh(texts: Sequence[str], items: Sequence[tuple[str, str, str]]) -> list[Weighed]:
    """Give how urgent each telling's matter is, from its text and item (code, name, registered urgency).

    Touches no database.
    """
    return urgency.scale().weigh(texts, items)


def keep_urgency(opened: Mapping[UUID, Weighed], joined: Sequence[tuple[UUID, Weighed]]) -> None:
    """Keep why cases that this transaction opened are so urgent, and raise those that others tell more of.

    A case is never lowered so, and one of which a person has said how urgent it is stays as it is. A
    constant number of statements; none when nothing spoke.
    """
    at = clock.now()
    rows = [_row(case_id, said, at) for case_id, said in opened.items() if said.spoke]
    strongest: dict[UUID, Weighed] = {}
    for case_id, said in joined:
        first = strongest.get(case_id)
        if LEVELS.index(said.level) > (LEVELS.index(first.level) if first is not None else 0):
            strongest[case_id] = said
    if strongest:
        decided = set(
            UrgencyWord.objects.filter(case__in=strongest)
            .exclude(actor_key=PLATFORM.key)
            .values_list("case_id", flat=True)
        )
        held = cases.hold_many(PLATFORM, strongest.keys() - decided)
        notes = [
            Noting(
                case_id=case_id,
                word="urgency",
                inputs={"reason": strongest[case_id].words, "before": one.case.urgency},
                columns={"urgency": strongest[case_id].level},
            )
            for case_id, one in held.items()
            if LEVELS.index(strongest[case_id].level) > LEVELS.index(one.case.urgency)
        ]
        if notes:
            cases.remark_held(PLATFORM, held, notes)
        rows += [_row(note.case_id, strongest[note.case_id], at) for note in notes]
    tables.insert(rows)


def _row(case_id: UUID, said: Weighed, at: datetime) -> UrgencyWord:
    return tables.fresh(
        UrgencyWord,
        case_id=case_id,
        at=at,
        level=said.level,
        words=said.words,
        version=said.version,
        actor_key=PLATFORM.key,
        actor_name=PLATFORM.name,
    )


def set_urgency(actor: Actor, case_id: UUID, *, level: str, reason: str) -> UrgencyInfo:
    """Say how urgent an open case is, and why; further tellings do not change it any more.

    Raises NotFound (out of sight), Forbidden, Invalid.
    """
    told = reason.strip()
    if level not in LEVELS:
        raise Invalid(
            "urgency.level",
            zh=f"紧急程度应为{'、'.join(NAMES.values())}",
            en=f"one of {', '.join(LEVELS)}",
            field="level",
        )
    if not told or len(told) > _LONGEST or "\x00" in told:
        raise Invalid("urgency.reason", zh=f"请写明原因（{_LONGEST} 字以内）", en="say why", field="reason")
    with atomic():
        held = cases.hold(actor, case_id)
        if actor != PLATFORM and not actor.scope.covers(held.case.division, *DECIDERS):
            raise Forbidden("urgency.not_yours", zh="您的岗位不能更改紧急程度", en="your posts may not")
        before = held.case.urgency
        words = f"紧急程度：{NAMES[level]}（原为{NAMES[before]}）；{actor.name}：{told}"
        row = UrgencyWord(
            case_id=case_id,
            at=clock.now(),
            level=level,
            words=words,
            actor_key=actor.key,
            actor_name=actor.name,
        )
        row.save(force_insert=True)
        inputs = {"reason": f"{NAMES[before]}改为{NAMES[level]}；{told}", "before": before}
        cases.remark(actor, held, "urgency", inputs, values={"urgency": level})
        audit.record(actor, "case.urgency", f"case:{case_id}", {"level": level, "before": before})
    return UrgencyInfo(row.at, row.level, row.words, by_person=True, actor_name=row.actor_name)
