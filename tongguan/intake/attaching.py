# SPDX-License-Identifier: Apache-2.0
"""What a batch's tellings say beside their item: which component is meant (F10), and how urgent it is."""

from collections.abc import Mapping, Sequence

from tongguan.catalog.contracts import ItemInfo, ItemKind
from tongguan.handover import api as handovers
from tongguan.intake.contracts import ReportState
from tongguan.intake.told import Told
from tongguan.linking import api as linking
from tongguan.linking.contracts import Sought


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
    components, opened, joined = [], {}, []
    for one in told:
        case_id, fresh = one.row.case_id, one.row.state == ReportState.OPENED
        if case_id is None or one.urgency is None:
            continue
        if fresh and one.component is not None:
            components.append((case_id, one.component))
        if one.danger is None:  # danger tells of itself
            if fresh:
                opened[case_id] = one.urgency
            else:
                joined.append((case_id, one.urgency))
    linking.keep(components)
    handovers.keep_urgency(opened, joined)


def _sought(one: Told, item: ItemInfo) -> Sought:
    kind = item.component_name or item.name
    return Sought(item.code, kind, one.text, one.lon, one.lat, one.place_how, one.place_confidence)
