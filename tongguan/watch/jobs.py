# SPDX-License-Identifier: Apache-2.0
"""What the engine runs for rules: the runner behind the readings, silence, rehearsals."""

from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from tongguan.alarms import spi as alarms
from tongguan.kernel import clock
from tongguan.runtime import spi
from tongguan.runtime.contracts import JobInfo
from tongguan.sensing import spi as sensing
from tongguan.series.api import part_of
from tongguan.watch import api, rehearsing
from tongguan.watch.queries import book, in_force, version_of
from tongguan.watch.runner import Runner, Share
from tongguan.watch.subjects import SEVERAL
from tongguan.watch.together import Together

_DAY_MS: Final = 86_400_000


_begun: Final[list[Runner]] = []


def begun(store: Path) -> Runner:
    """Make the runner of one owner; its checkpoints lie beside the store."""
    _begun[:] = living()
    _begun.append(Runner(store.parent / "watch", share=_share(store.parent)))
    return _begun[-1]


def living() -> list[Runner]:
    """Give the runners whose owners live in this process."""
    return [one for one in _begun if not one.closed]


def _share(folder: Path) -> Share | None:
    parts = int(getattr(settings, "READINGS_PARTS", 0))
    _, _, number = folder.name.partition("part-")
    if not parts or not number.isdigit():
        return None
    home = int(number) if int(number) < parts else SEVERAL
    return lambda subjects: subjects.homes(_parting) == home


def _parting(streams: NDArray[np.int64]) -> NDArray[np.int64]:
    return part_of(streams, settings.READINGS_PARTS)


sensing.following.register("watch", begun)
sensing.together.register("watch", Together(_parting).streams)
alarms.rule_books.register("watch", book)


@spi.every(10, "watch.tick")
def tick() -> None:
    """Judge silence, where the readings' owner lives; with frames the runner does so by itself."""
    for runner in living():
        runner.tick()


def run_rehearsal(info: JobInfo, progress: spi.Progress) -> dict[str, Any]:
    """Run a version over history and keep what it showed with the version."""
    code, version = str(info.params["code"]), int(info.params["version"])
    rule = version_of(code, version)
    if rule is None:
        return {}
    now = in_force().get(code)
    before = version_of(code, now) if now is not None else None
    end = int(clock.now().timestamp() * 1000)
    found = rehearsing.plain(rehearsing.rehearse(rule, before, end - int(info.params["days"]) * _DAY_MS, end))
    with progress.step(rows=1, position=1):
        api.rehearsed(code, version, found)
    return {"alarms": found["alarms"], "readings": found["readings"]}


spi.job_kinds.register(api.REHEARSAL_KIND, run_rehearsal)
