# SPDX-License-Identifier: Apache-2.0
"""Kills the owner of readings with its rules by SIGKILL, again and again: no alarm lost, none doubled (F56).

A child owns the store, takes frames of methane in fifty manholes and runs a rule with timers over them; it is
killed at random moments and goes on where its sender was told that readings are durable. At the end every
change of grade must be in the alarms' book exactly once, as a run of the detector without any kill says it,
and of each matter one alarm at most may be active. Prints one JSON line; exit code 1 when anything differs.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

WELLS, MINUTE = 50, 60_000
LIMITS = {"orange": 20.0, "red": 50.0, "orange_after": 120.0, "band": 2.0, "orange_clear": 60.0}


def start(home: Path) -> None:
    """Set up Django over a home of its own."""
    os.environ["TONGGUAN_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongguan.config.settings")
    import django

    django.setup()


def prepare(home: Path, frames: int) -> None:
    """Make the database, the manholes and the rule in force."""
    from django.core.management import call_command

    from tongguan.places.testing import square_city
    from tongguan.watch.testing import in_force, methane, own, wells

    call_command("migrate", verbosity=0)
    square_city()
    streams = wells(WELLS)
    in_force(methane(settings={name: own(value) for name, value in LIMITS.items()}))
    begin = (int(time.time() * 1000) - (frames + 60) * MINUTE) // MINUTE * MINUTE
    (home / "story.json").write_text(json.dumps({"streams": streams, "begin": begin, "frames": frames}))
    (home / "sent").write_text("0")


def story(home: Path) -> Iterator[tuple[int, Any]]:
    """Give every frame with its number: the same ones in every run."""
    from tongguan.kernel.frames import Frame

    told = json.loads((home / "story.json").read_text())
    streams = np.array(told["streams"])
    chance = np.random.default_rng(11)
    level = np.zeros(WELLS)
    for n in range(told["frames"]):
        level = np.clip(level + chance.normal(scale=8, size=WELLS) - level * 0.05, 0, 90)
        at = np.full(WELLS, told["begin"] + n * MINUTE)
        yield n, Frame(streams, at, np.round(level, 1), np.zeros(WELLS, np.uint16))


def child(home: Path) -> None:
    """Own the readings, take what has not been acknowledged yet, run the rule; to the end or the kill."""
    from tongguan.sensing import api, owning
    from tongguan.watch.jobs import living

    owner = owning.opened(owning.folder())
    owning.enter(owner)
    for runner in living():
        runner.keep_often(0.3)
    sent, beside = home / "sent", home / "sent.new"
    first = int(sent.read_text())
    print("begun", first, flush=True)
    for n, frame in story(home):
        if n < first:
            continue
        api.take(frame)
        beside.write_text(str(n + 1))
        beside.replace(sent)
        time.sleep(0.002)
    owner.close()
    print("done", flush=True)


def expected(home: Path) -> list[tuple[str, int, int]]:
    """Give every change of grade of an undisturbed run: matter, time, grade."""
    from tongguan.detection import kinds  # noqa: F401 - registers the detectors
    from tongguan.detection.batches import Index, arranged, batch_of
    from tongguan.detection.settings import ready
    from tongguan.detection.spi import detectors

    streams = json.loads((home / "story.json").read_text())["streams"]
    detector, index = detectors.get("threshold"), Index.of_streams(streams)
    settings = ready(detector, LIMITS)
    state = detector.begin(index.slots, settings)
    said = []
    for _, frame in story(home):
        state, found = detector.step(settings, state, batch_of(arranged(frame), index))
        rows = zip(found.slot.tolist(), found.at.tolist(), found.grade.tolist(), strict=True)
        said += [(f"stream:{index.stream[slot]}", at, grade) for slot, at, grade in rows]
    return sorted(said)


def judged(home: Path, kills: int, seconds: float) -> dict[str, Any]:
    """Compare what alarms were told, and what they made of it, with the undisturbed run."""
    from django.db.models import Count

    from tongguan.alarms.hearing import millis
    from tongguan.alarms.models import Alarm, Line, Told

    wanted = expected(home)
    told = sorted(
        (matter, millis(at) if not isinstance(at, int) else at, grade)
        for matter, at, grade in Told.objects.values_list("matter__matter", "at", "grade")
    )
    raised = sum(1 for n, one in enumerate(wanted) if one[2] and (n == 0 or _fresh(wanted, n)))
    doubled = (
        Alarm.objects.filter(cleared_at=None).values("about").annotate(n=Count("id")).filter(n__gt=1).count()
    )
    lines = Line.objects.filter(move="raise").count()
    frames = json.loads((home / "story.json").read_text())["frames"]
    right = told == wanted and lines == raised and not doubled
    return {
        "bench": "kill_watch", "kills": kills, "frames": frames, "changes": len(wanted),
        "lost": len(set(wanted) - set(told)), "extra": len(set(told) - set(wanted)),
        "repeated": len(told) - len(set(told)), "raised": raised, "raise_lines": lines,
        "active_twice": doubled, "seconds": round(seconds, 1), "right": right,
    }  # fmt: skip


def _fresh(wanted: list[tuple[str, int, int]], n: int) -> bool:
    return wanted[n - 1][0] != wanted[n][0] or wanted[n - 1][2] == 0


def spawned(home: Path) -> "subprocess.Popen[str]":
    """Start a child; it has begun when this returns."""
    environment = os.environ | {"TONGGUAN_HOME": str(home)}
    running = subprocess.Popen(
        [sys.executable, "-m", "bench.kill_watch", "--child", str(home)],
        stdout=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    if running.stdout is not None:
        running.stdout.readline()
    return running


def main() -> None:
    """Prepare, kill, finish, compare."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=20)
    asked.add_argument("--frames", type=int, default=1500)
    asked.add_argument("--child", type=Path)
    told = asked.parse_args()
    if told.child:
        start(told.child)
        child(told.child)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        start(home)
        prepare(home, told.frames)
        chance, began, kills = random.Random(3), time.monotonic(), 0
        for _ in range(told.kills):
            running = spawned(home)
            time.sleep(chance.uniform(0.05, 1.2))
            if running.poll() is None:
                running.kill()
                kills += 1
            running.wait()
        last = spawned(home)
        last.wait()
        found = judged(home, kills, time.monotonic() - began)
        print(json.dumps(found), flush=True)
        sys.exit(0 if found["right"] and last.returncode == 0 else 1)


if __name__ == "__main__":
    main()
