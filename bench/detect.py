# SPDX-License-Identifier: Apache-2.0
"""Readings a second and core through quality flags, four rules and verdicts, from 1,000 to a million streams.

Frames of 100,000 readings of streams drawn at random, one in a hundred flagged unusable; of 500 streams one
is high for ten minutes, one stands still, one is silent for half an hour. Sorted once, looked up, judged by
limits with timers, rate of change, flat line and silence (a tick every ten seconds of the readings' time).
Beside it, in the same run, the same four rules over dicts, one reading after the other, on as many
readings as it manages in ``--plain`` seconds; of the readings both have judged they must say the same. One
JSON line per size. CPU time of this thread, one core, no database.
"""

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tongguan.detection import kinds  # noqa: F401 - registers the detectors
from tongguan.detection.batches import Index, arranged, batch_of, in_time
from tongguan.detection.settings import ready
from tongguan.detection.spi import detectors
from tongguan.kernel.frames import UNUSABLE, Frame, Quality

SIZES = (1_000, 10_000, 100_000, 1_000_000)
FRAME, TICK = 100_000, 10_000
BEGIN = 1_760_000_000_000
#: Readings a second of the readings' own time, so that a stream is heard about every minute.
SPAN = 60.0
RULES: dict[str, dict[str, Any]] = {
    "threshold": {"orange": 4.0, "red": 5.0, "orange_after": 60.0, "band": 0.5},
    "rate": {"window": 300.0, "red": 8.0},
    "flat_line": {"yellow": 1800.0},
    "no_data": {"blue": 600.0},
}


def frames(streams: int, seed: int) -> Iterator[Frame]:
    """Give frames without end; a stream is heard once in a minute on the average."""
    chance = np.random.default_rng(seed)
    clock = float(BEGIN)
    while True:
        gap = SPAN * 1000 / streams
        at = (clock + np.arange(FRAME) * gap).astype(np.int64)
        clock += FRAME * gap
        quality = np.where(chance.random(FRAME) < 0.01, np.uint16(Quality.OUT_OF_RANGE), np.uint16(0))
        stream = chance.integers(1, streams + 1, FRAME)
        value = np.round(chance.normal(size=FRAME), 2)
        # Of 500 streams one is high for ten minutes, one stands still, one is unusable for half an hour.
        value[(stream * 7919 + at // 600_000) % 500 == 0] += 6.0
        value[stream % 500 == 17] = 0.5
        quality[(stream * 7919 + at // 1_800_000) % 500 == 1] = Quality.OUT_OF_RANGE
        yield Frame(stream, at, value, quality.astype(np.uint16))


class Vectors:
    """The product's way: arrays of all streams, a frame at a time."""

    def __init__(self, streams: int) -> None:
        """Begin four rules over all streams."""
        self.index = Index.of_streams(np.arange(1, streams + 1))
        self.rules = []
        for code, chosen in RULES.items():
            detector, settings = detectors.get(code), ready(detectors.get(code), chosen)
            self.rules.append([detector, settings, detector.begin(streams, settings)])
        self.said: list[tuple[str, int, int, int]] = []
        self.verdicts = 0
        self.ticked = BEGIN

    def hear(self, frame: Frame, *, keep: bool = False) -> None:
        """Judge a frame by all rules, then silence when it is time."""
        readings = arranged(in_time(frame))
        batch = batch_of(readings, self.index)
        now = int(frame.at[-1])
        due = now - self.ticked >= TICK
        self.ticked = now if due else self.ticked
        for rule in self.rules:
            detector, settings, state = rule
            state, said = detector.step(settings, state, batch)
            self._count(detector.code, said, keep)
            if due and detector.ticks:
                state, said = detector.tick(settings, state, now)
                self._count(detector.code, said, keep)
            rule[2] = state

    def _count(self, code: str, said: Any, keep: bool) -> None:  # noqa: FBT001 - counted or kept
        self.verdicts += len(said)
        if keep:
            self.said += [
                (code, slot + 1, at, grade)
                for slot, at, grade in zip(
                    said.slot.tolist(), said.at.tolist(), said.grade.tolist(), strict=True
                )
            ]

    def megabytes(self) -> float:
        """Give what the states of all rules take."""
        return sum(one.nbytes for _, _, state in self.rules for one in state.values()) / 1e6


class Dicts:
    """The plain way: one dict entry per stream and rule, one reading at a time."""

    def __init__(self, streams: int) -> None:
        """Begin with nothing known; silence is counted from the first tick."""
        self.streams = streams
        self.last: dict[int, int] = {}
        self.value: dict[int, tuple[float, int]] = {}
        self.grade: dict[tuple[str, int], int] = {}
        self.since: dict[int, int] = {}
        self.rings: dict[int, list[tuple[int, float]]] = {}
        self.seen: dict[int, int] = {}
        self.said: list[tuple[str, int, int, int]] = []
        self.ticked = BEGIN

    def _turn(self, code: str, stream: int, at: int, grade: int) -> None:
        if self.grade.get((code, stream), 0) != grade:
            self.grade[code, stream] = grade
            self.said.append((code, stream, at, grade))

    def hear(self, frame: Frame) -> None:
        """Judge a frame by all rules, then silence when it is time."""
        columns = (frame.stream.tolist(), frame.at.tolist(), frame.value.tolist(), frame.quality.tolist())
        for stream, at, value, quality in zip(*columns, strict=True):
            if quality & UNUSABLE or at <= self.last.get(stream, -1):
                continue
            self.last[stream] = at
            self._limits(stream, at, value)
            self._rate(stream, at, value)
            held = self.value.get(stream)
            if held is None or held[0] != value:
                self.value[stream] = held = (value, at)
            self._turn("flat_line", stream, at, 2 if at - held[1] >= 1_800_000 else 0)
            if self.grade.get(("no_data", stream), 0):
                self._turn("no_data", stream, max(at, self.ticked + 1), 0)
            self.seen[stream] = max(at, self.seen.get(stream, -1))
        now = int(frame.at[-1])
        if now - self.ticked >= TICK:
            self.ticked = now
            for stream in range(1, self.streams + 1):
                if now - self.seen.setdefault(stream, now) >= 600_000:
                    self._turn("no_data", stream, now, 1)

    def _limits(self, stream: int, at: int, value: float) -> None:
        grade = self.grade.get(("threshold", stream), 0)
        orange, red = grade == 3 or (grade == 4 and self.since.get(-stream, 0)), grade == 4
        if value >= 4.0:
            since = self.since.setdefault(stream, at)
            orange = bool(orange) or at - since >= 60_000
        else:
            self.since.pop(stream, None)
            orange = bool(orange) and value >= 3.5
        red = value >= 5.0 or (red and value >= 4.5)
        self.since[-stream] = int(orange)
        self._turn("threshold", stream, at, 4 if red else 3 if orange else 0)

    def _rate(self, stream: int, at: int, value: float) -> None:
        ring = self.rings.setdefault(stream, [])
        if not ring or ring[-1][0] // 50_000 != at // 50_000:
            ring.append((at, value))
        while ring[0][0] < at - 300_000:
            ring.pop(0)
        apart = at - ring[0][0]
        if apart * 2 >= 300_000:
            self._turn("rate", stream, at, 4 if abs((value - ring[0][1]) * 60_000 / apart) >= 8.0 else 0)


def measured(streams: int, readings: int, plain_s: float) -> dict[str, Any]:
    """Run one size; give its figures."""
    source = frames(streams, 7)
    ours, plain = Vectors(streams), Dicts(streams)
    both = 0
    spent_plain = spent = 0.0
    while spent_plain < plain_s:
        frame = next(source)
        began = time.thread_time()
        plain.hear(frame)
        spent_plain += time.thread_time() - began
        ours.hear(frame, keep=True)
        both += len(frame)
    same = sorted(plain.said) == sorted(ours.said)
    count, before = 0, ours.verdicts
    while count < readings:
        frame = next(source)
        began = time.thread_time()
        ours.hear(frame)
        spent += time.thread_time() - began
        count += len(frame)
    rate, beside = count / spent, both / spent_plain
    return {
        "bench": "detect", "streams": streams, "rules": len(RULES), "readings": count,
        "readings_per_s_core": round(rate), "plain_dicts_per_s_core": round(beside),
        "ratio": round(rate / beside, 1), "ns_per_reading": round(1e9 / rate),
        "verdicts": ours.verdicts - before, "same_as_plain": same, "compared": len(plain.said),
        "state_mb": round(ours.megabytes()),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }  # fmt: skip


def main() -> None:
    """Run the sizes asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--streams", type=int, nargs="*", default=list(SIZES))
    asked.add_argument("--readings", type=int, default=5_000_000)
    asked.add_argument("--plain", type=float, default=3.0, help="seconds for the plain version")
    told = asked.parse_args()
    failed = False
    for streams in told.streams:
        found = measured(streams, told.readings, told.plain)
        failed |= not found["same_as_plain"]
        print(json.dumps(found), flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
