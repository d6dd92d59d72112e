# SPDX-License-Identifier: Apache-2.0
"""What upper floors supply to the cellar.

Modules named ``subscribers`` and ``jobs`` of every installed app are imported at start: register there.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tongguan.kernel.registry import Registry
from tongguan.runtime.contracts import ChainRow, JobInfo


class Step(Protocol):
    """One unit of a job's work, open within one transaction."""

    def fail(self, row: str, reason: Exception) -> None:
        """Record that this row was refused; the others of the step stand."""


class Progress(Protocol):
    """How a job tells how far it is. Survives a killed engine."""

    @property
    def position(self) -> Any:
        """Where to go on: None at the first start, else what the last finished step gave."""

    def step(self, rows: int, position: Any) -> Any:
        """Open a transaction for the next rows; with it commit their effects and the new position.

        Use as ``with progress.step(rows=100, position=next) as step:``. Raises JobStopped when the job
        was cancelled or another engine took it over; let it pass through.
        """


#: A job kind: does the work from ``progress.position`` on and gives the result to store.
RunJob = Callable[[JobInfo, Progress], dict[str, Any] | None]

job_kinds: Registry[RunJob] = Registry("job kind")
#: Kinds that can be taken back: gets the *original* job's info; steps count as in a job of its own.
job_undos: Registry[RunJob] = Registry("job undo")


@dataclass(frozen=True, slots=True)
class Duty:
    """Something the engine does every so many seconds, in one engine at a time."""

    every: float
    run: Callable[[], object]


periodic: Registry[Duty] = Registry("periodic duty")


def every(seconds: float, name: str) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register the decorated function as a periodic duty."""

    def register(run: Callable[[], object]) -> Callable[[], object]:
        periodic.register(name, Duty(seconds, run))
        return run

    return register


#: What runs in every engine beside its own threads, each in one of its own, until the event is set.
companions: Registry[Callable[[threading.Event], None]] = Registry("engine companion")


class Resident(Protocol):
    """Something that lives in one engine at a time, with threads and files of its own."""

    def close(self) -> None:
        """Finish and let go of everything; another engine may take it in at once."""


#: Each is called to begin its resident; what raises is tried again soon.
residents: Registry[Callable[[], Resident]] = Registry("resident")


class ChainSource(Protocol):
    """A table whose rows are chained per subject and sealed daily."""

    def last_id(self) -> int:
        """Give the highest row id, 0 when there is none."""

    def rows(self, after_id: int = 0, upto_id: int | None = None) -> Iterator[ChainRow]:
        """Give the rows with ids in ``(after_id, upto_id]`` by growing id, streaming."""

    def heads(self) -> Iterator[tuple[str, int, str]]:
        """Give (subject, last no, last hash) as kept apart from the rows; may be empty."""


audited: Registry[ChainSource] = Registry("chain source")

#: May this user see a fact? (name, division, payload) -> bool. Pure and quick: runs for every fact.
StreamView = Callable[[str, str, Mapping[str, Any]], bool]
#: Actor's key -> the view, or None when they may not listen (any more). Asked again every minute.
stream_scope: Registry[Callable[[str], StreamView | None]] = Registry("stream scope")
