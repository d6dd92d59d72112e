# SPDX-License-Identifier: Apache-2.0
"""What a batch's tellings say beside their item: which component is meant (F10), and how urgent it is."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from tongguan.catalog.contracts import ItemInfo, ItemKind
from tongguan.handover import api as handovers
from tongguan.intake.contracts import ReportState
from tongguan.intake.told import Told
from tongguan.linking import api as linking
from tongguan.linking.contracts import Choice, Sought


def attach(told: Sequence[Told], items: Mapping[str, ItemInfo]) -> None:
    """Fill in how urgent each telling is, and the component where its item names a kind; with the reasons.

    One call of each for the batch.
    """
    named = [items[one.item_code] for one in told]
    weighed = handovers.weigh(
        [one.text for one in told], [(item.code, item.name, item.urgency) for item in named]
    )
    for one, said in zip(told, weighed, strict=True):
        one.urgency = said
        if said.spoke:
            one.lines.append(said.words)
    about = [one for one in told if items[one.item_code].kind == ItemKind.COMPONENT]
    choices = linking.choose_many([_sought(one, items[one.item_code]) for one in about])
    for one, choice in zip(about, choices, strict=True):
        one.component = choice
        one.lines.append(choice.words)


def keep(told: Sequence[Told]) -> None:
    """Keep what was made of those tellings that opened a case; one that joins can make it more urgent."""
    opened: list[tuple[UUID, Choice]] = [
        (one.row.case_id, one.component)
        for one in told
        if one.component is not None and one.row.case_id is not None and one.row.state == ReportState.OPENED
    ]
    linking.keep(opened)
    opening, joined = {}, []
    for one in told:
        if one.row.case_id is None or one.urgency is None or one.danger is not None:
            continue  # danger tells of itself
        if one.row.state == ReportState.OPENED:
            opening[one.row.case_id] = one.urgency
        else:
            joined.append((one.row.case_id, one.urgency))
    handovers.keep_urgency(opening, joined)


def _sought(one: Told, item: ItemInfo) -> Sought:
    return Sought(
        class_code=item.code,
        kind=item.component_name or item.name,
        text=one.text,
        lon=one.lon,
        lat=one.lat,
        how=one.place_how,
        place_confidence=one.place_confidence,
    )
