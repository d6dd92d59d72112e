# SPDX-License-Identifier: Apache-2.0
"""Pure: the simulated city's rules run over its readings, alarms held against what really happened."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from tongguan.detection.batches import Arranged, Index, arranged, batch_of
from tongguan.detection.kinds import BUILT_IN
from tongguan.detection.settings import ready
from tongguan.detection.spi import Detector
from tongguan.industry.lifeline.detectors.kinds import OWN
from tongguan.kernel.frames import Frame
from tongguan.simulation.city import City, spoiled
from tongguan.simulation.faults import HOUR, MINUTE, Fault, Kind
from tongguan.simulation.plants import Plant

SIMULATED: Final = Path(__file__).parent / "packs" / "simulated.yaml"
#: The detectors that rules of a pack may name.
KNOWN: Final[Mapping[str, Detector]] = {one.code: one for one in (*BUILT_IN, *OWN)}
#: An alarm that falls silent and comes back within this is the same alarm, as the alarms' life has it.
_SAME: Final = 30 * MINUTE
#: How long after a fault has ended an alarm about it may still come, and which faults explain which alarm.
_TAIL: Final[Mapping[Kind, int]] = {
    Kind.SEEPAGE: 6 * HOUR,
    Kind.BURST: 10 * MINUTE,
    Kind.LEAK: 30 * HOUR,
    Kind.SETTLEMENT: 2 * HOUR,
    Kind.OVERLOAD: MINUTE,
}
_EXPLAINED: Final[Mapping[Kind, frozenset[Kind]]] = {
    Kind.LEAK: frozenset({Kind.LEAK, Kind.BURST}),
    Kind.BURST: frozenset({Kind.LEAK, Kind.BURST}),
}


class Over(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which sensors of the simulated city a rule watches, and how they are grouped."""

    plant: str
    each: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    beside: int = 0
    lanes: int = 1


class DrillRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule of the simulated city; ``kind`` is the fault that it is about."""

    code: str
    kind: Kind
    detector: str
    over: Over
    settings: dict[str, float]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a slot of a rule stands for: the group of the plant; one of its sensors when it is about one."""

    group: int
    quantity: str = ""
    sensor: int = -1


@dataclass(slots=True)
class Told:
    """One alarm: of which rule and subject, from when till when (ms; -1: still on), how bad it became."""

    rule: DrillRule
    subject: Subject
    begin: int
    end: int
    grade: int


def rules(path: Path = SIMULATED) -> tuple[DrillRule, ...]:
    """Give the rules of a pack of the simulated city. Raises ValidationError naming what is wrong."""
    return msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8"))["rules"], tuple[DrillRule, ...])


class Running:
    """One rule at work on the simulated city."""

    def __init__(self, city: City, rule: DrillRule) -> None:
        """Make ready. Raises UnusableError when a setting is wrong or still to be set."""
        self.rule = rule
        self.detector = KNOWN[rule.detector]
        self.subjects, groups = zip(*_subjects(city, rule.over), strict=True)
        self.index = (
            Index.of_groups(groups) if self.detector.grouped else Index.of_streams([g[0] for g in groups])
        )
        self.settings: dict[str, Any] = {
            **ready(self.detector, rule.settings),
            "parts": max(len(group) for group in groups),
        }
        self.state = self.detector.begin(self.index.slots, self.settings)
        self._open: dict[int, Told] = {}

    def hear(self, readings: Arranged, now: int) -> Iterator[Told]:
        """Judge readings, then the time ``now``; yields each alarm when it begins (it is closed in place)."""
        self.state, said = self.detector.step(self.settings, self.state, batch_of(readings, self.index))
        yield from self._noted(said)
        if self.detector.ticks:
            self.state, said = self.detector.tick(self.settings, self.state, now)
            yield from self._noted(said)

    def _noted(self, said: Any) -> Iterator[Told]:
        for slot, at, grade in zip(said.slot.tolist(), said.at.tolist(), said.grade.tolist(), strict=True):
            told = self._open.get(slot)
            if told is not None and (told.end < 0 or at - told.end <= _SAME):
                told.end = -1 if grade else at
                told.grade = max(told.grade, grade)
            elif grade:
                self._open[slot] = told = Told(self.rule, self.subjects[slot], at, -1, grade)
                yield told


def _subjects(city: City, over: Over) -> Iterator[tuple[Subject, list[int]]]:
    plant = next(p for p in city.plants if p.name == over.plant)
    for name in over.each:
        block = city.block(over.plant, name)
        for group in range(plant.groups):
            streams = block.streams(group)
            for n, stream in enumerate(streams):
                near = sorted(streams, key=lambda other: abs(other - stream))[1 : over.beside + 1]
                yield Subject(group, name, n), [stream, *near]
    if over.parts:
        for group in range(plant.groups):
            for lane in range(over.lanes):
                yield (
                    Subject(group),
                    [s for name in over.parts for s in _of_lane(city, over, name, group, lane)],
                )


def _of_lane(city: City, over: Over, name: str, group: int, lane: int) -> Sequence[int]:
    streams = city.block(over.plant, name).streams(group)
    width = len(streams) // over.lanes
    return streams[lane * width : (lane + 1) * width]


class Drill:
    """All rules over a stretch of the simulated city."""

    def __init__(self, city: City, pack: Sequence[DrillRule]) -> None:
        """Make every rule ready."""
        self.city = city
        self.running = [Running(city, rule) for rule in pack]
        self.told: list[Told] = []
        self.readings = 0

    def hear(self, frames: Iterable[Frame]) -> None:
        """Let every rule hear every frame."""
        for frame in frames:
            self.readings += len(frame)
            readings = arranged(frame)
            now = int(frame.at.max(initial=0))
            for running in self.running:
                self.told.extend(running.hear(readings, now))


@dataclass(frozen=True, slots=True)
class Score:
    """How alarms of one kind fit the faults of that kind; delays in seconds, from the fault's begin."""

    faults: int
    found: int
    alarms: int
    right: int
    delays: tuple[float, ...]

    @property
    def precision(self) -> float:
        """Give the share of alarms that had a cause (1 without alarms)."""
        return self.right / self.alarms if self.alarms else 1.0

    @property
    def recall(self) -> float:
        """Give the share of faults that were found (1 without faults)."""
        return self.found / self.faults if self.faults else 1.0


class Judge:
    """Holds alarms against the truth."""

    def __init__(self, city: City, truth: Sequence[Fault]) -> None:
        """Take what really happened."""
        self.city, self.truth = city, truth

    @cached_property
    def _plants(self) -> Mapping[str, Plant]:
        return {plant.name: plant for plant in self.city.plants}

    def explains(self, fault: Fault, told: Told) -> bool:
        """Tell whether an alarm is about a fault: kind, place and time."""
        if fault.plant != told.rule.over.plant or fault.kind not in _EXPLAINED.get(
            told.rule.kind, frozenset({told.rule.kind})
        ):
            return False
        if not fault.begin <= told.begin <= fault.end + _TAIL.get(told.rule.kind, HOUR):
            return False
        if fault.kind is Kind.SEEPAGE:  # gas that passed on to the next chambers is the same gas
            street = 8
            same = told.subject.group // street == fault.group // street
            return same and 0 <= told.subject.group - fault.group <= 2  # noqa: PLR2004
        if fault.group != told.subject.group:
            return False
        if fault.kind is Kind.SETTLEMENT:
            return told.subject.sensor == int(fault.where * 10)
        if told.subject.sensor >= 0 and fault.kind in {Kind.STUCK, Kind.SPIKES, Kind.DRIFT, Kind.DROPOUT}:
            return spoiled(self._plants[fault.plant], fault) == (told.subject.quantity, told.subject.sensor)
        return True

    def scores(self, told: Sequence[Told], begin: int, wanted: Iterable[Kind]) -> dict[Kind, Score]:
        """Give the score of each kind over what began at ``begin`` or later."""
        by_group: dict[tuple[str, int], list[int]] = defaultdict(list)
        for n, fault in enumerate(self.truth):
            for away in range(3 if fault.kind is Kind.SEEPAGE else 1):
                by_group[fault.plant, fault.group + away].append(n)
        first: dict[int, int] = {}
        right: set[int] = set()
        for m, alarm in enumerate(told):
            for n in by_group[alarm.rule.over.plant, alarm.subject.group]:
                if self.explains(self.truth[n], alarm):
                    right.add(m)
                    if self.truth[n].kind is alarm.rule.kind:
                        first[n] = min(first.get(n, alarm.begin), alarm.begin)
        found = {}
        for kind in wanted:
            faults = [n for n, f in enumerate(self.truth) if f.kind is kind and f.begin >= begin]
            alarms = [m for m, a in enumerate(told) if a.rule.kind is kind and a.begin >= begin]
            delays = tuple((first[n] - self.truth[n].begin) / 1000 for n in faults if n in first)
            found[kind] = Score(
                len(faults), len(delays), len(alarms), sum(m in right for m in alarms), delays
            )
        return found
