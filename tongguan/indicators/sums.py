# SPDX-License-Identifier: Apache-2.0
"""Which sums a step belongs to, and what replacing steps does to them. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Final, NamedTuple

from tongguan.indicators.contracts import Step

#: Division codes of these lengths are centres with sums of their own: everything, city, district, street,
#: community.
CENTRE_DIGITS: Final = (0, 4, 6, 9, 12)
MAJOR_DIGITS: Final = 2
EVER, DAY, HOUR = 0, 1, 2
HOURS: Final = 24


class Key(NamedTuple):
    """Where a sum is kept."""

    place: str
    grain: int
    slot: int
    measure: str
    item: str


class StepKey(NamedTuple):
    """A step without its amount: amounts of one key are one step."""

    measure: str
    item: str
    place: str
    at: datetime


def centres_of(place: str) -> list[str]:
    """Give the centres that a division lies in, itself included where it is one."""
    return [place[:digits] for digits in CENTRE_DIGITS if len(place) >= digits]


def items_of(item: str) -> list[str]:
    """Give what a step of an item is also counted under: everything, its major class, itself."""
    return list(dict.fromkeys(("", item[:MAJOR_DIGITS], item)))


def day_slot(at: datetime, zone: tzinfo) -> int:
    """Give the number of the local day."""
    return at.astimezone(zone).toordinal()


def hour_slot(at: datetime, zone: tzinfo) -> int:
    """Give the number of the local hour; a zone with summer time would fold two of them."""
    local = at.astimezone(zone)
    return local.toordinal() * HOURS + local.hour


def united(steps: Iterable[Step]) -> dict[StepKey, int]:
    """Give the amounts of one subject's steps by key, without those that come to nothing."""
    found: defaultdict[StepKey, int] = defaultdict(int)
    for step in steps:
        found[StepKey(step.measure, step.item, step.place, step.at)] += step.amount
    return {key: amount for key, amount in found.items() if amount}


def spread(steps: Iterable[tuple[StepKey, int]], zone: tzinfo) -> dict[Key, int]:
    """Give what these amounts add to every sum, without those that come to nothing."""
    found: defaultdict[Key, int] = defaultdict(int)
    for (measure, item, place, at), amount in steps:
        local = at.astimezone(zone)
        day = local.toordinal()
        slots = ((EVER, 0), (DAY, day), (HOUR, day * HOURS + local.hour))
        for centre in centres_of(place):
            for one in items_of(item):
                for grain, slot in slots:
                    found[Key(centre, grain, slot, measure, one)] += amount
    return {key: amount for key, amount in found.items() if amount}


def differing(kept: Mapping[Key, int], computed: Mapping[Key, int]) -> list[Key]:
    """Give the sums that differ, a missing one counting as nothing."""
    return sorted(key for key in kept.keys() | computed.keys() if kept.get(key, 0) != computed.get(key, 0))
