# SPDX-License-Identifier: Apache-2.0
"""From a rule's scope to its subjects: which streams, in which slot, as which part."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from shapely import STRtree, points

from tongguan.detection import balance, compound, groups
from tongguan.detection.batches import Index
from tongguan.people.contracts import PLATFORM
from tongguan.sensors import queries as sensors
from tongguan.watch.contracts import Scope

#: Gives the part of each stream, when workers share them.
Parting = Callable[[NDArray[np.int64]], NDArray[np.int64]]
#: Home of a subject whose streams lie in several parts.
SEVERAL: Final = -1
_CHUNK: Final = 20_000
_METRES_A_DEGREE: Final = 111_320.0


@dataclass(frozen=True, slots=True, eq=False)
class Subjects:
    """A rule's subjects by slot.

    ``streams`` with ``starts``: the streams of slot ``s`` are ``streams[starts[s]:starts[s + 1]]``.
    ``matters``: what each is called in alarms, empty when every subject is one stream. ``layout``: what the
    detector's settings get besides its parameters.
    """

    index: Index
    streams: NDArray[np.int64]
    starts: NDArray[np.int64]
    matters: tuple[str, ...] = ()
    layout: Mapping[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        """Give the number of subjects."""
        return self.index.slots

    def matter(self, slot: int) -> str:
        """Give the key of the matter a subject's alarms are about."""
        return self.matters[slot] if self.matters else f"stream:{self.streams[slot]}"

    def homes(self, part_of: Parting) -> NDArray[np.int64]:
        """Give the part in which all streams of each subject lie, ``SEVERAL`` where they do not share one."""
        parts = part_of(self.streams)
        if not self.matters or not len(parts):
            return parts
        low, high = (side.reduceat(parts, self.starts[:-1]) for side in (np.minimum, np.maximum))
        return np.where(low == high, low, SEVERAL)

    def within(self, kept: NDArray[np.bool_]) -> "Subjects":
        """Give only the subjects that are kept."""
        if kept.all():
            return self
        if not self.matters:
            index = Index.of_streams(self.streams[kept])
            return Subjects(index, index.stream, np.arange(index.slots + 1, dtype=np.int64))
        layout = {
            name: one[kept] if isinstance(one, np.ndarray) else one
            for name, one in self.layout.items()
            if name != groups.PARTS
        }
        slots = np.flatnonzero(kept).tolist()
        made = _grouped([self.members(n) for n in slots], [self.matters[n] for n in slots], **layout)
        return replace(made, layout={**made.layout, groups.PARTS: self.layout[groups.PARTS]})

    def slot(self, matter: str) -> int:
        """Give the slot of a matter; −1 when it is none of these."""
        if self.matters:
            return self.matters.index(matter) if matter in self.matters else -1
        number = matter.removeprefix("stream:")
        place = int(np.searchsorted(self.streams, int(number))) if number.isdigit() else len(self)
        return place if place < len(self) and self.streams[place] == int(number) else -1

    def members(self, slot: int) -> tuple[int, ...]:
        """Give the streams of a subject."""
        return tuple(self.streams[self.starts[slot] : self.starts[slot + 1]].tolist())

    def came_from(self, old: "Subjects", *, same_members: bool = True) -> NDArray[np.int64]:
        """Give for each slot the old slot of the same matter, −1 where there was none.

        With ``same_members`` only where its streams are the same in the same order.
        """
        if not self.matters and not old.matters:
            place = np.searchsorted(old.streams, self.streams)
            place = np.minimum(place, max(len(old.streams) - 1, 0))
            if not len(old.streams):
                return np.full(len(self), -1, np.int64)
            return np.where(old.streams[place] == self.streams, place, -1).astype(np.int64)
        slots = {old.matter(slot): slot for slot in range(len(old))}
        found = [slots.get(self.matter(slot), -1) for slot in range(len(self))]
        return np.array(
            [
                was if was < 0 or not same_members or old.members(was) == self.members(slot) else -1
                for slot, was in enumerate(found)
            ],
            np.int64,
        )


def subjects_of(scope: Scope, division: str) -> Subjects:
    """Find a rule's subjects in the register as it is now: streams in use within the division."""
    sensors.read_anew()
    if scope.by == "group":
        return _named(scope, division)
    if scope.by == "thing":
        return _of_things(scope, division)
    if scope.by == "near":
        return _near(scope, division)
    numbers = np.fromiter(_chosen(scope, division).values_list("id", flat=True).iterator(_CHUNK), np.int64)
    index = Index.of_streams(numbers)
    return Subjects(index, index.stream, np.arange(index.slots + 1, dtype=np.int64))


def _chosen(scope: Scope, division: str) -> Any:
    rows = sensors.datastreams(PLATFORM).filter(active=True, thing__active=True).order_by("id")
    if division:
        rows = rows.filter(division__startswith=division)
    wanted = scope.observed or tuple(part.observed for part in scope.parts)
    if wanted:
        rows = rows.filter(observed__code__in=wanted)
    if scope.kinds:
        rows = rows.filter(thing__kind__in=scope.kinds)
    if scope.things:
        rows = rows.filter(thing__code__in=scope.things)
    for name, value in scope.tags.items():
        rows = rows.filter(**{f"thing__properties__{name}": value})
    return rows


def _grouped(members: Sequence[tuple[int, ...]], matters: Sequence[str], **layout: Any) -> Subjects:
    lengths = [len(one) for one in members]
    flat = np.array([stream for one in members for stream in one], np.int64)
    starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))) if members else np.zeros(1, np.int64)
    parts = max(lengths, default=1)
    return Subjects(
        Index.of_groups(members),
        flat,
        starts.astype(np.int64),
        tuple(matters),
        {groups.PARTS: parts, **layout},
    )


def _named(scope: Scope, division: str) -> Subjects:
    wanted = {key for group in scope.groups for key in group.streams}
    known = {
        key: one.id
        for key, one in sensors.datastreams_by_key(wanted).items()
        if one.active and one.division.startswith(division)
    }
    # A group that lacks one of its streams is not judged: its balance would be wrong.
    whole = [group for group in scope.groups if all(key in known for key in group.streams)]
    parts = max((len(group.streams) for group in whole), default=1)
    roles = np.zeros((len(whole), parts), np.int8)
    for slot, group in enumerate(whole):
        roles[slot, : len(group.roles)] = group.roles
    return _grouped(
        [tuple(known[key] for key in group.streams) for group in whole],
        [f"group:{group.name}" for group in whole],
        **{balance.ROLES: roles},
    )


def _of_things(scope: Scope, division: str) -> Subjects:
    places = {part.observed: n for n, part in enumerate(scope.parts)}
    things: dict[str, dict[int, int]] = defaultdict(dict)
    rows = _chosen(scope, division).values_list("thing__code", "observed__code", "id")
    for thing, observed, number in rows.iterator(_CHUNK):
        things[thing].setdefault(places[observed], number)
    whole = {thing: found for thing, found in sorted(things.items()) if len(found) == len(places)}
    roles = np.tile(np.array([part.role for part in scope.parts], np.int8), (len(whole), 1))
    return _grouped(
        [tuple(found[n] for n in range(len(places))) for found in whole.values()],
        [f"thing:{thing}" for thing in whole],
        **{balance.ROLES: roles, compound.NAMES: tuple(part.name for part in scope.parts)},
    )


def _near(scope: Scope, division: str) -> Subjects:
    rows = _chosen(scope, division).exclude(thing__lon=None)
    found = list(rows.values_list("id", "observed_id", "thing__lon", "thing__lat").iterator(_CHUNK))
    members: list[tuple[int, ...]] = []
    by_kind: dict[int, list[tuple[int, float, float]]] = defaultdict(list)
    for number, observed, lon, lat in found:
        by_kind[observed].append((number, lon, lat))
    for streams in by_kind.values():
        numbers = np.array([one[0] for one in streams])
        where = np.array([one[1:] for one in streams])
        # Metres on a plane about the middle: right to a few per mille within a city.
        flat = where * _METRES_A_DEGREE * (np.cos(np.radians(where[:, 1].mean())), 1.0)
        dots = points(flat)
        one, other = STRtree(dots).query(dots, predicate="dwithin", distance=scope.metres)
        apart = np.hypot(*(flat[one] - flat[other]).T)
        ranked = np.lexsort((numbers[other], apart, one))
        one, other = one[ranked], other[ranked]
        keep = one != other
        for n, others in zip(*_split(one[keep], other[keep]), strict=True):
            members.append((int(numbers[n]), *numbers[others[: scope.most]].tolist()))
    members.sort()
    return _grouped(members, [f"stream:{one[0]}" for one in members])


def _split(one: NDArray[np.int64], other: NDArray[np.int64]) -> tuple[list[int], list[NDArray[np.int64]]]:
    edges = np.flatnonzero(np.diff(one)) + 1
    return one[np.concatenate(([0], edges))].tolist() if len(one) else [], np.split(other, edges) if len(
        one
    ) else []
