# SPDX-License-Identifier: Apache-2.0
"""Verbs of component links: choose for a batch, keep what was chosen, let an official overrule (F10)."""

import re
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from tongguan.cases import api as cases
from tongguan.catalog import queries as catalog
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, Invalid
from tongguan.kernel.geometry import distance_m
from tongguan.linking import declared, judging, queries
from tongguan.linking.contracts import Choice, LinkInfo, LinkState, Nearby, Sought
from tongguan.linking.judging import Strategy
from tongguan.linking.models import ComponentLink
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic
from tongguan.tables import api as tables
from tongguan.things import queries as things
from tongguan.things.contracts import ComponentInfo, Spot

#: Who knows or has seen which component it is.
CHOOSERS: Final = (Post.ACCEPTOR, Post.DISPATCHER, Post.DUTY_CHIEF, Post.COLLECTOR)
#: The identification code of a component in a telling, as its plate shows it.
_CODE: Final = re.compile(r"(?<!\d)\d{17}(?!\d)")
_FAR_M: Final = 500
_LONGEST: Final = 500


def choose_many(sought: Sequence[Sought]) -> list[Choice]:
    """Give for each telling the component it means, in the order given; changes nothing.

    Three statements at most, however many tellings.
    """
    if not sought:
        return []
    strategy = declared.FILE.counting()
    codes = [_CODE.findall(one.text)[:3] for one in sought]
    told = things.components({code for few in codes for code in few})
    spots = [
        None
        if one.lon is None or one.lat is None
        else Spot(
            one.class_code, one.lon, one.lat, strategy.radius_of(one.class_code, strategy.spread_of(one.how))
        )
        for one in sought
    ]
    placed = [n for n, spot in enumerate(spots) if spot is not None]
    near = dict(zip(placed, things.nearest_many([s for s in spots if s is not None]), strict=True))
    taught = queries.taught({sought[n].class_code for n, found in near.items() if found}, strategy.days)
    choices = []
    for n, one in enumerate(sought):
        said = _said(one, [told[code] for code in codes[n] if code in told])
        found = [Nearby(code, name, metres) for code, name, metres in near.get(n, ())]
        choices.append(
            judging.named(strategy, one.kind, one.class_code, said)
            if said is not None
            else _judged(strategy, one, found, taught)
        )
    return choices


def _judged(
    strategy: Strategy, one: Sought, found: Sequence[Nearby], taught: dict[str, judging.Taught]
) -> Choice:
    if one.lon is None:
        words = f"部件：没有具体地点，未查找{one.kind}"
        return Choice(LinkState.NONE, one.class_code, "", (), 0, 0.0, False, words, strategy.version)
    return judging.judged(
        strategy,
        one.kind,
        one.class_code,
        found,
        how=one.how,
        place_confidence=one.place_confidence,
        taught=taught.get(one.class_code, judging.Taught(0, 0)),
    )


def _said(one: Sought, named: Sequence[ComponentInfo]) -> Nearby | None:
    """Give the component whose code the telling gives, if it is of the kind and not somewhere else."""
    fitting = [info for info in named if info.class_code == one.class_code]
    if len({info.code for info in fitting}) != 1:
        return None
    info, metres = fitting[0], 0.0
    if one.lon is not None and one.lat is not None:
        metres = float(distance_m(one.lon, one.lat, info.lon, info.lat))
    return Nearby(info.code, info.name, metres) if metres <= _FAR_M else None


def keep(chosen: Sequence[tuple[UUID, Choice]]) -> None:
    """Keep what was chosen for cases that this transaction opened. One statement."""
    at = clock.now()
    tables.insert(
        [
            tables.fresh(
                ComponentLink,
                case_id=case_id,
                at=at,
                class_code=choice.class_code,
                state=choice.state.value,
                component_code=choice.code,
                near=[[one.code, one.name, round(one.metres, 1)] for one in choice.near],
                count=choice.count,
                confidence=choice.confidence,
                sure=choice.sure,
                strategy=choice.strategy,
                words=choice.words,
                actor_key=PLATFORM.key,
                actor_name=PLATFORM.name,
            )
            for case_id, choice in chosen
        ]
    )


def overrule(actor: Actor, case_id: UUID, *, component_code: str, reason: str) -> LinkInfo:
    """Say which component a case means ("" for none), and why; it stands on the timeline and teaches.

    What the strategy had been sure of is counted for its kind as right or not. Raises NotFound (case out of
    sight), Forbidden, Invalid.
    """
    told = reason.strip()
    if not told or len(told) > _LONGEST or "\x00" in told:
        raise Invalid("linking.reason", f"请写明原因（{_LONGEST} 字以内）", "say why", field="reason")
    with atomic():
        held = cases.hold(actor, case_id)
        case = held.case
        if actor != PLATFORM and not actor.scope.covers(case.division, *CHOOSERS):
            raise Forbidden("linking.not_yours", "您的岗位不能更改部件关联", "your posts may not choose it")
        component = _component(actor, component_code)
        first = ComponentLink.objects.filter(case_id=case_id, actor_key=PLATFORM.key).last()
        judges = first is not None and first.sure and bool(first.near)
        whom = "不关联部件" if component is None else f"“{component.name}”{component.code}"
        row = ComponentLink(
            case_id=case_id,
            at=clock.now(),
            class_code=_class(first, component, case.item_code),
            state=(LinkState.NONE if component is None else LinkState.LINKED).value,
            component_code="" if component is None else component.code,
            near=[] if first is None else first.near,
            count=0 if first is None else first.count,
            confidence=1.0,
            sure=judges,
            words=f"部件：{actor.name}选定{whom}；{told}",
            actor_key=actor.key,
            actor_name=actor.name,
            right=first.near[0][0] == component_code if judges and first is not None else None,
        )
        row.save(force_insert=True)
        inputs = {"reason": f"{whom}；{told}", "component": row.component_code, "before": case.component_code}
        cases.remark(actor, held, "component", inputs, values={"component_code": row.component_code})
        audit.record(
            actor, "case.component", f"case:{case_id}", {k: inputs[k] for k in ("component", "before")}
        )
    return queries.info(row)


def _class(first: ComponentLink | None, component: ComponentInfo | None, item_code: str) -> str:
    if first is not None:
        return first.class_code
    if component is not None:
        return component.class_code
    return catalog.item(item_code).code


def _component(actor: Actor, code: str) -> ComponentInfo | None:
    if not code:
        return None
    found = things.component(code, actor)
    if found is None:
        raise Invalid(
            "linking.no_component",
            zh="没有这个部件，或不在您的范围内",
            en="no such component within your divisions",
            field="component_code",
        )
    return found
