# SPDX-License-Identifier: Apache-2.0
"""Which component each telling of a batch means, for items that are a kind of component (F10)."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from tongguan.catalog.contracts import ItemInfo, ItemKind
from tongguan.intake.contracts import ReportState
from tongguan.intake.told import Told
from tongguan.linking import api as linking
from tongguan.linking.contracts import Choice, Sought


def attach(told: Sequence[Told], items: Mapping[str, ItemInfo]) -> None:
    """Fill in the component of each telling whose item names a kind, and why; one call for the batch."""
    about = [one for one in told if items[one.item_code].kind == ItemKind.COMPONENT]
    choices = linking.choose_many([_sought(one, items[one.item_code]) for one in about])
    for one, choice in zip(about, choices, strict=True):
        one.component = choice
        one.lines.append(choice.words)


def keep(told: Sequence[Told]) -> None:
    """Keep the choices of those tellings that opened a case; one that joins leaves its case's as it is."""
    opened: list[tuple[UUID, Choice]] = [
        (one.row.case_id, one.component)
        for one in told
        if one.component is not None and one.row.case_id is not None and one.row.state == ReportState.OPENED
    ]
    linking.keep(opened)


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
