# SPDX-License-Identifier: Apache-2.0
"""For tests of packages that supply vital signs: the engine by hand, and the comparison with the oracle."""

from tongguan.indicators import checking, counting
from tongguan.indicators.sources import sources
from tongguan.runtime.testing import settle


def count() -> None:
    """Deliver all facts, count what has come due, catch up, and note how fresh each source is."""
    settle(jobs=False)
    counting.fold()
    for source in sources.items().values():
        while counting.catch_up(source):
            pass
        counting.look(source)


def assert_same_as_recomputed(code: str) -> None:
    """Fail over any sum of the source that differs from one counted from nothing."""
    assert checking.check(sources.get(code)).differences == ()
