# SPDX-License-Identifier: Apache-2.0
"""The runner: follows every frame of readings, runs the rules in force, tells alarms what changed.

It lives where the readings' owner lives, so that one of it acts per store. After a crash it goes on from its
last checkpoint: the frames behind it come once more, say the same as before, and alarms take the same verdict
once. Nothing is lost, nothing is doubled.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from django.db import DatabaseError, InterfaceError
from numpy.typing import NDArray

from tongguan.alarms import api as alarms
from tongguan.alarms.contracts import Verdict
from tongguan.detection.batches import arranged, in_time
from tongguan.detection.contracts import Verdicts
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid
from tongguan.kernel.frames import Frame
from tongguan.sensors import queries as sensors
from tongguan.watch import keeping
from tongguan.watch.checking import detector_of, runnable
from tongguan.watch.queries import in_force, version_of
from tongguan.watch.running import Running
from tongguan.watch.subjects import Subjects, subjects_of
from tongguan.watch.telling import told

#: Tells which of a rule's subjects are a store's.
Share = Callable[[Subjects], NDArray[np.bool_]]

_log = logging.getLogger(__name__)
_AT_ONCE: Final = 1_000
_MS: Final = 1000
#: Silence is judged with the frames, so many seconds apart; without frames by the engine's duty.
_TICK_S: Final = 10.0
#: Seconds between two looks at the register of streams, and how much rarer than its own cost a look is.
_LOOK_S, _RARER = 60.0, 20.0


class Runner:
    """All rules in force at work over one store's frames."""

    def __init__(
        self, folder: Path, *, share: Share | None = None, keep_every: float = 30.0, first: float = 5.0
    ) -> None:
        """Keep checkpoints in a folder, every so many seconds at most.

        ``share`` tells which subjects are this store's, when workers share the streams; None: all.
        """
        self._folder, self._share = folder, share
        self.closed = False
        self._blind = False
        self._lock = threading.RLock()
        self._keep_every, self._first = keep_every, first
        self._begin()

    def _begin(self) -> None:
        self.rules: dict[str, Running] = {}
        self.number = 0
        self._untold: list[tuple[Running, Verdicts]] = []
        self._versions: dict[str, int] | None = None
        self._stamp = ""
        self._look_at = self._keep_at = 0.0
        self._kept_number = -1
        self._newest = (0, 0.0)
        self._ticked = time.monotonic()

    def position(self) -> int:
        """Begin anew from the last checkpoint; give the number of the last frame it knows, 0 without one."""
        with self._lock:
            self._begin()
            found = keeping.kept(self._folder)
            if found is None:
                return 0
            self.number = self._kept_number = found.number
            for entry in found.rules:
                rule = version_of(entry.code, entry.version)
                detector = detector_of(rule.detector) if rule else None
                if rule is None or detector is None:
                    continue
                layout = {**runnable(rule), **entry.subjects.layout}
                self.rules[entry.code] = Running(rule, detector, layout, entry.subjects, entry.state)
            self._note(self._reload())
            self._tell()
            return self.number

    def follow(self, number: int, frame: Frame) -> None:
        """Judge one frame; what changed is told to alarms before this returns.

        When telling fails the frame counts as judged: what was to be told waits and is told with the next
        frame or tick, and no checkpoint is taken before.
        """
        with self._lock:
            self._look()
            readings = arranged(in_time(frame))
            if len(readings):
                self._newest = max(self._newest, (int(readings.at.max()), time.monotonic()))
            self._note([(running, running.hear(readings)) for running in self.rules.values()])
            self.number = number
            self._silence(_TICK_S)
            self._tell()
            self._keep()

    def tick(self) -> None:
        """Judge silence now, tell what waits, keep a checkpoint when it is time."""
        with self._lock:
            self._look()
            self._silence(0.0)
            self._tell()
            self._keep()

    def close(self) -> None:
        """Keep a checkpoint of what is known; its owner ends."""
        with self._lock:
            self.closed = True
            self._keep(at_once=True)

    def _silence(self, every: float) -> None:
        """Judge silence, when the last time was so many seconds ago."""
        moment = time.monotonic()
        if moment - self._ticked >= every:
            self._ticked = moment
            now = self.now()
            self._note([(running, running.tick(now)) for running in self.rules.values()])

    def keep_often(self, seconds: float) -> None:
        """Keep checkpoints every so many seconds at most from now on."""
        with self._lock:
            self._keep_every = self._first = seconds
            self._keep_at = 0.0

    def now(self) -> int:
        """Give the time to measure silence by, ms UTC: the wall's, but never further on than readings are.

        A wall clock that jumps ahead must not make a whole city silent: time goes on from the newest reading
        by the steady clock.
        """
        wall = int(clock.now().timestamp() * _MS)
        at, heard = self._newest
        return min(wall, at + int((time.monotonic() - heard) * _MS)) if at else wall

    def _look(self) -> None:
        """Take in rules switched on or off since, and now and then streams that came or went.

        While the database does not answer, readings are judged by the rules that are known.
        """
        try:
            versions = in_force()
            moment = time.monotonic()
            if versions != self._versions or moment >= self._look_at:
                self._look_at = moment + _LOOK_S
                if versions != self._versions or sensors.stamp() != self._stamp:
                    self._note(self._reload())
        except (DatabaseError, InterfaceError):
            if not self._blind:
                _log.exception("the rules in force cannot be read; those known go on")
            self._blind = True
            return
        if self._blind:
            _log.warning("the rules in force can be read again")
        self._blind = False

    def _reload(self) -> list[tuple[Running, Verdicts]]:
        began = time.monotonic()
        versions, stamp = in_force(), sensors.stamp()
        ended: list[tuple[Running, Verdicts]] = []
        rules: dict[str, Running] = {}
        for code, version in versions.items():
            before = self.rules.get(code)
            if (
                before
                and before.rule.version == version
                and stamp == self._stamp
                and self._versions is not None
            ):
                rules[code] = before
                continue
            running = self._begun(code, version)
            if running is None:
                continue
            if before is not None:
                ended.append((before, running.follow(before)))
            rules[code] = running
        ended += [(gone, gone.ended()) for code, gone in self.rules.items() if code not in rules]
        self.rules, self._versions, self._stamp = rules, versions, stamp
        self._look_at = time.monotonic() + max(_LOOK_S, _RARER * (time.monotonic() - began))
        self._kept_number = -1
        return ended

    def _begun(self, code: str, version: int) -> Running | None:
        rule = version_of(code, version)
        detector = detector_of(rule.detector) if rule else None
        if rule is None or detector is None:
            _log.error("rule %s v%s cannot be run: its detector is not installed", code, version)
            return None
        subjects = subjects_of(rule.scope, rule.division)
        if self._share is not None:
            subjects = subjects.within(self._share(subjects))
        return Running.begun(rule, detector, runnable(rule), subjects)

    def _note(self, said: Sequence[tuple[Running, Verdicts]]) -> None:
        self._untold += [one for one in said if len(one[1])]

    def _tell(self) -> None:
        if not self._untold:
            return
        verdicts = told(self._untold)
        for start in range(0, len(verdicts), _AT_ONCE):
            piece = verdicts[start : start + _AT_ONCE]
            try:
                alarms.hear(piece)
            except Invalid as refused:
                _one_by_one(piece, refused)
        self._untold.clear()

    def _keep(self, *, at_once: bool = False) -> None:
        moment = time.monotonic()
        if not self._keep_at:
            self._keep_at = moment + self._first
        if self._untold or self.number == self._kept_number or (moment < self._keep_at and not at_once):
            return
        keeping.keep(self._folder, self.number, self.rules.values())
        cost = time.monotonic() - moment
        self._kept_number = self.number
        # A large state is kept more rarely: writing it takes no more than a twentieth of the time.
        self._keep_at = time.monotonic() + max(self._keep_every, _RARER * cost)


def _one_by_one(piece: Sequence[Verdict], refused: Invalid) -> None:
    """Tell each by itself; one that alarms will never take is logged whole and left."""
    _log.error("alarms refused verdicts: %s", refused)
    for one in piece:
        try:
            alarms.hear([one])
        except Invalid:
            _log.exception("verdict left out: %r", one)
