# SPDX-License-Identifier: Apache-2.0
"""A round goes on while things end, stands still no longer than its patience, and loses nothing."""

import threading
from concurrent.futures import Future
from dataclasses import dataclass

from tongguan.kernel.aside import aside
from tongguan.kernel.rounds import Rounds
from tongguan.kernel.testing import until


@dataclass
class Errand:
    name: str
    future: "Future[str]"


class Errands(Rounds[str, Errand]):
    """Two at a time from a list of works."""

    def __init__(self, works):
        super().__init__()
        self.works, self.recorded = dict(works), []

    def _start_due(self):
        while self.works and len(self._running) < 2:
            name, work = next(iter(self.works.items()))
            del self.works[name]
            self._running[name] = Errand(name, aside(name, work))

    def _collect(self):
        done = [run for run in self._running.values() if run.future.done()]
        for run in done:
            del self._running[run.name]
            self.recorded.append(run.future.result())
        return len(done)


def test_one_round_does_everything_that_moves():
    errands = Errands({str(n): (lambda n=n: n) for n in range(9)})
    assert errands.round(patience=5, longest=10) == 9
    assert sorted(errands.recorded) == list(range(9))


def test_what_hangs_holds_a_round_for_its_patience_only_and_is_recorded_in_the_end():
    free = threading.Event()
    errands = Errands({"slow": lambda: free.wait(240), "quick": lambda: True})
    until(lambda: errands.round(patience=0.05, longest=0.1) == 1)
    assert errands.round(patience=0.05, longest=0.1) == 0
    assert errands.recorded == [True], "the round did not wait for what hangs"
    free.set()
    errands.close()
    assert errands.recorded == [True, True]
    assert errands.round() == 0
