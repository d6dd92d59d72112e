# SPDX-License-Identifier: Apache-2.0
"""The shapes detectors work with: readings of subjects in, changes of grade out. Columns of numpy. Pure.

A *subject* is what a rule judges: one stream, or a named group of streams. A rule numbers its subjects
0, 1, 2 …: the *slot*. All arrays of a state are numbered by slot: a million subjects are a dozen arrays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Times: TypeAlias = NDArray[np.int64]
Slots: TypeAlias = NDArray[np.int32]
Flags: TypeAlias = NDArray[np.bool_]
Places: TypeAlias = NDArray[np.int64]

#: What a detector remembers: named arrays, the first dimension of each is the slot. Nothing else, so that it
#: can be kept as bytes, grown and rearranged without knowing the detector (``states``).
State: TypeAlias = dict[str, NDArray[Any]]

#: Values of a detector's parameters: a number for all subjects, an array of one number per slot, or a text.
Settings: TypeAlias = Mapping[str, Any]

#: No such moment: a run that has not begun, a subject not yet heard.
NEVER: Final = np.int64(-1)
SECOND: Final = 1000
GRADES: Final = (1, 2, 3, 4)


class Grade(IntEnum):
    """How bad, in the four colours of warning signals; 红 is the worst."""

    CLEAR = 0
    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4


GRADE_WORDS: Final[Mapping[int, str]] = {0: "正常", 1: "蓝色", 2: "黄色", 3: "橙色", 4: "红色"}
COLOURS: Final = ("blue", "yellow", "orange", "red")


class Reason(IntEnum):
    """What was measured when a grade changed; the words are made of it, of ``measured`` and of ``limit``."""

    HIGH = 1
    LOW = 2
    RATE = 3
    FLAT = 4
    SILENT = 5
    BALANCE = 6
    NEIGHBOURS = 7
    SEASON = 8
    CUSUM = 9
    PAGE_HINKLEY = 10
    COMPOUND = 11
    ANOMALY = 12


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Usable readings of a rule's subjects, sorted by slot; ``n`` readings in ``k`` runs of one slot each.

    Within a run the readings stand in order of arrival, and ``at`` goes strictly up within one ``part``;
    ``part`` says which of the subject's streams it was (0 when a subject is one stream).
    ``starts``: where each run begins (k places). ``at``: ms UTC; ``value`` in the stream's own unit.
    """

    slot: Slots
    at: Times
    value: Floats
    quality: NDArray[np.uint16]
    part: Slots
    starts: Places

    def __len__(self) -> int:
        """Give the number of readings."""
        return len(self.slot)

    @property
    def slots(self) -> Slots:
        """Give the slot of each run, rising."""
        return self.slot[self.starts]

    @property
    def ends(self) -> Places:
        """Give the place of the last reading of each run."""
        return np.append(self.starts[1:], len(self.slot)).astype(np.int64) - 1

    def taken(self, which: Flags) -> "Batch":
        """Give the readings a mask chooses."""
        slot = self.slot[which]
        return Batch(
            slot, self.at[which], self.value[which], self.quality[which], self.part[which], starts_of(slot)
        )

    @classmethod
    def of(
        cls,
        slot: Sequence[int] | Slots,
        at: Sequence[int] | Times,
        value: Sequence[float] | Floats,
        part: Sequence[int] | Slots | None = None,
    ) -> Self:
        """Make a batch of readings already sorted by slot, all of good quality."""
        slots = np.asarray(slot, np.int32)
        n = len(slots)
        return cls(
            slots, np.asarray(at, np.int64), np.asarray(value, np.float64), np.zeros(n, np.uint16),
            np.zeros(n, np.int32) if part is None else np.asarray(part, np.int32), starts_of(slots),
        )  # fmt: skip


def starts_of(slot: Slots) -> Places:
    """Give where each run of equal slots begins."""
    if not len(slot):
        return np.empty(0, np.int64)
    return np.flatnonzero(np.concatenate(([True], slot[1:] != slot[:-1]))).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """Changes of grade, sorted by slot, by time within a slot; nothing is said where nothing changed.

    ``grade`` 0..4 from now on, ``before`` until now. ``measured``: what the detector made of the readings
    (the value itself, a rate, a deviation …), ``limit``: the limit it passed, going up or down.
    ``since``: ms UTC, since when it had been beyond that limit. ``reason``: a :class:`Reason`.
    """

    slot: Slots
    at: Times
    grade: NDArray[np.int8]
    before: NDArray[np.int8]
    measured: Floats
    limit: Floats
    since: Times
    reason: NDArray[np.int16]

    def __len__(self) -> int:
        """Give the number of changes."""
        return len(self.slot)

    @classmethod
    def none(cls) -> Self:
        """Give no verdict."""
        return cls.joined(())

    @classmethod
    def joined(cls, several: "Sequence[Verdicts]") -> Self:
        """Put verdicts one behind the other; empty ones cost nothing."""
        real = [one for one in several if len(one)]
        kinds = (np.int32, np.int64, np.int8, np.int8, np.float64, np.float64, np.int64, np.int16)
        if not real:
            return cls(*(np.empty(0, kind) for kind in kinds))  # type: ignore[arg-type]
        names = ("slot", "at", "grade", "before", "measured", "limit", "since", "reason")
        return cls(*(np.concatenate([getattr(one, name) for one in real]) for name in names))


class Kind(IntEnum):
    """What sort of value a parameter takes."""

    NUMBER = 0
    CHOICE = 1
    TEXT = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one parameter; ``unset``: nothing but that its value is not known yet."""

    field: str
    zh: str
    en: str
    unset: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter of a detector.

    ``default`` None: there is none. Then ``needed`` tells whether a rule must give a value; a limit of a
    grade that is left out means that the grade is not used. ``low`` and ``high`` are inclusive.
    ``each``: may differ from subject to subject.
    """

    name: str
    zh: str
    en: str
    unit: str = ""
    low: float = -1e15
    high: float = 1e15
    default: float | str | None = None
    needed: bool = False
    kind: Kind = Kind.NUMBER
    choices: Mapping[str, str] = field(default_factory=dict)
    each: bool = False


def newer(batch: Batch, seen: Times) -> Batch:
    """Give the readings later than the last one of their slot (``seen``, by slot)."""
    late = batch.at[batch.starts] <= seen[batch.slots]
    return batch.taken(batch.at > seen[batch.slot]) if late.any() else batch
