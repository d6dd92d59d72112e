# SPDX-License-Identifier: Apache-2.0
"""What a detector is, and where detectors are registered. ``kinds`` registers the product's own.

A detector is two pure functions over arrays. It never sees a later reading (no look-ahead), and how readings
are cut into batches changes nothing: ``step(a); step(b)`` says what ``step(a + b)`` says, slot by slot.
The state given to ``step`` or ``tick`` is used up (its arrays may be written in place): go on with the one
given back, or load the last kept one after a failure.
"""

from typing import Final, Protocol

from tongguan.detection.contracts import Batch, Parameter, Problem, Settings, State, Verdicts
from tongguan.kernel.registry import Registry


class Detector(Protocol):
    """One kind of judgement over readings."""

    #: The word rules use, and what officials call it.
    code: str
    zh: str
    en: str
    #: What a rule sets; the schema of its form.
    parameters: tuple[Parameter, ...]
    #: A subject is a group of streams; ``Settings["parts"]`` then is the number of streams of the largest.
    grouped: bool
    #: Time alone can change the grade: ``tick`` must be called.
    ticks: bool

    def begin(self, slots: int, settings: Settings) -> State:
        """Give the state of that many subjects of which nothing is known."""
        ...

    def wrong(self, settings: Settings) -> tuple[Problem, ...]:
        """Say what is wrong with values that are each right by themselves."""
        ...

    def step(self, settings: Settings, state: State, batch: Batch) -> tuple[State, Verdicts]:
        """Judge the readings of one batch."""
        ...

    def tick(self, settings: Settings, state: State, now: int) -> tuple[State, Verdicts]:
        """Judge what time alone says at ``now`` (ms UTC), for detectors of silence; others say nothing."""
        ...


detectors: Final[Registry[Detector]] = Registry("detector")
