# SPDX-License-Identifier: Apache-2.0
"""One version of a rule at work: its detector, its subjects, its state. No database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from tongguan.detection.batches import Arranged, batch_of
from tongguan.detection.contracts import COLOURS, NEVER, State, Verdicts
from tongguan.detection.grading import was_grade
from tongguan.detection.spi import Detector
from tongguan.detection.states import moved
from tongguan.watch.contracts import RuleInfo
from tongguan.watch.subjects import Subjects

#: What of a state is the grade reached, whatever the detector.
_LADDER = ("on", "busy", "last", "up", "down")


@dataclass(slots=True)
class Running:
    """A rule at work. ``state`` is what a checkpoint keeps."""

    rule: RuleInfo
    detector: Detector
    settings: Mapping[str, Any]
    subjects: Subjects
    state: State

    @classmethod
    def begun(
        cls, rule: RuleInfo, detector: Detector, settings: Mapping[str, Any], subjects: Subjects
    ) -> Self:
        """Begin with nothing known."""
        whole = {**settings, **subjects.layout}
        return cls(rule, detector, whole, subjects, detector.begin(len(subjects), whole))

    def hear(self, readings: Arranged) -> Verdicts:
        """Judge readings."""
        batch = batch_of(readings, self.subjects.index)
        if not len(batch):
            return Verdicts.none()
        self.state, said = self.detector.step(self.settings, self.state, batch)
        return said

    def tick(self, now: int) -> Verdicts:
        """Judge what time alone says."""
        if not self.detector.ticks:
            return Verdicts.none()
        self.state, said = self.detector.tick(self.settings, self.state, now)
        return said

    def grades(self) -> np.ndarray:
        """Give the present grade of each subject."""
        return was_grade(self.state["on"])

    def follow(self, before: "Running") -> Verdicts:
        """Go on where another version, or the same one over other subjects, stands.

        Gives what ends with it: subjects that are no longer watched are cleared (grade 0, reason 0).
        A subject of other streams than before keeps its grade, not what was learned of it.
        """
        same = self.subjects.came_from(before.subjects)
        if before.rule.detector == self.rule.detector:
            self.state = moved(self.detector, self.settings, before.state, same)
        matter = self.subjects.came_from(before.subjects, same_members=False)
        here = np.flatnonzero(matter >= 0)
        for name in _LADDER:
            if name in self.state and name in before.state:
                self.state[name][here] = before.state[name][matter[here]]
        self.state["busy"] |= self.state["on"] != 0
        gone = np.setdiff1d(np.arange(len(before.subjects)), matter[here])
        return before.ended(gone)

    def ended(self, slots: np.ndarray | None = None) -> Verdicts:
        """Give the clearing of subjects that are on: all of them, or those of the slots."""
        grades = self.grades()
        slot = np.flatnonzero(grades > 0) if slots is None else slots[grades[slots] > 0]
        n = len(slot)
        return Verdicts(
            slot.astype(np.int32), self.state["last"][slot].astype(np.int64) + 1, np.zeros(n, np.int8),
            grades[slot].astype(np.int8), np.full(n, np.nan), np.full(n, np.nan), np.full(n, NEVER),
            np.zeros(n, np.int16),
        )  # fmt: skip

    def source(self, grade: int) -> tuple[str, str]:
        """Give where the limit of a grade comes from, and how sure that is."""
        found = self.rule.settings.get(COLOURS[grade - 1]) if grade else None
        return (found.source, str(found.confidence)) if found else ("", "")
