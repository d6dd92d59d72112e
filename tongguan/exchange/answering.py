# SPDX-License-Identifier: Apache-2.0
"""What a service's system answers to a hand-over becomes its lines: taken, going on, over, returned (F26)."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from tongguan.cases import queries as cases
from tongguan.exchange.contracts import Kind
from tongguan.exchange.events import Told
from tongguan.handover import api as handovers
from tongguan.handover.contracts import HandoverInfo
from tongguan.kernel.errors import Invalid
from tongguan.people.contracts import PLATFORM, Actor


def answer(actor: Actor, handover_id: UUID, told: Told) -> dict[str, Any]:
    """Do an event about a hand-over that was sent to the actor's system; give how it and its case stand then.

    Raises Invalid naming the field, Conflict (it is over).
    """
    verb = _VERBS.get(told.kind)
    if verb is None:
        raise Invalid(
            "event.type", zh="险情移交没有这类事件", en="not a type of event of a hand-over", field="type"
        )
    if told.files:
        raise Invalid("event.files", zh="险情移交不收附件", en="takes no files", field="data.files")
    info = verb(actor, handover_id, told)
    case_ids = [] if info.case_id is None else [info.case_id]
    case = next(iter(cases.cases_by_id(PLATFORM, case_ids).values()), None)
    return {
        "case_number": case.number if case is not None else "",
        "case_state": case.state if case is not None else "",
        "order_state": info.state,
    }


def _accepted(actor: Actor, handover_id: UUID, told: Told) -> HandoverInfo:
    person = told.handler or actor.name
    return handovers.system_acknowledged(
        actor, handover_id, person=person, number=told.their_id, note=told.text
    )


def _progressed(actor: Actor, handover_id: UUID, told: Told) -> HandoverInfo:
    return handovers.system_progressed(actor, handover_id, note=_words(told.text, "data.text"))


def _done(actor: Actor, handover_id: UUID, told: Told) -> HandoverInfo:
    return handovers.system_ended(actor, handover_id, result=_words(told.text, "data.text"))


def _returned(actor: Actor, handover_id: UUID, told: Told) -> HandoverInfo:
    reason = _words(told.reason or told.text, "data.reason")
    return handovers.system_gave_back(actor, handover_id, reason=reason)


def _words(text: str, field: str) -> str:
    if not text:
        raise Invalid("event.text", zh="没有内容", en="says nothing", field=field)
    return text


_VERBS: Final[Mapping[Kind, Callable[[Actor, UUID, Told], HandoverInfo]]] = MappingProxyType(
    {Kind.ACCEPTED: _accepted, Kind.PROGRESS: _progressed, Kind.DONE: _done, Kind.RETURNED: _returned}
)
